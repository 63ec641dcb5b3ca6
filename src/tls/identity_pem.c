/*
 * identity_pem.c - an identity from PEM in memory
 * SPDX-License-Identifier: MIT
 */
#include "mbedtls_shared.h"
#include "mbedtls_version.h"
#include "pem.h"

int hatch_identity_pem(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	size_t cert = hx_pem_len(from->cert), key = hx_pem_len(from->key);
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
