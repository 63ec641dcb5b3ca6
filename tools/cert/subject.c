/* SPDX-License-Identifier: MIT */
/* Distinguished names; see subject.h. */
#include "cert/subject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/oid.h>

#include "common/say.h"

enum {
	DN_SIZE = 4096, /* five fields, 128 characters of four bytes at most, two digits for each */
};

struct field {
	const char *option;
	const char *type;
	const char *value;
	size_t max;
};

/* How many bytes the UTF-8 character takes; 0 if it is none, or a control character. */
static size_t character_len(const unsigned char *at)
{
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (at[0] < 0x20 || at[0] == 0x7f || (at[0] > 0x7f && at[0] < 0xc2) || at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Overlong forms, surrogates, and what lies beyond Unicode. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
		(at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

static void field_check(const struct field *field)
{
	const unsigned char *at = (const unsigned char *)field->value;
	size_t count = 0;

	for (; *at; count++) {
		size_t len = character_len(at);

		if (len == 0)
			die_usage("--%s: not UTF-8, or a control character", field->option);
		at += len;
	}
	if (count > field->max)
		die_usage("--%s: %zu characters, the standard allows %zu", field->option, count,
			field->max);
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void country_check(const char *country)
{
	if (strlen(country) != 2 || !is_letter(country[0]) || !is_letter(country[1]))
		die_usage("--country wants the two letters of ISO 3166, for example DE");
}

static char *append_field(char *end, const struct field *field, bool first)
{
	const char *value = field->value;

	end += sprintf(end, "%s%s=", first ? "" : ",", field->type);
	for (const char *at = value; *at; at++) {
		bool edge = at == value || !at[1];

		/*
		 * As \HH: Mbed TLS takes the comma after a value that ends in an escaped backslash
		 * for an escaped comma.
		 */
		if (strchr(",+\"\\<>;=#", *at) || (*at == ' ' && edge))
			end += sprintf(end, "\\%02X", (unsigned)*at);
		else
			*end++ = *at;
	}
	*end = 0;
	return end;
}

char *subject_to_dn(const struct subject *subject)
{
	const struct field fields[] = {
		{ "country", "C", subject->country, 2 },
		{ "state", "ST", subject->state, SUBJECT_L_MAX },
		{ "locality", "L", subject->locality, SUBJECT_L_MAX },
		{ "organization", "O", subject->organization, SUBJECT_O_MAX },
		{ subject->cn_option ? subject->cn_option : "common-name", "CN",
			subject->common_name, SUBJECT_CN_MAX },
	};
	char *dn = malloc(DN_SIZE);
	char *end = dn;

	if (!dn)
		die("out of memory");
	*dn = 0;
	if (subject->country && *subject->country)
		country_check(subject->country);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!fields[i].value || !*fields[i].value)
			continue;
		field_check(&fields[i]);
		end = append_field(end, &fields[i], end == dn);
	}
	return dn;
}

/* One attribute as OID=#DER. Returns the new end, or NULL. */
static char *append_attribute(char *end, const char *limit, const mbedtls_x509_name *name)
{
	size_t room = (size_t)(limit - end);
	size_t len = name->val.len;
	int used;

	/* The OID, two digits for each byte, tag and length, signs and the end. */
	if (len > 255 || room < 2 * len + 64)
		return NULL;
	used = mbedtls_oid_get_numeric_string(end, 48, &name->oid);
	if (used < 0)
		return NULL;
	end += used;
	end += sprintf(
		end, "=#%02X%s%02X", (unsigned)name->val.tag, len > 127 ? "81" : "", (unsigned)len);
	for (size_t i = 0; i < len; i++)
		end += sprintf(end, "%02X", name->val.p[i]);
	return end;
}

char *subject_of(const mbedtls_x509_crt *cert)
{
	char *dn = malloc(DN_SIZE);
	char *end = dn;

	if (!dn)
		die("out of memory");
	*dn = 0;
	for (const mbedtls_x509_name *name = &cert->subject; name; name = name->next) {
		if (end != dn)
			*end++ = ',';
		end = append_attribute(end, dn + DN_SIZE - 1, name);
		if (!end) {
			free(dn);
			return NULL;
		}
	}
	return dn;
}

const mbedtls_x509_name *subject_common_name(const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_name *name = &cert->subject;

	while (name && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid) != 0)
		name = name->next;
	return name;
}
