/* SPDX-License-Identifier: MIT */
/* Certificates for people to read, on stdout. Foreign bytes come out escaped. */
#ifndef TOOLS_CERT_PRINT_H
#define TOOLS_CERT_PRINT_H

#include <mbedtls/x509_crt.h>

void print_name(const mbedtls_x509_name *name); /* a subject or an issuer */
void print_validity(const mbedtls_x509_crt *cert);
void print_fingerprint(const mbedtls_x509_crt *cert); /* SHA-256, with colons */
void print_cert(const mbedtls_x509_crt *cert);        /* all of it, a field a line */

/* A word of a shell command, quoted if it must be. */
void print_quoted(const char *word);

#endif
