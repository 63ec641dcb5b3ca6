/*
 * identity_der.c - an identity from DER in memory
 * SPDX-License-Identifier: MIT
 */
#include "mbedtls_shared.h"
#include "mbedtls_version.h"

/* The length of the DER element at the start, 0 if it is not whole (X.690 section 8.1.3). */
static size_t element_len(const unsigned char *at, size_t len)
{
	if (len < 2)
		return 0;
	size_t size = at[1], count = 0;
	if (size > 0x80) {
		count = size - 0x80;
		if (count > 4 || count > len - 2)
			return 0;
		size = 0;
		for (size_t i = 0; i < count; i++)
			size = size << 8 | at[2 + i];
	} else if (size == 0x80) {
		return 0;
	}
	return size <= len - 2 - count ? 2 + count + size : 0;
}

int hatch_identity_der(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	const unsigned char *at = (const unsigned char *)from->cert.ptr;
	size_t left = from->cert.len;
	if (from->hostname != NULL)
		return hx_identity_refuse(into, "a hostname is for hatch_identity_self_signed", 0);
	if (left == 0 || from->key.len == 0)
		return hx_identity_refuse(into, "the certificate or the key is empty", 0);
	while (left > 0) {
		size_t len = element_len(at, left);
		if (len == 0)
			return hx_identity_refuse(into, "the certificate is no whole DER", 0);
		int error = mbedtls_x509_crt_parse_der(&into->chain, at, len);
		if (error != 0)
			return hx_identity_refuse(into, "the certificate cannot be read", error);
		at += len;
		left -= len;
	}
	int error = hx_mbed_parse_key(
		&into->key, (const unsigned char *)from->key.ptr, from->key.len);
	return error == 0 ? 0 : hx_identity_refuse(into, "the key cannot be read", error);
}
