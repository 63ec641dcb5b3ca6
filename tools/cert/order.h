/* SPDX-License-Identifier: MIT */
/* What is asked for when a certificate is made: server, self, client, batch and renew share it. */
#ifndef TOOLS_CERT_ORDER_H
#define TOOLS_CERT_ORDER_H

#include <stdbool.h>

#include "cert/output.h"
#include "cert/store.h"
#include "cert/subject.h"

enum {
	APPLE_DAYS = 825,
	SYMBOL_MAX = 96,
};

struct order {
	struct output output;
	enum mbed_key key;
	const char *dn; /* see order_dn() and subject_of() */
	long days;
};

/* From the words of options. What does not fit ends the program with status 2. */
unsigned order_formats(const char *list);
enum mbed_key order_key(const char *name);
void order_check_days(long days, bool allow_long);

/* given NULL: the last part of base, with an underscore for what C does not allow. */
void order_symbol(const char *given, const char *base, char symbol[SYMBOL_MAX]);

/* An empty common name becomes the first of the names. The caller frees it. */
char *order_dn(const struct subject *subject, const struct cert_names *names);

/* Makes it, and leaves it in leaf. ca NULL: signed by itself. */
void order_make(const struct order *order, struct identity *ca, struct identity *leaf);

/* The CA of an open store; one is made if there is none. */
void order_load_ca(struct ca_store *store, struct identity *ca);

#endif
