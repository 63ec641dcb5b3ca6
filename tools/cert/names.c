/* SPDX-License-Identifier: MIT */
/* The names and addresses a certificate is for; see names.h. */
#include "cert/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/email_uri.h"
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

static const char *ip_take(struct cert_name *entry, const char *address, char *text, size_t size)
{
	entry->address_len = address_parse(address, entry->address);
	if (entry->address_len == 0) {
		if (strchr(address, '%'))
			return "has a zone, which a certificate cannot hold: leave out the %";
		if (strpbrk(address, "[]/"))
			return "is not one bare address: leave out brackets and prefix length";
		return "is neither an IPv4 nor an IPv6 address (names go into --name)";
	}
	(void)address_text(entry->address, entry->address_len, text, size);
	return NULL;
}

static void to_lower(char *text)
{
	for (; *text; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

/* As the certificate is to hold it; or what is wrong. */
static const char *take(struct cert_name *entry, const char *given, char text[NAME_TEXT_MAX + 1])
{
	const char *wrong = NULL;

	if (entry->kind == NAME_IP)
		return ip_take(entry, given, text, NAME_TEXT_MAX + 1);
	if (entry->kind == NAME_DNS)
		wrong = dns_name_wrong(given);
	else
		wrong = entry->kind == NAME_EMAIL ? email_wrong(given) : uri_wrong(given);
	if (wrong)
		return wrong;
	snprintf(text, NAME_TEXT_MAX + 1, "%s", given);
	/* The other kinds are compared byte by byte (hatch_client_auth). */
	if (entry->kind == NAME_DNS)
		to_lower(text);
	return NULL;
}

const char *names_add(struct cert_names *names, enum name_kind kind, const char *given)
{
	struct cert_name entry = { .kind = kind };
	char text[NAME_TEXT_MAX + 1];
	const char *wrong = take(&entry, given, text);

	if (wrong)
		return wrong;
	for (size_t i = 0; i < names->count; i++) {
		if (names->item[i].kind == kind && strcmp(names->item[i].text, text) == 0)
			return NULL;
	}
	if (names->count == NAMES_MAX)
		return "is one too many: at most 128 names and addresses";
	entry.text = path_add(text, "");
	names->item[names->count++] = entry;
	return NULL;
}

void names_take_kind(struct cert_names *names, enum name_kind kind, const struct arg_list *list,
	const char *option)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *wrong = names_add(names, kind, list->item[i]);

		if (wrong)
			die_usage("--%s \"%s\" %s", option, list->item[i], wrong);
	}
}

void names_take(struct cert_names *names, const struct arg_list *dns, const struct arg_list *ip)
{
	names_take_kind(names, NAME_DNS, dns, "name");
	names_take_kind(names, NAME_IP, ip, "ip");
}

void names_free(struct cert_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->item[i].text);
	names->count = 0;
}
