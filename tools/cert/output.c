/* SPDX-License-Identifier: MIT */
/* The files of a server certificate; see output.h. */
#include "cert/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "cert/check.h"
#include "cert/pem.h"
#include "common/files.h"
#include "common/say.h"

struct kind {
	unsigned format;
	const char *ending;
	const char *label;
	bool has_key; /* then it is for its owner only */
	bool has_cert;
};

/* Keys before certificates: who sees the new certificate finds its key. */
static const struct kind kinds[] = {
	{ OUTPUT_PEM, ".key", "key", true, false },
	{ OUTPUT_PEM, ".pem", "certificate", false, true },
	{ OUTPUT_DER, ".key.der", "key", true, false },
	{ OUTPUT_DER, ".der", "certificate", false, true },
	{ OUTPUT_HEADER, ".h", "C header", true, true },
};

enum {
	KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]),
};

void output_check_free(const struct output *output)
{
	for (size_t i = 0; i < KIND_COUNT && !output->force; i++) {
		char *path = path_add(output->base, kinds[i].ending);

		if ((output->formats & kinds[i].format) && file_exists(path))
			die("%s is there already: --force replaces it, another --out keeps it",
				path);
		free(path);
	}
}

/* ---- what goes into the files ------------------------------------------- */

static struct text cert_der(
	const struct output *output, const struct identity *leaf, const mbedtls_x509_crt *ca)
{
	struct text der = { 0 };

	text_add(&der, leaf->cert.raw.p, leaf->cert.raw.len);
	if (output->chain)
		text_add(&der, ca->raw.p, ca->raw.len);
	return der;
}

static struct text make_header(
	const struct output *output, const struct identity *leaf, const mbedtls_x509_crt *ca)
{
	struct text header = { 0 };
	struct text cert = cert_der(output, leaf, ca);
	unsigned char key[KEY_DER_MAX];
	size_t key_len = key_to_der(leaf, key);
	const mbedtls_x509_time *to = &leaf->cert.valid_to;
	char symbol[160];

	text_print(&header, "/*\n * Made by hatch-cert; valid until %04d-%02d-%02d. For:\n",
		to->year, to->mon, to->day);
	for (size_t i = 0; i < output->names->count; i++)
		text_print(&header, " *   %s\n", output->names->item[i].text);
	text_print(&header,
		" * Holds the private key: keep it out of version control.\n */\n"
		"#ifndef HATCH_CERT_%s\n#define HATCH_CERT_%s\n\n",
		output->symbol, output->symbol);
	text_print(&header, "/* DER%s. */\n",
		output->chain ? ": the certificate, then the CA that signed it" : "");
	snprintf(symbol, sizeof(symbol), "%s_cert", output->symbol);
	header_add_array(&header, symbol, cert.bytes, cert.len);
	text_add(&header, "\n", 1);
	snprintf(symbol, sizeof(symbol), "%s_key", output->symbol);
	header_add_array(&header, symbol, key, key_len);
	text_print(&header, "\n#endif\n");
	mbedtls_platform_zeroize(key, sizeof(key));
	text_forget(&cert);
	return header;
}

static struct text make_file(const struct output *output, const struct kind *kind,
	const struct identity *leaf, const mbedtls_x509_crt *ca)
{
	struct text text = { 0 };
	unsigned char key[KEY_DER_MAX];

	if (kind->format == OUTPUT_HEADER)
		return make_header(output, leaf, ca);
	if (kind->format == OUTPUT_DER && kind->has_cert)
		return cert_der(output, leaf, ca);
	if (kind->format == OUTPUT_DER) {
		text_add(&text, key, key_to_der(leaf, key));
		mbedtls_platform_zeroize(key, sizeof(key));
	} else if (kind->has_cert) {
		pem_add_cert(&text, &leaf->cert);
		if (output->chain)
			pem_add_cert(&text, ca);
	} else {
		pem_add_key(&text, leaf);
	}
	return text;
}

/* ---- what they are when read back --------------------------------------- */

static bool check_cert_bytes(const struct output *output, const unsigned char *bytes, size_t len,
	mbedtls_x509_crt *ca, char *why)
{
	mbedtls_x509_crt cert;
	int error;
	bool good;

	mbedtls_x509_crt_init(&cert);
	error = mbedtls_x509_crt_parse(&cert, bytes, len);
	if (error)
		snprintf(why, REASON_SIZE, "%s", mbed_error(error));
	/* A self-signed certificate is its own CA. */
	good = !error && check_chain(&cert, ca ? ca : &cert, why) &&
	       check_names(&cert, ca ? ca : &cert, output->names, why);
	mbedtls_x509_crt_free(&cert);
	return good;
}

static bool check_header(const struct output *output, const char *header,
	const struct identity *leaf, mbedtls_x509_crt *ca, char *why)
{
	char symbol[160];
	struct text cert, key;
	bool good;

	snprintf(symbol, sizeof(symbol), "%s_cert", output->symbol);
	cert = header_find_array(header, symbol);
	snprintf(symbol, sizeof(symbol), "%s_key", output->symbol);
	key = header_find_array(header, symbol);
	good = check_cert_bytes(output, cert.bytes, cert.len, ca, why) &&
	       check_key(&leaf->cert, key.bytes, key.len, why);
	text_forget(&cert);
	text_forget(&key);
	return good;
}

/* Ends the program, with nothing left on the disk, if a file is not what was asked for. */
static void check_file(const struct output *output, const struct kind *kind, struct file_set *set,
	const struct identity *leaf, mbedtls_x509_crt *ca)
{
	const char *path = set->item[set->count - 1].path;
	char why[REASON_SIZE] = "it is not what was written";
	size_t nul = kind->format == OUTPUT_PEM; /* Mbed TLS counts the one behind PEM */
	unsigned char *bytes = NULL;
	size_t len = 0;
	bool good;

	if (file_read(set->item[set->count - 1].staged, CERT_FILE_MAX, &bytes, &len) < 0) {
		snprintf(why, sizeof(why), "%s", strerror(errno));
		good = false;
	} else if (kind->format == OUTPUT_HEADER) {
		good = check_header(output, (const char *)bytes, leaf, ca, why);
	} else if (kind->has_key) {
		good = check_key(&leaf->cert, bytes, len + nul, why);
	} else {
		good = check_cert_bytes(output, bytes, len + nul, ca, why);
	}
	file_forget(bytes, len);
	if (good)
		return;
	file_set_drop(set);
	die("%s did not pass its check and was not kept: %s", path, why);
}

static void fail(struct file_set *set, const char *path)
{
	int error = errno;

	file_set_drop(set);
	die("cannot write %s: %s", path, strerror(error));
}

void output_write(const struct output *output, struct identity *leaf, mbedtls_x509_crt *ca)
{
	struct file_set set = { 0 };
	char *path[KIND_COUNT] = { NULL };

	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct text text;
		int error;

		if (!(output->formats & kinds[i].format))
			continue;
		path[i] = path_add(output->base, kinds[i].ending);
		text = make_file(output, &kinds[i], leaf, ca);
		error = file_set_add(&set, path[i], text.bytes, text.len, kinds[i].has_key);
		text_forget(&text);
		if (error < 0)
			fail(&set, path[i]);
		check_file(output, &kinds[i], &set, leaf, ca);
	}
	if (file_set_commit(&set, output->force) < 0)
		fail(&set, output->base);
	printf("Made a server certificate; it was read back and checked.\n");
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (path[i])
			printf("  %-12s %s%s\n", kinds[i].label, path[i],
				kinds[i].has_key ? "  (secret)" : "");
		free(path[i]);
	}
}
