/*
 * mbedtls_version.h - where mbedTLS 3.6 and 4.x differ: nowhere else
 * SPDX-License-Identifier: MIT
 *
 * 3.6 LTS is what ESP-IDF 5 has and what is tested here.  4.x (ESP-IDF 6) draws
 * its random numbers from PSA and dropped the arguments for them.
 */
#ifndef HX_TLS_MBEDTLS_VERSION_H
#define HX_TLS_MBEDTLS_VERSION_H

#include <stdbool.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "hatch needs mbedTLS 3.6 or newer (Arduino core 3, ESP-IDF 5.2): its TLS 1.3 server"
#endif

void hx_mbed_conf_random(mbedtls_ssl_config *conf);

/* PEM (with its final NUL counted) or DER. */
int hx_mbed_parse_key(mbedtls_pk_context *key, const unsigned char *bytes, size_t len);
int hx_mbed_check_pair(const mbedtls_pk_context *public_key, const mbedtls_pk_context *key);

/* Signs; the DER stands at the end of the buffer.  Its length, or negative. */
int hx_mbed_write_cert(mbedtls_x509write_cert *cert, unsigned char *buf, size_t room);

/* Seals tickets with AES-256-GCM, or ChaCha20-Poly1305 where AES is software; the keys rotate
   within life_s. */
int hx_mbed_ticket_setup(mbedtls_ssl_ticket_context *tickets, bool fast_aes, uint32_t life_s);

/* Bits of an RSA key; 0 if it is none.  And whether it is EC over P-256 or P-384. */
size_t hx_mbed_rsa_bits(const mbedtls_pk_context *key);
bool hx_mbed_is_ec_p256_p384(const mbedtls_pk_context *key);

/* A sentence about an error code. */
void hx_mbed_strerror(int error, char *buf, size_t room);

#endif
