/* SPDX-License-Identifier: MIT */
/* What is asked for when a certificate is made; see order.h. */
#include "cert/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/say.h"

unsigned order_formats(const char *list)
{
	static const struct {
		const char *name;
		unsigned format;
	} formats[] = { { "pem", OUTPUT_PEM }, { "der", OUTPUT_DER }, { "header", OUTPUT_HEADER },
		{ "nvs", OUTPUT_NVS } };
	unsigned all = 0;

	for (const char *at = list;;) {
		size_t len = strcspn(at, ",");
		unsigned found = 0;

		for (size_t i = 0; i < ARG_COUNT(formats); i++) {
			if (strlen(formats[i].name) == len && memcmp(formats[i].name, at, len) == 0)
				found = formats[i].format;
		}
		if (!found)
			die_usage("--format wants one or more of pem,der,header,nvs");
		all |= found;
		if (!at[len])
			return all;
		at += len + 1;
	}
}

enum mbed_key order_key(const char *name)
{
	static const char *const names[] = {
		[MBED_P256] = "p256",
		[MBED_RSA2048] = "rsa2048",
		[MBED_RSA3072] = "rsa3072",
		[MBED_RSA4096] = "rsa4096",
	};

	for (size_t i = 0; i < ARG_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum mbed_key)i;
	}
	die_usage("--key wants p256, rsa2048, rsa3072 or rsa4096");
}

static bool is_word(char c, bool first)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

	return letter || (!first && c >= '0' && c <= '9');
}

/* The last part of the path, with an underscore for what C does not allow. */
static void default_symbol(const char *base, char symbol[SYMBOL_MAX])
{
	const char *at = path_last(base);
	size_t len = 0;

	if (*at && !is_word(*at, true))
		symbol[len++] = 'x';
	for (; *at && len < SYMBOL_MAX - 1; at++)
		symbol[len++] = (char)(is_word(*at, false) ? *at : '_');
	symbol[len] = 0;
}

void order_symbol(const char *given, const char *base, char symbol[SYMBOL_MAX])
{
	size_t len = given ? strlen(given) : 0;

	if (!given) {
		default_symbol(base, symbol);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_word(given[i], i == 0))
			die_usage("--symbol wants a C identifier");
	}
	if (len == 0 || len >= SYMBOL_MAX)
		die_usage("--symbol wants 1 to %d characters", SYMBOL_MAX - 1);
	memcpy(symbol, given, len + 1);
}

void order_check_days(long days, bool allow_long)
{
	if (days > APPLE_DAYS && !allow_long)
		die_usage(
			"--days %ld: Apple's systems refuse a server certificate that is valid for "
			"more than %d days; --allow-long makes it all the same",
			days, APPLE_DAYS);
}

char *order_dn(const struct subject *subject, const struct cert_names *names)
{
	struct subject filled = *subject;

	if (!filled.common_name)
		filled.common_name = strlen(names->item[0].text) <= SUBJECT_CN_MAX
					     ? names->item[0].text
					     : "Hatch server";
	return subject_to_dn(&filled);
}

/* From yesterday on, and no longer than the CA. */
static bool plan_validity(struct cert_plan *plan, long days, const struct identity *ca)
{
	plan->not_before = time(NULL) - DAY_S;
	/* Both ends belong to it: RFC 5280 section 4.1.2.5. */
	plan->not_after = plan->not_before + (time_t)days * DAY_S - 1;
	if (!ca || plan->not_after <= mbed_time(&ca->cert.valid_to))
		return true;
	plan->not_after = mbed_time(&ca->cert.valid_to);
	return false;
}

void order_make(const struct order *order, struct identity *ca, struct identity *leaf)
{
	struct cert_plan plan = { .dn = order->dn,
		.names = order->output.names,
		.purpose = order->output.purpose,
		.key = order->key };

	if (!plan_validity(&plan, order->days, ca))
		warn("%s: the certificate ends with the CA that signs it, before its %ld days",
			path_last(order->output.base), order->days);
	identity_init(leaf);
	if (plan.key != MBED_P256 && !order->output.quiet)
		fprintf(stderr, "Looking for two large primes...\n");
	identity_make(leaf, &plan, ca);
	output_write(&order->output, leaf, ca ? &ca->cert : NULL);
}

void order_load_ca(struct ca_store *store, struct identity *ca)
{
	static const struct subject unnamed;

	identity_init(ca);
	if (store_has_ca(store)) {
		store_load(store, ca);
		return;
	}
	store_make(store, ca, &unnamed, 3650, false);
	if (store->purpose == FOR_CLIENTS)
		printf("There was no CA for clients: made one in %s.\n"
		       "Your server is to know its certificate: config.client_ca\n\n",
			store->folder);
	else
		printf("There was no CA: made one in %s.\n"
		       "Browsers trust it after: hatch-cert trust\n\n",
			store->folder);
}
