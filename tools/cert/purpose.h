/* SPDX-License-Identifier: MIT */
/* Whether a certificate is a server's or a client's, and whose a CA may sign. */
#ifndef TOOLS_CERT_PURPOSE_H
#define TOOLS_CERT_PURPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

enum cert_purpose {
	FOR_SERVERS,
	FOR_CLIENTS,
};

/* "server" or "client". */
const char *purpose_name(enum cert_purpose purpose);

/* The value of the extended key usage (RFC 5280 section 4.2.1.12): SEQUENCE { id-kp-... }. */
const unsigned char *purpose_der(enum cert_purpose purpose, size_t *len);

/* As TLS libraries ask: also true of a certificate that does not say what it is for. */
bool purpose_allows(const mbedtls_x509_crt *cert, enum cert_purpose purpose);

/* It says that it is for clients, and not for servers. */
bool purpose_is_client(const mbedtls_x509_crt *cert);

#endif
