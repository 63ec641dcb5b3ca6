/* SPDX-License-Identifier: MIT */
/* The names and addresses a certificate is for. */
#ifndef TOOLS_CERT_NAMES_H
#define TOOLS_CERT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

#include "common/args.h"

enum {
	NAMES_MAX = 2 * ARG_LIST_MAX, /* --name and --ip */
};

struct cert_name {
	bool is_ip;
	char *text; /* owned; lower case, addresses in their usual form */
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

/* NULL if it fits, else what is wrong with it, as the end of a sentence. */
const char *dns_name_wrong(const char *name);
const char *names_add_dns(struct cert_names *names, const char *name);
const char *names_add_ip(struct cert_names *names, const char *address);

/*
 * Fills list[0..count-1] and links them, the last one first, because Mbed TLS writes backwards.
 * They point into names. NULL if there are none.
 */
mbedtls_x509_san_list *names_to_san(
	const struct cert_names *names, mbedtls_x509_san_list list[NAMES_MAX]);

#endif
