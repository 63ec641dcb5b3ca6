/* SPDX-License-Identifier: MIT */
/* Certificates from files that the user names. */
#ifndef TOOLS_CERT_LOAD_H
#define TOOLS_CERT_LOAD_H

#include <mbedtls/x509_crt.h>

/* PEM (one or more) or DER (one or more, back to back). Ends the program if there is none. */
void load_certs(const char *path, mbedtls_x509_crt *certs);

#endif
