/*
 * core_config.h - mbedTLS as the Arduino core for the ESP32 has it, precompiled, but for the chip
 * SPDX-License-Identifier: MIT
 *
 * ESP-IDF 5 begins with mbedTLS's own defaults and takes away what its sdkconfig does not have;
 * so does this, with the sdkconfig of the core: TLS 1.2 only, records of 16 kB both ways, CBC and
 * PSK suites, no ChaCha20-Poly1305, no thread safety.  Not here is what only a chip can have: AES,
 * SHA and MPI in hardware.
 */
#include <mbedtls/mbedtls_config.h>

#undef MBEDTLS_SSL_PROTO_TLS1_3
#undef MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#undef MBEDTLS_CHACHA20_C
#undef MBEDTLS_POLY1305_C
#undef MBEDTLS_CHACHAPOLY_C
#undef MBEDTLS_HKDF_C
#undef MBEDTLS_DHM_C
#undef MBEDTLS_KEY_EXCHANGE_DHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_DHE_RSA_ENABLED
#undef MBEDTLS_DES_C
#undef MBEDTLS_ARIA_C
#undef MBEDTLS_RIPEMD160_C
#undef MBEDTLS_NIST_KW_C
#undef MBEDTLS_ECJPAKE_C
#undef MBEDTLS_ECP_DP_CURVE448_ENABLED
#undef MBEDTLS_SSL_CONTEXT_SERIALIZATION
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT
#undef MBEDTLS_HAVE_TIME_DATE
#undef MBEDTLS_LMS_C
#undef MBEDTLS_NET_C
#undef MBEDTLS_TIMING_C
#undef MBEDTLS_FS_IO
#undef MBEDTLS_PSA_ITS_FILE_C
#undef MBEDTLS_PSA_CRYPTO_STORAGE_C
#undef MBEDTLS_SELF_TEST

#define MBEDTLS_PLATFORM_MEMORY     /* esp_config.h defines it */
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 16384 /* the core is without ASYMMETRIC_CONTENT_LEN */
