/* SPDX-License-Identifier: MIT */
/* hatch-cert renew: the same certificates again, with new keys and new dates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/oid.h> /* x509.h names its constants without including it */

#include "cert/command.h"
#include "cert/expiry.h"
#include "cert/load.h"
#include "cert/order.h"
#include "cert/print.h"
#include "cert/san.h"
#include "common/args.h"
#include "common/files.h"
#include "common/say.h"

static struct {
	struct arg_list bases;
	const char *ca;
	long days, within;
	bool allow_long;
} opt = { .within = -1 };

static const struct arg_option options[] = {
	{ "within", "N",
		"only those that expire within N days; others stay\n(default: all of them)",
		.number = &opt.within, .min = 0, .max = 36500 },
	{ "days", "N", "how long they are valid (default: as long as they were)",
		.number = &opt.days, .min = 2, .max = 36500 },
	{ "allow-long", NULL, "more than 825 days after all", .on = &opt.allow_long },
	{ "ca", "DIR",
		"the folder of the CA\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const struct arg_command command = {
	.name = "hatch-cert renew",
	.usage = "[option...] BASE...",
	.about =
		"Makes certificates again: for the same names and addresses, with the same\n"
		"subject and kind of key, in the same files (BASE.pem and BASE.key, BASE.der and\n"
		"BASE.key.der, BASE.h, BASE.nvs.csv, whichever are there), but with a new key and\n"
		"new dates. Those that signed themselves do so again, others are signed by the CA,\n"
		"those of clients by the CA of clients.\n"
		"The old files stay until the new ones are checked.",
	.more = "Every night, from cron; prints what it renews:\n"
		"  hatch-cert renew --within 30 /etc/certs/esp32 >>/var/log/hatch-cert\n\n"
		"Exit status: 0 renewed, or nothing to be done; 1 it did not work, 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &opt.bases,
};

/* How a header calls its arrays, from the line that guards it. */
static void take_symbol(const char *base, char symbol[SYMBOL_MAX])
{
	static const char guard[] = "#ifndef HATCH_CERT_";
	char *path = path_add(base, ".h");
	unsigned char *bytes;
	const char *at = NULL;
	size_t len;

	if (file_read(path, CERT_FILE_MAX, &bytes, &len) == 0) {
		at = strstr((const char *)bytes, guard);
		if (at)
			snprintf(symbol, SYMBOL_MAX, "%.*s",
				(int)strcspn(at + strlen(guard), "\r\n"), at + strlen(guard));
		file_forget(bytes, len);
	}
	if (!at)
		die("%s was not made by hatch-cert: make it with \"hatch-cert server --force\"",
			path);
	free(path);
}

static enum mbed_key take_key(const char *base, const mbedtls_x509_crt *cert)
{
	static const struct {
		const char *text;
		enum mbed_key key;
	} kinds[] = {
		{ "P-256", MBED_P256 },
		{ "RSA-2048", MBED_RSA2048 },
		{ "RSA-3072", MBED_RSA3072 },
		{ "RSA-4096", MBED_RSA4096 },
	};
	char text[32];

	mbed_key_text(&cert->pk, text, sizeof(text));
	for (size_t i = 0; i < ARG_COUNT(kinds); i++) {
		if (strcmp(kinds[i].text, text) == 0)
			return kinds[i].key;
	}
	die("%s has a key of the kind %s, which hatch-cert does not make", base, text);
}

static void take_names(const char *base, struct cert_names *names, const mbedtls_x509_crt *cert)
{
	if (!san_to_names(cert, names))
		die("%s is for a name of a kind that hatch-cert does not make", base);
	for (size_t i = 0; i < names->count; i++) {
		if (names->item[i].kind > NAME_IP && !purpose_is_client(cert))
			die("%s is a server's, and for a name of a kind that hatch-cert does not "
			    "make",
				base);
	}
	if (names->count == 0 && !purpose_is_client(cert))
		die("%s is for no name and no address: hatch-cert did not make it", base);
}

static long take_days(const mbedtls_x509_crt *cert)
{
	long days = (long)((mbed_time(&cert->valid_to) - mbed_time(&cert->valid_from)) / DAY_S) + 1;

	if (opt.days)
		days = opt.days;
	if (!purpose_is_client(cert))
		order_check_days(days, opt.allow_long);
	return days;
}

static bool same_bytes(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* Somebody may be called as the CA is: then the key identifiers differ. */
static bool is_self_signed(const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_buf *signer = &cert->authority_key_id.keyIdentifier;

	return same_bytes(&cert->subject_raw, &cert->issuer_raw) &&
	       (signer->len == 0 || same_bytes(signer, &cert->subject_key_id));
}

static enum cert_purpose purpose_of(const mbedtls_x509_crt *cert)
{
	return purpose_is_client(cert) ? FOR_CLIENTS : FOR_SERVERS;
}

static void load_ca(const char *base, const mbedtls_x509_crt *cert, struct identity *ca)
{
	struct ca_store store;

	store_open(&store, opt.ca, purpose_of(cert));
	store_load(&store, ca);
	if (!same_bytes(&cert->issuer_raw, &ca->cert.subject_raw))
		die("%s was signed by another CA than the one in %s: name its folder with --ca",
			base, store.folder);
	store_close(&store);
}

static void renew(const char *base, const mbedtls_x509_crt *cert, unsigned formats)
{
	static struct cert_names names;
	bool with_ca = !is_self_signed(cert);
	char symbol[SYMBOL_MAX] = "";
	char *dn = subject_of(cert);
	struct order order = {
		.output = { .base = base,
			.symbol = symbol,
			.formats = formats,
			.chain = cert->next != NULL,
			.force = true,
			.purpose = purpose_of(cert),
			.names = &names },
		.dn = dn,
		.key = take_key(base, cert),
		.days = take_days(cert),
	};
	struct identity ca, leaf;

	if (!dn)
		die("the subject of %s is too long to be repeated", base);
	if (formats & OUTPUT_HEADER)
		take_symbol(base, symbol);
	take_names(base, &names, cert);
	identity_init(&ca);
	if (with_ca)
		load_ca(base, cert, &ca);
	order_make(&order, with_ca ? &ca : NULL, &leaf);
	print_cert(&leaf.cert);
	identity_free(&leaf);
	identity_free(&ca);
	names_free(&names);
	free(dn);
}

/* Through the file of a format, as the user would name it; the chain is all that is in it. */
static void load(const char *base, unsigned formats, mbedtls_x509_crt *cert)
{
	char symbol[SYMBOL_MAX] = "";
	struct output output = { .base = base, .symbol = symbol, .formats = formats };
	const char *wrong;
	char *der;

	if (formats & (OUTPUT_PEM | OUTPUT_DER)) {
		der = path_add(base, formats & OUTPUT_PEM ? ".pem" : ".der");
		load_certs(der, cert);
		free(der);
		return;
	}
	if (formats & OUTPUT_HEADER)
		take_symbol(base, symbol);
	wrong = output_read_cert(&output, cert);
	if (wrong)
		die("%s: %s", base, wrong);
}

static void consider(const char *base)
{
	unsigned formats = output_formats_there(base);
	mbedtls_x509_crt cert;

	if (!formats)
		die("there is no %s.pem, .der, .h or .nvs.csv: name it as --out was, without ending",
			base);
	mbedtls_x509_crt_init(&cert);
	load(base, formats, &cert);
	if (purpose_is_client(&cert))
		formats &= OUTPUT_PEM;
	if (!formats)
		die("%s is a client's certificate: those are renewed as .pem and .key", base);
	if (opt.within < 0 || expires_within(&cert, opt.within)) {
		printf("%s: ", base);
		renew(base, &cert, formats);
	} else {
		printf("%s stays: ", base);
		print_validity(&cert);
		putchar('\n');
	}
	mbedtls_x509_crt_free(&cert);
}

int command_renew(int argc, char **argv)
{
	args_parse(&command, argc, argv);
	if (opt.bases.count == 0)
		die_usage("which certificate?");
	for (size_t i = 0; i < opt.bases.count; i++)
		consider(opt.bases.item[i]);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
