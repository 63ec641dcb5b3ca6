/*
 * identity_names.c - whether an identity is for the name that a client has asked for
 * SPDX-License-Identifier: MIT
 *
 * RFC 6066 section 3 sends a DNS name in ASCII, without a final dot; RFC 6125 section 6.4 says what
 * is the same: letters in either case, and "*" for the whole first label.
 */
#include <string.h>

#include "../base/span.h"
#include "identity.h"

static bool same_name(struct hatch_span ours, struct hatch_span asked)
{
	if (ours.len > 2 && ours.ptr[0] == '*' && ours.ptr[1] == '.') {
		const char *dot = memchr(asked.ptr, '.', asked.len);
		if (dot == NULL || dot == asked.ptr)
			return false;
		ours = hx_span(ours.ptr + 1, ours.len - 1);
		asked = hx_span(dot, asked.len - (size_t)(dot - asked.ptr));
	}
	return hx_span_same_nocase(ours, asked);
}

/* "a.example, *.b.example" */
static bool is_listed(const char *names, struct hatch_span asked)
{
	struct hatch_span left = hatch_str(names);
	while (left.len > 0) {
		size_t len = 0;
		while (len < left.len && left.ptr[len] != ',' && left.ptr[len] != ' ')
			len++;
		if (len > 0 && same_name(hx_span(left.ptr, len), asked))
			return true;
		len += len < left.len ? 1 : 0;
		left = hx_span(left.ptr + len, left.len - len);
	}
	return false;
}

struct hatch_span hx_common_name(const mbedtls_x509_crt *cert)
{
	static const unsigned char common_name[] = { 0x55, 0x04, 0x03 };
	for (const mbedtls_x509_name *name = &cert->subject; name != NULL; name = name->next)
		if (name->oid.len == sizeof(common_name) &&
			memcmp(name->oid.p, common_name, sizeof(common_name)) == 0)
			return hx_span((const char *)name->val.p, name->val.len);
	return hx_span(NULL, 0);
}

static bool is_certified(const mbedtls_x509_crt *cert, struct hatch_span asked)
{
	bool has_dns = false;
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	for (; san != NULL && san->buf.p != NULL; san = san->next) {
		if ((san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) != MBEDTLS_X509_SAN_DNS_NAME)
			continue;
		has_dns = true;
		if (same_name(hx_span((const char *)san->buf.p, san->buf.len), asked))
			return true;
	}
	/* RFC 6125 section 6.4.4: the common name only where there is no DNS name. */
	return !has_dns && same_name(hx_common_name(cert), asked);
}

bool hx_identity_is_for(const struct hatch_tls_identity *identity, struct hatch_span name)
{
	return identity->names != NULL ? is_listed(identity->names, name)
				       : is_certified(&identity->chain, name);
}
