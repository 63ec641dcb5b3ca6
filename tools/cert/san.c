/* SPDX-License-Identifier: MIT */
/* Names and addresses as a certificate holds them; see san.h. */
#include "cert/san.h"

#include <string.h>

#include "common/address.h"

static const int types[] = {
	[NAME_DNS] = MBEDTLS_X509_SAN_DNS_NAME,
	[NAME_IP] = MBEDTLS_X509_SAN_IP_ADDRESS,
	[NAME_EMAIL] = MBEDTLS_X509_SAN_RFC822_NAME,
	[NAME_URI] = MBEDTLS_X509_SAN_UNIFORM_RESOURCE_IDENTIFIER,
};

static const unsigned char *name_bytes(const struct cert_name *name, size_t *len)
{
	*len = name->kind == NAME_IP ? name->address_len : strlen(name->text);
	return name->kind == NAME_IP ? name->address : (const unsigned char *)name->text;
}

mbedtls_x509_san_list *san_from_names(
	const struct cert_names *names, mbedtls_x509_san_list list[NAMES_MAX])
{
	for (size_t i = 0; i < names->count; i++) {
		mbedtls_x509_subject_alternative_name *node = &list[i].node;

		node->type = types[names->item[i].kind];
		/* The writer only reads through the pointer, which its type does not say. */
		node->san.unstructured_name.p = (unsigned char *)name_bytes(
			&names->item[i], &node->san.unstructured_name.len);
		list[i].next = i > 0 ? &list[i - 1] : NULL;
	}
	return names->count > 0 ? &list[names->count - 1] : NULL;
}

static bool san_kind(const mbedtls_x509_buf *san, enum name_kind *kind)
{
	int type = san->tag & MBEDTLS_ASN1_TAG_VALUE_MASK;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		*kind = (enum name_kind)i;
		if (types[i] == type)
			return true;
	}
	return false;
}

bool san_text(const mbedtls_x509_buf *san, enum name_kind *kind, char text[NAME_TEXT_MAX + 1])
{
	if (!san_kind(san, kind))
		return false;
	if (*kind == NAME_IP)
		return address_text(san->p, san->len, text, NAME_TEXT_MAX + 1);
	if (san->len > NAME_TEXT_MAX || memchr(san->p, 0, san->len))
		return false;
	memcpy(text, san->p, san->len);
	text[san->len] = 0;
	return true;
}

bool san_to_names(const mbedtls_x509_crt *cert, struct cert_names *names)
{
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	char text[NAME_TEXT_MAX + 1];
	enum name_kind kind;

	for (; san && san->buf.p; san = san->next) {
		if (!san_text(&san->buf, &kind, text) || names_add(names, kind, text) != NULL)
			return false;
	}
	return true;
}

bool san_has(const mbedtls_x509_crt *cert, const struct cert_name *name)
{
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	size_t len;
	const unsigned char *bytes = name_bytes(name, &len);
	enum name_kind kind;

	for (; san && san->buf.p; san = san->next) {
		if (san_kind(&san->buf, &kind) && kind == name->kind && san->buf.len == len &&
			memcmp(san->buf.p, bytes, len) == 0)
			return true;
	}
	return false;
}

size_t san_count(const mbedtls_x509_crt *cert)
{
	size_t count = 0;

	for (const mbedtls_x509_sequence *at = &cert->subject_alt_names; at && at->buf.p;
		at = at->next)
		count++;
	return count;
}
