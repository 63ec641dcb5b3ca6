/* SPDX-License-Identifier: MIT */
/* hatch-cert ca: makes the local CA, or says where it is. */
#include <stdio.h>

#include "cert/command.h"
#include "cert/print.h"
#include "cert/store.h"
#include "common/args.h"

static struct {
	const char *ca;
	struct subject subject;
	long days;
	bool clients, force;
} opt = { .days = 3650 };

static const struct arg_option options[] = {
	{ "ca", "DIR",
		"the folder of the CA\n(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\non Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
	{ "clients", NULL,
		"the CA of clients' certificates, in the folder \"clients\"\nwithin that folder",
		.on = &opt.clients },
	{ "common-name", "TEXT", "CN (default: \"Hatch local CA user@host\")",
		.text = &opt.subject.common_name },
	{ "organization", "TEXT", "O", .text = &opt.subject.organization },
	{ "locality", "TEXT", "L", .text = &opt.subject.locality },
	{ "state", "TEXT", "ST", .text = &opt.subject.state },
	{ "country", "XX", "C, two letters", .text = &opt.subject.country },
	{ "days", "N", "how long it is valid (default: 3650)", .number = &opt.days, .min = 2,
		.max = 36500 },
	{ "force", NULL, "replace the CA that is there: what it signed is then\nworth nothing",
		.on = &opt.force },
};

static const struct arg_command command = {
	.name = "hatch-cert ca",
	.usage = "[option...]",
	.about =
		"Makes a certificate authority (CA) of your own: a P-256 key and a certificate that\n"
		"may sign server certificates and nothing below them. If there is one already, it\n"
		"stays, and this prints what it is.\n\n"
		"Whoever has ca.key can pretend to be any site to a machine that trusts this CA:\n"
		"the folder is closed to others, and lies outside of your projects.\n\n"
		"Clients' certificates have a CA of their own, which --clients makes or shows. Nobody\n"
		"trusts it but your servers, and its certificates are good for no site.",
	.more = "Files: ca.pem and ca.der (the certificate; give it away), ca.key (secret: for you only).\n\n"
		"Example:\n"
		"  hatch-cert ca\n"
		"  hatch-cert trust\n"
		"  hatch-cert server --name esp32.local --ip 192.168.4.1 --out esp32",
	.options = options,
	.option_count = ARG_COUNT(options),
};

int command_ca(int argc, char **argv)
{
	struct ca_store store;
	struct identity ca;
	bool made;

	args_parse(&command, argc, argv);
	store_open(&store, opt.ca, opt.clients ? FOR_CLIENTS : FOR_SERVERS);
	identity_init(&ca);
	made = opt.force || !store_has_ca(&store);
	if (made)
		store_make(&store, &ca, &opt.subject, opt.days, opt.force);
	else
		store_load(&store, &ca);
	printf(made ? "Made a CA; it was read back and checked.\n"
		    : "There is a CA already; it stays. (--force replaces it.)\n");
	printf("  certificate  %s\n  key          %s  (secret)\n", store.cert, store.key);
	print_cert(&ca.cert);
	if (opt.clients)
		printf("Next: %s is the server's config.client_ca; hatch-cert client --name NAME\n",
			store.cert);
	else
		printf("Next: hatch-cert trust\n");
	identity_free(&ca);
	store_close(&store);
	return 0;
}
