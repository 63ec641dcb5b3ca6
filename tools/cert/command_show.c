/* SPDX-License-Identifier: MIT */
/* hatch-cert show: what is in a certificate. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cert/command.h"
#include "cert/expiry.h"
#include "cert/load.h"
#include "cert/print.h"
#include "common/args.h"
#include "common/say.h"

static struct {
	struct arg_list files;
	long within;
	bool quiet;
} opt = { .within = -1 };

static const struct arg_option options[] = {
	{ "within", "N", "status 1 if one of them expires within N days: for cron",
		.number = &opt.within, .min = 0, .max = 36500 },
	{ "quiet", NULL, "print nothing but what expires within those days", .on = &opt.quiet },
};

static const struct arg_command command = {
	.name = "hatch-cert show",
	.usage = "[option...] FILE...",
	.about = "Prints the certificates in PEM or DER files: for whom, by whom, until when, the\n"
		 "key, and the SHA-256 fingerprint.",
	.more = "Every night, from cron, which sends what is printed:\n"
		"  hatch-cert show --quiet --within 30 /etc/certs/*.pem\n\n"
		"Exit status: 0 all are there (and good for N more days), 1 one is not, 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &opt.files,
};

/* Says so if it is, on stderr. */
static bool is_due(const char *file, const mbedtls_x509_crt *cert)
{
	if (opt.within < 0 || !expires_within(cert, opt.within))
		return false;
	warn("%s: %s on %04d-%02d-%02d", file,
		mbedtls_x509_time_is_past(&cert->valid_to) ? "it has expired" : "it expires",
		cert->valid_to.year, cert->valid_to.mon, cert->valid_to.day);
	return true;
}

int command_show(int argc, char **argv)
{
	bool due = false;

	args_parse(&command, argc, argv);
	if (opt.files.count == 0)
		die_usage("which file?");
	if (opt.quiet && opt.within < 0)
		die_usage("--quiet wants --within");
	for (size_t i = 0; i < opt.files.count; i++) {
		mbedtls_x509_crt certs;

		mbedtls_x509_crt_init(&certs);
		load_certs(opt.files.item[i], &certs);
		for (const mbedtls_x509_crt *at = &certs; at; at = at->next) {
			if (!opt.quiet) {
				printf("%s\n", opt.files.item[i]);
				print_cert(at);
			}
			due = is_due(opt.files.item[i], at) || due;
		}
		mbedtls_x509_crt_free(&certs);
	}
	return due ? EXIT_FAILURE : EXIT_SUCCESS;
}
