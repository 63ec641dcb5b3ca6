/* SPDX-License-Identifier: MIT */
/* hatch-cert verify: would a client that trusts the CA accept this certificate? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/check.h"
#include "cert/command.h"
#include "cert/expiry.h"
#include "cert/load.h"
#include "cert/print.h"
#include "cert/san.h"
#include "cert/store.h"
#include "cert/subject.h"
#include "common/args.h"
#include "common/files.h"
#include "common/say.h"

static struct {
	struct arg_list files, names, addresses;
	const char *ca, *key;
	long within;
	bool client, self;
} opt = { .within = -1 };

static const struct arg_option options[] = {
	{ "name", "NAME", "it must be good for this host; may be given again", .list = &opt.names },
	{ "ip", "ADDR", "it must be good for this address; may be given again",
		.list = &opt.addresses },
	{ "key", "FILE",
		"this key, PEM or DER, must belong to it (default: the .key\n"
		"beside a .pem, if there is one)",
		.text = &opt.key },
	{ "within", "N", "it must not expire within N days", .number = &opt.within, .min = 0,
		.max = 36500 },
	{ "client", NULL,
		"it must be a client's, signed by the CA of clients; --name is\n"
		"then its common name or another of its names, letter by letter",
		.on = &opt.client },
	{ "self", NULL, "it is self-signed: trust itself, not the CA", .on = &opt.self },
	{ "ca", "DIR",
		"the folder of the CA\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const struct arg_command command = {
	.name = "hatch-cert verify",
	.usage = "[option...] FILE",
	.about = "Checks a certificate (PEM or DER) as a client does that trusts your local CA:\n"
		 "the signature, the dates, the use, the names asked for, and the key. With\n"
		 "--client, as a server does that trusts your CA of clients.",
	.more = "Exit status: 0 it is good, 1 it is not, 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &opt.files,
	.operands_max = 1,
};

static bool verdict(bool good, const char *what, const char *why)
{
	printf("  %-10s %s%s%s\n", what, good ? "good" : "BAD", good ? "" : ": ", good ? "" : why);
	return good;
}

static char *key_beside(const char *path)
{
	size_t len = strlen(path);
	char *key;

	if (opt.key)
		return path_add(opt.key, "");
	if (len < 5 || strcmp(path + len - 4, ".pem") != 0)
		return NULL;
	key = path_add(path, "");
	memcpy(key + len - 4, ".key", 4);
	if (file_exists(key))
		return key;
	free(key);
	return NULL;
}

static bool verify_key(const char *path, const mbedtls_x509_crt *cert)
{
	char why[REASON_SIZE] = "";
	unsigned char *bytes;
	size_t len;
	bool good;

	if (file_read(path, CERT_FILE_MAX, &bytes, &len) < 0)
		die("cannot read %s: %s", path, strerror(errno));
	/* The NUL behind belongs to PEM only. */
	good = check_key(cert, bytes, len + (strstr((char *)bytes, "-----BEGIN") != NULL), why);
	file_forget(bytes, len);
	return verdict(good, "key", why);
}

/* As hatch_client_auth does it, which lets in whoever has one of the names. */
static bool is_called(const mbedtls_x509_crt *cert, const char *name)
{
	const mbedtls_x509_name *common = subject_common_name(cert);
	struct cert_name other = { .kind = NAME_DNS, .text = (char *)name };

	if (common && common->val.len == strlen(name) &&
		memcmp(common->val.p, name, common->val.len) == 0)
		return true;
	for (; other.kind <= NAME_URI; other.kind++) {
		if (other.kind != NAME_IP && san_has(cert, &other))
			return true;
	}
	return false;
}

static bool check_called(const mbedtls_x509_crt *cert, char why[REASON_SIZE])
{
	for (size_t i = 0; i < opt.names.count; i++) {
		if (is_called(cert, opt.names.item[i]))
			continue;
		snprintf(why, REASON_SIZE, "it is not for %.200s", opt.names.item[i]);
		return false;
	}
	return true;
}

static bool verify_names(
	mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, const struct cert_names *names)
{
	char why[REASON_SIZE] = "";

	if (opt.client)
		return opt.names.count == 0 || verdict(check_called(cert, why), "names", why);
	return names->count == 0 || verdict(check_names(cert, ca, names, why), "names", why);
}

static bool verify(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, const struct cert_names *names)
{
	char *key = key_beside(opt.files.item[0]);
	char why[REASON_SIZE] = "";
	bool good = verdict(check_chain(cert, ca, why), "chain", why);

	good = verdict(check_purpose(cert, opt.client ? FOR_CLIENTS : FOR_SERVERS, why), "use",
		       why) &&
	       good;
	if (opt.within >= 0) {
		snprintf(why, sizeof(why), "it expires on %04d-%02d-%02d", cert->valid_to.year,
			cert->valid_to.mon, cert->valid_to.day);
		good = verdict(!expires_within(cert, opt.within), "days left", why) && good;
	}
	good = verify_names(cert, ca, names) && good;
	if (key)
		good = verify_key(key, cert) && good;
	free(key);
	return good;
}

int command_verify(int argc, char **argv)
{
	static struct cert_names names;
	mbedtls_x509_crt certs, ca;
	struct ca_store store;
	bool good;

	args_parse(&command, argc, argv);
	if (opt.files.count == 0)
		die_usage("which file?");
	if (opt.client && opt.addresses.count > 0)
		die_usage("--ip is for servers, not with --client");
	if (!opt.client)
		names_take(&names, &opt.names, &opt.addresses);
	mbedtls_x509_crt_init(&certs);
	mbedtls_x509_crt_init(&ca);
	load_certs(opt.files.item[0], &certs);
	if (!opt.client && purpose_is_client(&certs))
		warn("it is a client's certificate: --client checks it as one");
	store_open(&store, opt.ca, opt.client ? FOR_CLIENTS : FOR_SERVERS);
	if (!opt.self)
		store_load_cert(&store, &ca);
	printf("%s%s, trusting %s\n", opt.files.item[0], opt.client ? " as a client's" : "",
		opt.self ? "itself" : store.cert);
	good = verify(&certs, opt.self ? &certs : &ca, &names);
	store_close(&store);
	mbedtls_x509_crt_free(&ca);
	mbedtls_x509_crt_free(&certs);
	names_free(&names);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
