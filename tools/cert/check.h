/* SPDX-License-Identifier: MIT */
/* Is a certificate what it should be? Asked of what we made, and by hatch-cert verify. */
#ifndef TOOLS_CERT_CHECK_H
#define TOOLS_CERT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

#include "cert/names.h"
#include "cert/purpose.h"

enum {
	REASON_SIZE = 512,
};

/*
 * Each returns true if all is well; else false, with the reason as a sentence in why.
 *
 * check_chain: cert is signed by ca and both are valid now. For a self-signed certificate, ca is
 * the certificate itself.
 */
bool check_chain(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, char why[REASON_SIZE]);

/* A server's, or a client's, as it says itself: key usage, and extended key usage. */
bool check_purpose(const mbedtls_x509_crt *cert, enum cert_purpose purpose, char why[REASON_SIZE]);

/* A client that asks for each of the names accepts the certificate. */
bool check_names(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, const struct cert_names *names,
	char why[REASON_SIZE]);

/* A client's certificate is for each of the names. */
bool check_client_names(
	const mbedtls_x509_crt *cert, const struct cert_names *names, char why[REASON_SIZE]);

/* The key, PEM (with the NUL in len) or DER, belongs to the certificate. */
bool check_key(
	const mbedtls_x509_crt *cert, const unsigned char *key, size_t len, char why[REASON_SIZE]);

#endif
