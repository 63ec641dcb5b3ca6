/* SPDX-License-Identifier: MIT */
/*
 * The calls of Mbed TLS that 3.6 and 4.x take differently, or that the commands all need in the
 * same way. Everything returns 0 or Mbed TLS's negative number.
 */
#ifndef TOOLS_COMMON_MBED_H
#define TOOLS_COMMON_MBED_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

enum mbed_key {
	MBED_P256,
	MBED_RSA2048,
	MBED_RSA3072,
	MBED_RSA4096,
};

enum {
	MBED_SHA1 = 20,
	MBED_SHA256 = 32,
};

/* Once, before everything else: ends the program if there is no randomness. */
void mbed_start(void);

int mbed_random(unsigned char *bytes, size_t len);
int mbed_sha256(const unsigned char *bytes, size_t len, unsigned char digest[MBED_SHA256]);

/* Only as a name: some stores call certificates by it. */
int mbed_sha1(const unsigned char *bytes, size_t len, unsigned char digest[MBED_SHA1]);

int mbed_key_make(mbedtls_pk_context *key, enum mbed_key kind); /* key: initialised */

/* PEM (then len counts the NUL after it) or DER. */
int mbed_key_parse(mbedtls_pk_context *key, const unsigned char *bytes, size_t len);

/* Zero if the two halves belong together. */
int mbed_key_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *key);

/* Signs; the DER stands at the end of the buffer. Its length, or negative. */
int mbed_cert_der(mbedtls_x509write_cert *cert, unsigned char *buffer, size_t size);

/* "P-256", "RSA-2048" and so on. */
void mbed_key_text(const mbedtls_pk_context *key, char *text, size_t size);

/* "ECDSA with SHA256" and so on: how the certificate is signed. */
const char *mbed_signature_text(const mbedtls_x509_crt *cert);

/* A subjectAltName entry as text, raw bytes; false for other kinds than DNS names and addresses. */
bool mbed_san_text(const mbedtls_x509_buf *san, char *text, size_t size);

time_t mbed_time(const mbedtls_x509_time *at);

void mbed_conf_random(mbedtls_ssl_config *config);

/* Mbed TLS's words for its number, in one static buffer. */
const char *mbed_error(int error);

#endif
