/* SPDX-License-Identifier: MIT */
/* hatch-cert server and hatch-cert self: a certificate for a server, signed by the CA or itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/command.h"
#include "cert/output.h"
#include "cert/print.h"
#include "cert/store.h"
#include "common/args.h"
#include "common/files.h"
#include "common/say.h"

enum {
	APPLE_DAYS = 825,
	SYMBOL_MAX = 96,
};

static struct {
	struct arg_list names, addresses;
	const char *out, *ca, *format, *key, *symbol;
	struct subject subject;
	long days;
	bool allow_long, chain, force;
} opt = { .days = APPLE_DAYS, .format = "pem", .key = "p256" };

static const struct arg_option options[] = {
	{ "name", "NAME",
		"a host name it is for, such as esp32.local or *.example.lan;\n"
		"may be given again",
		.list = &opt.names },
	{ "ip", "ADDR", "an IPv4 or IPv6 address it is for; may be given again",
		.list = &opt.addresses },
	{ "out", "BASE",
		"what the files are called, without ending\n"
		"(default: the first name, in this folder)",
		.text = &opt.out },
	{ "format", "LIST",
		"one or more of pem,der,header (default: pem)\n"
		"pem: BASE.pem, BASE.key; der: BASE.der, BASE.key.der;\n"
		"header: BASE.h, C arrays in DER, to compile into firmware",
		.text = &opt.format },
	{ "symbol", "WORD",
		"the arrays of the header are WORD_cert and WORD_key\n"
		"(default: the last part of BASE)",
		.text = &opt.symbol },
	{ "key", "KIND",
		"p256, rsa2048, rsa3072 or rsa4096 (default: p256; RSA is ten\n"
		"times slower on a microcontroller and its chain is larger)",
		.text = &opt.key },
	{ "days", "N",
		"how long it is valid (default and usual limit: 825, because\n"
		"Apple's systems refuse a server certificate of a longer life)",
		.number = &opt.days, .min = 2, .max = 36500 },
	{ "allow-long", NULL, "more than 825 days after all", .on = &opt.allow_long },
	{ "common-name", "TEXT", "CN (default: the first name)", .text = &opt.subject.common_name },
	{ "organization", "TEXT", "O", .text = &opt.subject.organization },
	{ "locality", "TEXT", "L", .text = &opt.subject.locality },
	{ "state", "TEXT", "ST", .text = &opt.subject.state },
	{ "country", "XX", "C, two letters", .text = &opt.subject.country },
	{ "force", NULL, "replace files that are there", .on = &opt.force },
	/* The last two are for "server" only. */
	{ "chain", NULL,
		"the CA's certificate follows in the same file or array: for\n"
		"clients that trust it by fingerprint; others have it anyway",
		.on = &opt.chain },
	{ "ca", "DIR",
		"the folder of the CA\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const char more[] =
	"Files with the key (.key, .key.der, .h) are readable by their owner only. Everything is\n"
	"read back and checked (signature, dates, every name and address, key) before it gets its\n"
	"name; if anything fails, the old files stay. The certificate is valid from yesterday on,\n"
	"because the clocks of devices are late.\n\n"
	"Examples:\n"
	"  hatch-cert server --name esp32.local --ip 192.168.4.1 --out esp32\n"
	"  hatch-cert server --name esp32.local --out main/esp32 --format header\n"
	"  hatch-cert server --name '*.example.lan' --name example.lan --out lan --key rsa2048\n\n"
	"Exit status: 0 made, 1 it did not work, 2 wrong use.";

static const struct arg_command server_command = {
	.name = "hatch-cert server",
	.usage = "--name NAME | --ip ADDR ... [--out BASE] [option...]",
	.about = "Makes a key and a server certificate for these names and addresses, signed by\n"
		 "your local CA (which is made if there is none).",
	.more = more,
	.options = options,
	.option_count = ARG_COUNT(options),
};

static const struct arg_command self_command = {
	.name = "hatch-cert self",
	.usage = "--name NAME | --ip ADDR ... [--out BASE] [option...]",
	.about = "Makes a key and a server certificate that is signed by its own key, without a\n"
		 "CA. Browsers warn of it on every device anew: \"hatch-cert server\" is better\n"
		 "wherever you can install a CA.",
	.more = "Options and files are those of \"hatch-cert server\".",
	.options = options,
	.option_count = ARG_COUNT(options) - 2,
};

static unsigned parse_formats(const char *list)
{
	static const struct {
		const char *name;
		unsigned format;
	} formats[] = { { "pem", OUTPUT_PEM }, { "der", OUTPUT_DER }, { "header", OUTPUT_HEADER } };
	unsigned all = 0;

	for (const char *at = list;;) {
		size_t len = strcspn(at, ",");
		unsigned found = 0;

		for (size_t i = 0; i < ARG_COUNT(formats); i++) {
			if (strlen(formats[i].name) == len && memcmp(formats[i].name, at, len) == 0)
				found = formats[i].format;
		}
		if (!found)
			die_usage("--format wants one or more of pem,der,header");
		all |= found;
		if (!at[len])
			return all;
		at += len + 1;
	}
}

static enum mbed_key parse_key(const char *name)
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

static void take_symbol(const char *base, char symbol[SYMBOL_MAX])
{
	size_t len = opt.symbol ? strlen(opt.symbol) : 0;

	if (!opt.symbol) {
		default_symbol(base, symbol);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_word(opt.symbol[i], i == 0))
			die_usage("--symbol wants a C identifier");
	}
	if (len == 0 || len >= SYMBOL_MAX)
		die_usage("--symbol wants 1 to %d characters", SYMBOL_MAX - 1);
	memcpy(symbol, opt.symbol, len + 1);
}

/* A file name that needs no quotes: of the first name, without star and colons. */
static char *default_base(const struct cert_names *names)
{
	const char *name = names->item[0].text;
	char *base = path_add(name[0] == '*' ? "any" : "", name[0] == '*' ? name + 1 : name);

	for (char *at = base; *at; at++) {
		if (*at == ':')
			*at = '-';
	}
	return base;
}

static void check_base(const char *base)
{
	if (!*path_last(base))
		die_usage(
			"--out wants a folder and the beginning of a file name, as in certs/esp32");
}

/* From yesterday on, and no longer than the CA. */
static void plan_validity(struct cert_plan *plan, const struct identity *ca)
{
	if (opt.days > APPLE_DAYS && !opt.allow_long)
		die_usage(
			"--days %ld: Apple's systems refuse a server certificate that is valid for "
			"more than %d days; --allow-long makes it all the same",
			opt.days, APPLE_DAYS);
	plan->not_before = time(NULL) - DAY_S;
	/* Both ends belong to it: RFC 5280 section 4.1.2.5. */
	plan->not_after = plan->not_before + (time_t)opt.days * DAY_S - 1;
	if (ca && plan->not_after > mbed_time(&ca->cert.valid_to)) {
		plan->not_after = mbed_time(&ca->cert.valid_to);
		warn("the certificate ends with the CA that signs it, before its %ld days",
			opt.days);
	}
}

static void print_next(const struct cert_names *names, const char *trusted)
{
	const char *name = names->item[0].text;
	bool brackets = names->item[0].is_ip && strchr(name, ':');

	printf("Try it: curl --cacert ");
	print_quoted(trusted);
	printf(brackets ? " 'https://[%s]/'\n" : " https://%s%s/\n",
		brackets || name[0] != '*' ? (brackets ? name : "") : "www",
		name[0] == '*' ? name + 1 : name);
}

static void make(struct cert_names *names, const struct output *output, struct ca_store *store,
	struct identity *ca)
{
	struct cert_plan plan = { .names = names, .key = parse_key(opt.key) };
	char *own = path_add(output->base, ".pem");
	struct identity leaf;
	char *dn;

	if (!opt.subject.common_name)
		opt.subject.common_name = strlen(names->item[0].text) <= SUBJECT_CN_MAX
						  ? names->item[0].text
						  : "Hatch server";
	dn = subject_to_dn(&opt.subject);
	plan.dn = dn;
	plan_validity(&plan, ca);
	identity_init(&leaf);
	if (plan.key != MBED_P256)
		fprintf(stderr, "Looking for two large primes...\n");
	identity_make(&leaf, &plan, ca);
	output_write(output, &leaf, ca ? &ca->cert : NULL);
	print_cert(&leaf.cert);
	if (ca || (output->formats & OUTPUT_PEM))
		print_next(names, ca ? store->cert : own);
	identity_free(&leaf);
	free(dn);
	free(own);
}

static void load_or_make_ca(struct ca_store *store, struct identity *ca)
{
	static const struct subject unnamed;

	store_open(store, opt.ca);
	identity_init(ca);
	if (store_has_ca(store)) {
		store_load(store, ca);
		return;
	}
	store_make(store, ca, &unnamed, 3650, false);
	printf("There was no CA: made one in %s.\nBrowsers trust it after: hatch-cert trust\n\n",
		store->folder);
}

static int run(bool with_ca)
{
	static struct cert_names names;
	char symbol[SYMBOL_MAX];
	struct output output = { .names = &names, .symbol = symbol };
	struct ca_store store;
	struct identity ca;
	char *base;

	names_take(&names, &opt.names, &opt.addresses);
	if (names.count == 0)
		die_usage("what is it for? Give at least one --name or --ip");
	(void)parse_key(opt.key);
	base = opt.out ? path_add(opt.out, "") : default_base(&names);
	check_base(base);
	take_symbol(base, symbol);
	output.base = base;
	output.formats = parse_formats(opt.format);
	output.chain = opt.chain;
	output.force = opt.force;
	output_check_free(&output);
	if (with_ca)
		load_or_make_ca(&store, &ca);
	make(&names, &output, with_ca ? &store : NULL, with_ca ? &ca : NULL);
	if (with_ca) {
		identity_free(&ca);
		store_close(&store);
	}
	names_free(&names);
	free(base);
	return 0;
}

int command_server(int argc, char **argv)
{
	args_parse(&server_command, argc, argv);
	return run(true);
}

int command_self(int argc, char **argv)
{
	args_parse(&self_command, argc, argv);
	return run(false);
}
