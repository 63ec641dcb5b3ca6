/* SPDX-License-Identifier: MIT */
/* hatch-cert trust and untrust: the CA in the stores of this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/command.h"
#include "cert/print.h"
#include "cert/store.h"
#include "cert/trust.h"
#include "common/args.h"
#include "common/say.h"
#include "common/system.h"

static struct {
	const char *ca;
	bool system, firefox, chrome, yes, dry_run;
} opt;

static const struct arg_option options[] = {
	{ "system", NULL, "only the system's store (curl, Python, most programs)",
		.on = &opt.system },
	{ "firefox", NULL, "only Firefox's, in each of your profiles", .on = &opt.firefox },
	{ "chrome", NULL, "only that of Chrome, Chromium, Edge and Brave", .on = &opt.chrome },
	{ "yes", NULL, "do not ask", .on = &opt.yes },
	{ "dry-run", NULL, "print the commands, run none", .on = &opt.dry_run },
	{ "ca", "DIR",
		"the folder of the CA\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const struct arg_command trust_command = {
	.name = "hatch-cert trust",
	.usage = "[option...]",
	.about =
		"Makes this machine trust the certificates that your local CA signs: the system's\n"
		"store, Firefox and Chrome. Prints the steps for other systems, Android and iOS\n"
		"too. \"hatch-cert untrust\" takes it back.",
	.more = trust_stores_help,
	.options = options,
	.option_count = ARG_COUNT(options),
};

static const struct arg_command untrust_command = {
	.name = "hatch-cert untrust",
	.usage = "[option...]",
	.about =
		"Takes the local CA out of the system's store, Firefox and Chrome, and prints the\n"
		"steps for other systems, Android and iOS. The CA itself stays. Run it\n"
		"before \"hatch-cert ca --force\": it removes the CA that is there now.",
	.more = trust_stores_help,
	.options = options,
	.option_count = ARG_COUNT(options),
};

/* The same for trust and untrust, and different for each CA. */
static void name_it(struct trust_plan *plan, const mbedtls_x509_crt *cert)
{
	unsigned char digest[MBED_SHA256];

	if (mbed_sha256(cert->raw.p, cert->raw.len, digest) != 0)
		die("cannot hash the certificate");
	snprintf(plan->name, sizeof(plan->name), "hatch-%02x%02x%02x%02x", digest[0], digest[1],
		digest[2], digest[3]);
	if (mbed_sha1(cert->raw.p, cert->raw.len, digest) != 0)
		die("cannot hash the certificate");
	for (size_t i = 0; i < MBED_SHA1; i++)
		snprintf(plan->sha1 + 2 * i, sizeof(plan->sha1) - 2 * i, "%02x", digest[i]);
}

static void find(struct trust_plan *plan)
{
	bool all = !opt.system && !opt.firefox && !opt.chrome;
	struct trust_choice choice = { all || opt.system, all || opt.firefox, all || opt.chrome };

	trust_find(plan, &choice);
}

static bool agrees(void)
{
	char answer[16] = "";

	if (opt.yes)
		return true;
	if (!system_can_ask())
		die("nobody is there to be asked: run it in a terminal, or with --yes");
	printf("Run these? [y/N] ");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		putchar('\n');
	return answer[0] == 'y' || answer[0] == 'Y';
}

static bool say_lacks(const struct trust_plan *plan)
{
	if (plan->lacks_certutil)
		warn("%s", trust_certutil_help);
	if (plan->lacks_system)
		warn("no store of the system was found: see your distribution on \"add a CA\"");
	return !plan->lacks_certutil && !plan->lacks_system;
}

static bool change(struct trust_plan *plan)
{
	bool good = say_lacks(plan);

	if (plan->count == 0) {
		printf("Nothing to do on this machine.\n");
		return good;
	}
	trust_print(plan);
	if (opt.dry_run)
		return good;
	if (!agrees()) {
		printf("Nothing was changed.\n");
		return false;
	}
	good = trust_run(plan) && good;
	printf(good ? "Done. Browsers that run must be started again.\n"
		    : "Not all of it worked.\n");
	return good;
}

static int run(bool remove)
{
	static struct trust_plan plan;
	struct ca_store store;
	mbedtls_x509_crt cert;
	bool good;

	mbedtls_x509_crt_init(&cert);
	store_open(&store, opt.ca, FOR_SERVERS);
	store_load_cert(&store, &cert);
	plan.cert = store.cert;
	plan.der = store.der;
	plan.remove = remove;
	name_it(&plan, &cert);
	find(&plan);
	printf("%s ", remove ? "No longer to be trusted:" : "To be trusted:");
	print_name(&cert.subject);
	printf("\n  SHA-256  ");
	print_fingerprint(&cert);
	putchar('\n');
	good = change(&plan);
	putchar('\n');
	trust_print_elsewhere(store.cert, store.der, remove);
	trust_free(&plan);
	store_close(&store);
	mbedtls_x509_crt_free(&cert);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int command_trust(int argc, char **argv)
{
	args_parse(&trust_command, argc, argv);
	return run(false);
}

int command_untrust(int argc, char **argv)
{
	args_parse(&untrust_command, argc, argv);
	return run(true);
}
