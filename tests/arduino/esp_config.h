/*
 * esp_config.h - mbedTLS's configuration, as near to that of the ESP32's cores as matters to src/
 * SPDX-License-Identifier: MIT
 *
 * CBC suites and DTLS are in, ChaCha20-Poly1305 is not.
 */
#include "../../deps/mbedtls_config.h"

#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_CHACHA20_C
#undef MBEDTLS_POLY1305_C
#undef MBEDTLS_CHACHAPOLY_C
