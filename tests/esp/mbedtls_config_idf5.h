/*
 * mbedtls_config_idf5.h - mbedTLS 3.6 as ESP-IDF 5.x builds it when nobody touches menuconfig
 * SPDX-License-Identifier: MIT
 *
 * ESP-IDF begins with mbedTLS's own default and takes away or adds what its options say; so does
 * this.  It is also what the precompiled Arduino-ESP32 core 3 is close to.  Not like there: AES,
 * SHA and RSA units, and the sources of time, entropy and memory, which are this machine's.
 *
 * From ESP-IDF's options and their defaults as documented; no ESP-IDF was built.  PSA crypto is on,
 * as in mbedTLS's default, which no option of ESP-IDF's takes away.
 */
#ifndef MBEDTLS_CONFIG_IDF5_H
#define MBEDTLS_CONFIG_IDF5_H

#include <mbedtls/mbedtls_config.h>

#define MBEDTLS_PLATFORM_MEMORY

/* ---- TLS: 1.2 alone, and no DTLS ---- */

#undef MBEDTLS_SSL_PROTO_TLS1_3
#undef MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#undef MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#undef MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT
#undef MBEDTLS_SSL_DTLS_ANTI_REPLAY
#undef MBEDTLS_SSL_DTLS_HELLO_VERIFY
#undef MBEDTLS_SSL_DTLS_CLIENT_PORT_REUSE
#undef MBEDTLS_SSL_CONTEXT_SERIALIZATION
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096

/* ---- no clock that certificates could be judged by: CONFIG_MBEDTLS_HAVE_TIME_DATE=n ---- */

#undef MBEDTLS_HAVE_TIME_DATE

/* ---- ciphers: no ChaCha20-Poly1305 ---- */

#undef MBEDTLS_CHACHA20_C
#undef MBEDTLS_POLY1305_C
#undef MBEDTLS_CHACHAPOLY_C
#undef MBEDTLS_CAMELLIA_C
#undef MBEDTLS_ARIA_C
#undef MBEDTLS_DES_C
#undef MBEDTLS_CMAC_C
#undef MBEDTLS_NIST_KW_C
#undef MBEDTLS_RIPEMD160_C
#undef MBEDTLS_SHA3_C
#undef MBEDTLS_HKDF_C
#define MBEDTLS_AES_ROM_TABLES

/* ---- keys and key exchange: RSA, ECDHE and static ECDH; no PSK, no DHE ---- */

#undef MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_DHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_RSA_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_DHE_RSA_ENABLED
#undef MBEDTLS_DHM_C
#undef MBEDTLS_ECJPAKE_C
#undef MBEDTLS_ECP_DP_CURVE448_ENABLED
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0

/* ---- the rest ---- */

#undef MBEDTLS_DEBUG_C
#undef MBEDTLS_NET_C
#undef MBEDTLS_TIMING_C
#undef MBEDTLS_PADLOCK_C

#endif
