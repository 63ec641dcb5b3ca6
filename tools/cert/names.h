/* SPDX-License-Identifier: MIT */
/* The names and addresses a certificate is for: its subjectAltName, RFC 5280 section 4.2.1.6. */
#ifndef TOOLS_CERT_NAMES_H
#define TOOLS_CERT_NAMES_H

#include <stddef.h>

#include "common/args.h"

enum {
	NAMES_MAX = 2 * ARG_LIST_MAX, /* --name and --ip */
	NAME_TEXT_MAX = 255,
};

/* The first two for servers, all but the second for clients. */
enum name_kind {
	NAME_DNS,
	NAME_IP,
	NAME_EMAIL,
	NAME_URI,
};

struct cert_name {
	enum name_kind kind;
	char *text; /* owned; host names in lower case, IP addresses in their usual form */
	unsigned char address[16];
	size_t address_len;
};

struct cert_names {
	size_t count;
	struct cert_name item[NAMES_MAX];
};

/*
 * Host names after RFC 1123 (letters, digits, hyphens; a wildcard as the whole first label) and
 * addresses. What is not fit for a certificate ends the program with status 2 and the reason.
 * Repetitions are dropped.
 */
void names_take(struct cert_names *names, const struct arg_list *dns, const struct arg_list *ip);
void names_free(struct cert_names *names);

/* The same for one kind; option is what the user calls it. */
void names_take_kind(struct cert_names *names, enum name_kind kind, const struct arg_list *list,
	const char *option);

/* NULL if it fits, else what is wrong with it, as the end of a sentence. */
const char *dns_name_wrong(const char *name);
const char *names_add(struct cert_names *names, enum name_kind kind, const char *text);

#endif
