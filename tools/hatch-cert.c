/* SPDX-License-Identifier: MIT */
/* hatch-cert: a local CA, and certificates for servers on local names and addresses, and for
 * clients. */
#include <stdio.h>
#include <string.h>

#include "cert/command.h"
#include "common/args.h"
#include "common/mbed.h"
#include "common/say.h"
#include "common/system.h"

static const struct {
	const char *name;
	cert_command *run;
} commands[] = {
	{ "ca", command_ca },
	{ "server", command_server },
	{ "self", command_self },
	{ "client", command_client },
	{ "batch", command_batch },
	{ "renew", command_renew },
	{ "show", command_show },
	{ "verify", command_verify },
	{ "trust", command_trust },
	{ "untrust", command_untrust },
};

static const struct arg_command general = {
	.name = "hatch-cert",
	.usage = "COMMAND [option...]\nCOMMAND --help",
	.about =
		"Certificates for HTTPS on devices at home, in the lab and on the shop floor: a CA\n"
		"of your own that your machines trust, and server certificates signed by it, as\n"
		"files and as C arrays for firmware.\n\n"
		"Commands:\n"
		"  ca        make the local CA, or say where it is\n"
		"  server    make a server certificate signed by the CA\n"
		"  self      make a self-signed server certificate\n"
		"  client    make a certificate for somebody who uses a server\n"
		"  batch     make certificates for many devices, from a CSV file\n"
		"  renew     make certificates again before they expire\n"
		"  show      print what is in a certificate\n"
		"  verify    check a certificate, its names and its key\n"
		"  trust     make this system, Firefox and Chrome trust the CA\n"
		"  untrust   take that back",
	.more = "Three lines from nothing to a browser without a warning:\n"
		"  hatch-cert ca\n"
		"  hatch-cert trust\n"
		"  hatch-cert server --name esp32.local --ip 192.168.4.1 --out esp32\n\n"
		"Exit status: 0 done, 1 it did not work (a sentence says why), 2 wrong use.",
};

int main(int argc, char **argv)
{
	say_set_program(general.name);
	system_start(&argc, &argv);
	if (argc < 2)
		die_usage("which command?");
	for (size_t i = 0; i < ARG_COUNT(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			mbed_start();
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	if (argv[1][0] != '-')
		die_usage("there is no command \"%s\"", argv[1]);
	args_parse(&general, argc, argv);
	die_usage("which command?");
}
