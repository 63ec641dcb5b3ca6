/* SPDX-License-Identifier: MIT */
/* hatch-cert show: what is in a certificate. */
#include <stdio.h>

#include "cert/command.h"
#include "cert/load.h"
#include "cert/print.h"
#include "common/args.h"
#include "common/say.h"

static struct arg_list files;

static const struct arg_command command = {
	.name = "hatch-cert show",
	.usage = "FILE...",
	.about = "Prints the certificates in PEM or DER files: for whom, by whom, until when, the\n"
		 "key, and the SHA-256 fingerprint.",
	.operands = &files,
};

int command_show(int argc, char **argv)
{
	args_parse(&command, argc, argv);
	if (files.count == 0)
		die_usage("which file?");
	for (size_t i = 0; i < files.count; i++) {
		mbedtls_x509_crt certs;

		mbedtls_x509_crt_init(&certs);
		load_certs(files.item[i], &certs);
		for (const mbedtls_x509_crt *at = &certs; at; at = at->next) {
			printf("%s\n", files.item[i]);
			print_cert(at);
		}
		mbedtls_x509_crt_free(&certs);
	}
	return 0;
}
