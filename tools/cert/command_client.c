/* SPDX-License-Identifier: MIT */
/* hatch-cert client: a certificate for somebody who uses a server, signed by the CA of clients. */
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
	struct arg_list emails, uris, hosts;
	const char *out, *ca, *key;
	struct subject subject;
	long days;
	bool force;
} opt = { .subject = { .cn_option = "name" }, .days = 365, .key = "p256" };

static const struct arg_option options[] = {
	{ "name", "NAME",
		"who it is for, a person or a device: becomes the common name,\n"
		"by which the server knows them",
		.text = &opt.subject.common_name },
	{ "email", "ADDR", "an e-mail address of theirs; may be given again", .list = &opt.emails },
	{ "uri", "URI", "a URI of theirs, as in urn:device:7; may be given again",
		.list = &opt.uris },
	{ "dns", "NAME", "a host name of theirs; may be given again", .list = &opt.hosts },
	{ "out", "BASE",
		"what the files are called, without ending\n"
		"(default: NAME, in this folder)",
		.text = &opt.out },
	{ "key", "KIND", "p256, rsa2048, rsa3072 or rsa4096 (default: p256)", .text = &opt.key },
	{ "days", "N",
		"how long it is valid (default: 365): so long whoever finds\n"
		"the key gets in, if nothing else is done",
		.number = &opt.days, .min = 2, .max = 36500 },
	{ "organization", "TEXT", "O", .text = &opt.subject.organization },
	{ "locality", "TEXT", "L", .text = &opt.subject.locality },
	{ "state", "TEXT", "ST", .text = &opt.subject.state },
	{ "country", "XX", "C, two letters", .text = &opt.subject.country },
	{ "force", NULL, "replace files that are there", .on = &opt.force },
	{ "ca", "DIR",
		"the folder of the CA; that of clients is in \"clients\" within\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const struct arg_command command = {
	.name = "hatch-cert client",
	.usage = "--name NAME [--email ADDR]... [--out BASE] [option...]",
	.about =
		"Makes a key and a client certificate, BASE.key and BASE.pem, for a server that asks\n"
		"for them (config.client_certs). It is signed by a CA that signs nothing else\n"
		"(and is made if there is none): no server's certificate is good for a client,\n"
		"and no browser has to trust it.",
	.more = "The key is readable by its owner only. Both files are read back and checked before\n"
		"they get their names; if anything fails, the old files stay.\n\n"
		"Examples:\n"
		"  hatch-cert client --name ada --email ada@example.org\n"
		"  hatch-cert client --name pump-7 --uri urn:device:pump-7 --out certs/pump-7\n\n"
		"Exit status: 0 made, 1 it did not work, 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
};

/* A file name that needs no quotes in a shell, and is none of its options. */
static char *default_base(const char *name)
{
	char *base = path_add(name, "");

	for (char *at = base; *at; at++) {
		bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			     (*at >= '0' && *at <= '9') || strchr("_@", *at) ||
			     (unsigned char)*at > 127;

		if (!plain && (at == base || (*at != '.' && *at != '-')))
			*at = '_';
	}
	return base;
}

static void take_names(struct cert_names *names)
{
	names_take_kind(names, NAME_EMAIL, &opt.emails, "email");
	names_take_kind(names, NAME_URI, &opt.uris, "uri");
	names_take_kind(names, NAME_DNS, &opt.hosts, "dns");
}

/* hatch_client_rule.names has commas between, and no spaces around. */
static void warn_of_list(const char *name)
{
	size_t len = strlen(name);

	if (strchr(name, ',') || name[0] == ' ' || name[len - 1] == ' ')
		warn("\"%s\" cannot stand in a list of names (hatch_client_rule): it has a comma, "
		     "or a space at an end",
			name);
}

static void warn_of_lists(const struct cert_names *names)
{
	warn_of_list(opt.subject.common_name);
	for (size_t i = 0; i < names->count; i++)
		warn_of_list(names->item[i].text);
}

static void print_command(const char *start, const char *base, const char *ending)
{
	char *path = path_add(base, ending);

	printf("%s", start);
	print_quoted(path);
	free(path);
}

/* servers: the CA that a client of them trusts; it may not be there. */
static void print_next(
	const struct ca_store *store, const struct ca_store *servers, const char *base)
{
	printf("Server:  config.client_ca is ");
	print_quoted(store->cert);
	printf("\ncurl:    curl");
	if (store_has_ca(servers)) {
		printf(" --cacert ");
		print_quoted(servers->cert);
	}
	print_command(" --cert ", base, ".pem");
	print_command(" --key ", base, ".key");
	printf(" https://...\n");
	print_command("Browser: openssl pkcs12 -export -in ", base, ".pem");
	print_command(" -inkey ", base, ".key");
	print_command(" -out ", base, ".p12");
	printf("\n         and import that, under \"Your certificates\"\n");
}

static void make(struct order *order)
{
	struct ca_store store, servers;
	struct identity ca, leaf;
	char *dn = subject_to_dn(&opt.subject);

	store_open(&servers, opt.ca, FOR_SERVERS);
	store_open(&store, opt.ca, FOR_CLIENTS);
	order_load_ca(&store, &ca);
	order->dn = dn;
	warn_of_lists(order->output.names);
	order_make(order, &ca, &leaf);
	print_cert(&leaf.cert);
	print_next(&store, &servers, order->output.base);
	identity_free(&leaf);
	identity_free(&ca);
	store_close(&store);
	store_close(&servers);
	free(dn);
}

int command_client(int argc, char **argv)
{
	static struct cert_names names;
	struct order order = {
		.output = { .names = &names, .purpose = FOR_CLIENTS, .formats = OUTPUT_PEM }
	};
	char *base;

	args_parse(&command, argc, argv);
	if (!opt.subject.common_name || !*opt.subject.common_name)
		die_usage("who is it for? Give a --name");
	take_names(&names);
	order.key = order_key(opt.key);
	order.days = opt.days;
	base = opt.out ? path_add(opt.out, "") : default_base(opt.subject.common_name);
	if (!*path_last(base))
		die_usage("--out wants a folder and the beginning of a file name, as in certs/ada");
	order.output.base = base;
	order.output.force = opt.force;
	output_check_free(&order.output);
	make(&order);
	names_free(&names);
	free(base);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
