/* SPDX-License-Identifier: MIT */
/* hatch-cert server and hatch-cert self: a certificate for a server, signed by the CA or itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/command.h"
#include "cert/order.h"
#include "cert/print.h"
#include "common/args.h"
#include "common/files.h"
#include "common/say.h"

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
		"one or more of pem,der,header,nvs (default: pem)\n"
		"pem: BASE.pem, BASE.key; der: BASE.der, BASE.key.der;\n"
		"header: BASE.h, C arrays in DER, to compile into firmware;\n"
		"nvs: BASE.nvs.csv, both in DER for ESP-IDF's\n"
		"nvs_partition_gen.py, namespace \"identity\", cert and key",
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
	"Files with the key (.key, .key.der, .h, .nvs.csv) are readable by their owner only. Everything is\n"
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

static void print_next(const struct cert_names *names, const char *trusted)
{
	const char *name = names->item[0].text;
	bool brackets = names->item[0].kind == NAME_IP && strchr(name, ':');

	printf("Try it: curl --cacert ");
	print_quoted(trusted);
	printf(brackets ? " 'https://[%s]/'\n" : " https://%s%s/\n",
		brackets || name[0] != '*' ? (brackets ? name : "") : "www",
		name[0] == '*' ? name + 1 : name);
}

static void make(struct order *order, struct ca_store *store, struct identity *ca)
{
	const struct cert_names *names = order->output.names;
	char *own = path_add(order->output.base, ".pem");
	char *dn = order_dn(&opt.subject, names);
	struct identity leaf;

	order->dn = dn;
	order_make(order, ca, &leaf);
	print_cert(&leaf.cert);
	if (ca || (order->output.formats & OUTPUT_PEM))
		print_next(names, ca ? store->cert : own);
	identity_free(&leaf);
	free(dn);
	free(own);
}

static int run(bool with_ca)
{
	static struct cert_names names;
	char symbol[SYMBOL_MAX];
	struct order order = { .output = { .names = &names, .symbol = symbol }, .days = opt.days };
	struct ca_store store;
	struct identity ca;
	char *base;

	names_take(&names, &opt.names, &opt.addresses);
	if (names.count == 0)
		die_usage("what is it for? Give at least one --name or --ip");
	order.key = order_key(opt.key);
	order_check_days(opt.days, opt.allow_long);
	base = opt.out ? path_add(opt.out, "") : default_base(&names);
	check_base(base);
	order_symbol(opt.symbol, base, symbol);
	order.output.base = base;
	order.output.formats = order_formats(opt.format);
	order.output.chain = opt.chain;
	order.output.force = opt.force;
	output_check_free(&order.output);
	if (with_ca) {
		store_open(&store, opt.ca, FOR_SERVERS);
		order_load_ca(&store, &ca);
	}
	make(&order, with_ca ? &store : NULL, with_ca ? &ca : NULL);
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
