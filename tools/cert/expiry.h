/* SPDX-License-Identifier: MIT */
/* How long a certificate is still good for. */
#ifndef TOOLS_CERT_EXPIRY_H
#define TOOLS_CERT_EXPIRY_H

#include <stdbool.h>

#include <mbedtls/x509_crt.h>

/* It ends before `days` more days are over, or has ended. */
bool expires_within(const mbedtls_x509_crt *cert, long days);

#endif
