/* SPDX-License-Identifier: MIT */
/* The names and addresses a certificate is for; see names.h. */
#include "cert/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "common/files.h"
#include "common/say.h"

enum {
	LABEL_MAX = 63,
	NAME_MAX_LEN = 253,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ldh(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
}

static const char *label_wrong(const char *label, size_t len)
{
	if (len == 0)
		return "has an empty label (two dots in a row, or one at an end)";
	if (len > LABEL_MAX)
		return "has a label of more than 63 characters";
	if (label[0] == '-' || label[len - 1] == '-')
		return "has a label that begins or ends with a hyphen";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)label[i] > 0x7e)
			return "is not ASCII: give its punycode form (xn--...)";
		if (label[i] == '*')
			return "has a * that is not the whole first label (as in *.example.lan)";
		if (label[i] == ':' || label[i] == '/')
			return "is not a bare host name: leave out scheme, port and path (an IPv6 "
			       "address goes into --ip)";
		if (!is_ldh(label[i]))
			return "has a character other than letters, digits, hyphens and dots";
	}
	return NULL;
}

const char *dns_name_wrong(const char *name)
{
	const char *at = name;
	const char *wrong;
	size_t len;
	bool numeric = true;

	if (!*name)
		return "is empty";
	if (strncmp(name, "*.", 2) == 0)
		at += 2;
	for (;; at += len + 1) {
		len = strcspn(at, ".");
		wrong = label_wrong(at, len);
		if (wrong)
			return wrong;
		if (!at[len])
			break;
	}
	for (size_t i = 0; i < len; i++)
		numeric = numeric && is_digit(at[i]);
	if (numeric)
		return "ends in a number, so it is an address or nothing: use --ip for addresses";
	return strlen(name) > NAME_MAX_LEN ? "is longer than 253 characters" : NULL;
}

static const char *names_add(
	struct cert_names *names, const struct cert_name *name, const char *text)
{
	char *copy;

	for (size_t i = 0; i < names->count; i++) {
		if (names->item[i].is_ip == name->is_ip && strcmp(names->item[i].text, text) == 0)
			return NULL;
	}
	if (names->count == NAMES_MAX)
		return "is one too many: at most 128 names and addresses";
	copy = path_add(text, "");
	names->item[names->count] = *name;
	names->item[names->count].text = copy;
	names->count++;
	return NULL;
}

const char *names_add_dns(struct cert_names *names, const char *name)
{
	const char *wrong = dns_name_wrong(name);
	struct cert_name entry = { .is_ip = false };
	char lower[NAME_MAX_LEN + 1];
	size_t len = strlen(name);

	if (wrong)
		return wrong;
	for (size_t i = 0; i <= len; i++) {
		bool upper = name[i] >= 'A' && name[i] <= 'Z';

		lower[i] = (char)(upper ? name[i] - 'A' + 'a' : name[i]);
	}
	return names_add(names, &entry, lower);
}

const char *names_add_ip(struct cert_names *names, const char *address)
{
	struct cert_name entry = { .is_ip = true };
	char text[ADDRESS_TEXT_SIZE];

	entry.address_len = address_parse(address, entry.address);
	if (entry.address_len == 0) {
		if (strchr(address, '%'))
			return "has a zone, which a certificate cannot hold: leave out the %";
		if (strpbrk(address, "[]/"))
			return "is not one bare address: leave out brackets and prefix length";
		return "is neither an IPv4 nor an IPv6 address (names go into --name)";
	}
	(void)address_text(entry.address, entry.address_len, text, sizeof(text));
	return names_add(names, &entry, text);
}

void names_take(struct cert_names *names, const struct arg_list *dns, const struct arg_list *ip)
{
	const char *wrong;

	for (size_t i = 0; i < dns->count; i++) {
		wrong = names_add_dns(names, dns->item[i]);
		if (wrong)
			die_usage("--name \"%s\" %s", dns->item[i], wrong);
	}
	for (size_t i = 0; i < ip->count; i++) {
		wrong = names_add_ip(names, ip->item[i]);
		if (wrong)
			die_usage("--ip \"%s\" %s", ip->item[i], wrong);
	}
}

void names_free(struct cert_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->item[i].text);
	names->count = 0;
}

mbedtls_x509_san_list *names_to_san(
	const struct cert_names *names, mbedtls_x509_san_list list[NAMES_MAX])
{
	for (size_t i = 0; i < names->count; i++) {
		const struct cert_name *name = &names->item[i];
		mbedtls_x509_subject_alternative_name *node = &list[i].node;

		/* The writer only reads through the pointer, which its type does not say. */
		if (name->is_ip) {
			node->type = MBEDTLS_X509_SAN_IP_ADDRESS;
			node->san.unstructured_name.p = (unsigned char *)name->address;
			node->san.unstructured_name.len = name->address_len;
		} else {
			node->type = MBEDTLS_X509_SAN_DNS_NAME;
			node->san.unstructured_name.p = (unsigned char *)name->text;
			node->san.unstructured_name.len = strlen(name->text);
		}
		list[i].next = i > 0 ? &list[i - 1] : NULL;
	}
	return names->count > 0 ? &list[names->count - 1] : NULL;
}
