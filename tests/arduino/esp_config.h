/*
 * esp_config.h - mbedTLS's configuration, as near to that of the ESP32's cores as matters to src/
 * SPDX-License-Identifier: MIT
 *
 * CBC suites and DTLS are in, ChaCha20-Poly1305 is not, TLS 1.3 depends on the core's release.
 */
#include "../../deps/mbedtls_config.h"

#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_CHACHA20_C
#undef MBEDTLS_POLY1305_C
#undef MBEDTLS_CHACHAPOLY_C
#ifdef STAND_IN_NO_TLS13
#undef MBEDTLS_SSL_PROTO_TLS1_3
#undef MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#endif
