/*
 * identity_pem.c - an identity from PEM in memory
 * SPDX-License-Identifier: MIT
 *
 * The library wants PEM with its final NUL counted.  A span of length 0 is a C
 * string; any other is to end in a NUL within, or just behind, its length.
 */
#include <string.h>

#include "mbedtls_shared.h"
#include "mbedtls_version.h"

/* The length with the NUL; 0 if there is none. */
static size_t with_nul(struct hatch_span pem)
{
	if (pem.ptr == NULL)
		return 0;
	if (pem.len == 0)
		return strlen(pem.ptr) + 1;
	const char *end = memchr(pem.ptr, '\0', pem.len + 1);
	return end == NULL ? 0 : (size_t)(end - pem.ptr) + 1;
}

int hatch_identity_pem(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	size_t cert = with_nul(from->cert), key = with_nul(from->key);
	if (from->hostname != NULL)
		return hx_identity_refuse(into, "a hostname is for hatch_identity_self_signed", 0);
	if (cert <= 1 || key <= 1)
		return hx_identity_refuse(into, "the certificate or the key is missing", 0);
	int error = mbedtls_x509_crt_parse(
		&into->chain, (const unsigned char *)from->cert.ptr, cert);
	if (error > 0)
		return hx_identity_refuse(into, "a certificate of the chain cannot be read", 0);
	if (error < 0)
		return hx_identity_refuse(into, "the certificate cannot be read", error);
	error = hx_mbed_parse_key(&into->key, (const unsigned char *)from->key.ptr, key);
	return error == 0 ? 0 : hx_identity_refuse(into, "the key cannot be read", error);
}
