/*
 * self_cert.h - a P-256 key and the certificate that it signs itself
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TLS_SELF_CERT_H
#define HX_TLS_SELF_CERT_H

#include "mbedtls_shared.h"
#include "self_names.h"
#include "self_record.h"

/* Both return 0 or a number of the library. */

/* A new key, as the number that it is. */
int hx_self_key_make(unsigned char key[HX_RECORD_KEY]);

/* The number as the library wants it; into is initialised. */
int hx_self_key_load(mbedtls_pk_context *into, const unsigned char key[HX_RECORD_KEY]);

enum { HX_SERIAL_LEN = 16 };

/* The certificate as DER, at the start of der: its length, or a negative number of the library. */
int hx_self_cert_make(mbedtls_pk_context *key, const struct hx_self_names *names,
	unsigned char serial[HX_SERIAL_LEN], unsigned char der[HX_CERT_MAX]);

/* Whether the library was built with what writes certificates. */
bool hx_self_cert_can(void);

#endif
