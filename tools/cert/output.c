/* SPDX-License-Identifier: MIT */
/* The files of a certificate; see output.h. */
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
	{ OUTPUT_NVS, ".nvs.csv", "NVS data", true, true },
};

enum {
	KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]),
};

size_t output_count(const struct output *output, size_t *wanted, const char **first)
{
	size_t there = 0;

	*wanted = 0;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		char *path;

		if (!(output->formats & kinds[i].format))
			continue;
		path = path_add(output->base, kinds[i].ending);
		(*wanted)++;
		if (file_exists(path) && there++ == 0)
			*first = kinds[i].ending;
		free(path);
	}
	return there;
}

unsigned output_formats_there(const char *base)
{
	unsigned formats = 0;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		char *path = path_add(base, kinds[i].ending);

		if (kinds[i].has_cert && file_exists(path))
			formats |= kinds[i].format;
		free(path);
	}
	return formats;
}

void output_check_free(const struct output *output)
{
	const char *ending = "";
	size_t wanted;

	if (!output->force && output_count(output, &wanted, &ending) > 0)
		die("%s%s is there already: --force replaces it, another --out keeps it",
			output->base, ending);
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

/* What nvs_partition_gen.py takes: two blobs in a namespace of their own. */
static struct text make_nvs(
	const struct output *output, const struct identity *leaf, const mbedtls_x509_crt *ca)
{
	struct text nvs = { 0 };
	struct text cert = cert_der(output, leaf, ca);
	unsigned char key[KEY_DER_MAX];
	size_t key_len = key_to_der(leaf, key);

	text_print(&nvs, "key,type,encoding,value\n%s,namespace,,\n", OUTPUT_NVS_NAMESPACE);
	nvs_add_blob(&nvs, "cert", cert.bytes, cert.len);
	nvs_add_blob(&nvs, "key", key, key_len);
	mbedtls_platform_zeroize(key, sizeof(key));
	text_forget(&cert);
	return nvs;
}

static struct text make_file(const struct output *output, const struct kind *kind,
	const struct identity *leaf, const mbedtls_x509_crt *ca)
{
	struct text text = { 0 };
	unsigned char key[KEY_DER_MAX];

	if (kind->format == OUTPUT_HEADER)
		return make_header(output, leaf, ca);
	if (kind->format == OUTPUT_NVS)
		return make_nvs(output, leaf, ca);
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

/* The certificate and the key of a file, as Mbed TLS takes them; one of them may be empty. */
static void take_parts(const struct output *output, const struct kind *kind,
	const unsigned char *bytes, size_t len, struct text *cert, struct text *key)
{
	char symbol[160];

	if (kind->format == OUTPUT_HEADER) {
		snprintf(symbol, sizeof(symbol), "%s_cert", output->symbol);
		*cert = header_find_array((const char *)bytes, symbol);
		snprintf(symbol, sizeof(symbol), "%s_key", output->symbol);
		*key = header_find_array((const char *)bytes, symbol);
	} else if (kind->format == OUTPUT_NVS) {
		*cert = nvs_find_blob((const char *)bytes, "cert");
		*key = nvs_find_blob((const char *)bytes, "key");
	} else {
		/* Mbed TLS counts the NUL behind PEM. */
		text_add(kind->has_key ? key : cert, bytes, len + (kind->format == OUTPUT_PEM));
	}
}

/* Of PEM all of them, of DER the first: the chain is not judged by what follows. */
static int parse_cert(mbedtls_x509_crt *into, const struct text *cert)
{
	return mbedtls_x509_crt_parse(into, cert->bytes, cert->len);
}

/* A self-signed certificate is its own CA. */
static bool check_parsed(
	const struct output *output, mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, char *why)
{
	mbedtls_x509_crt *trusted = ca ? ca : cert;

	if (!check_chain(cert, trusted, why) || !check_purpose(cert, output->purpose, why))
		return false;
	if (output->purpose == FOR_CLIENTS)
		return check_client_names(cert, output->names, why);
	return check_names(cert, trusted, output->names, why);
}

static bool check_cert(
	const struct output *output, const struct text *bytes, mbedtls_x509_crt *ca, char *why)
{
	mbedtls_x509_crt cert;
	int error;
	bool good;

	mbedtls_x509_crt_init(&cert);
	error = parse_cert(&cert, bytes);
	if (error)
		snprintf(why, REASON_SIZE, "%s", mbed_error(error));
	good = !error && check_parsed(output, &cert, ca, why);
	mbedtls_x509_crt_free(&cert);
	return good;
}

/* Is the file what was asked for, and does its key belong to cert? */
static bool check_file(const struct output *output, const struct kind *kind, const char *path,
	const mbedtls_x509_crt *leaf, mbedtls_x509_crt *ca, char *why)
{
	struct text cert = { 0 }, key = { 0 };
	unsigned char *bytes = NULL;
	size_t len = 0;
	bool good;

	if (file_read(path, CERT_FILE_MAX, &bytes, &len) < 0) {
		snprintf(why, REASON_SIZE, "%s", strerror(errno));
		return false;
	}
	take_parts(output, kind, bytes, len, &cert, &key);
	good = (!kind->has_cert || check_cert(output, &cert, ca, why)) &&
	       (!kind->has_key || check_key(leaf, key.bytes, key.len, why));
	text_forget(&cert);
	text_forget(&key);
	file_forget(bytes, len);
	return good;
}

const char *output_read_cert(const struct output *output, mbedtls_x509_crt *into)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct text cert = { 0 }, key = { 0 };
		unsigned char *bytes;
		size_t len;
		char *path;
		int error;

		if (!(output->formats & kinds[i].format) || !kinds[i].has_cert)
			continue;
		path = path_add(output->base, kinds[i].ending);
		error = file_read(path, CERT_FILE_MAX, &bytes, &len);
		free(path);
		if (error)
			return strerror(errno);
		take_parts(output, &kinds[i], bytes, len, &cert, &key);
		file_forget(bytes, len);
		error = parse_cert(into, &cert);
		text_forget(&cert);
		text_forget(&key);
		return error ? mbed_error(error) : NULL;
	}
	return "no file of it has a certificate";
}

bool output_is_good(const struct output *output, const mbedtls_x509_crt *leaf, mbedtls_x509_crt *ca,
	char why[REASON_SIZE])
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		char reason[REASON_SIZE] = "";
		char *path;
		bool good;

		if (!(output->formats & kinds[i].format))
			continue;
		path = path_add(output->base, kinds[i].ending);
		good = check_file(output, &kinds[i], path, leaf, ca, reason);
		if (!good)
			snprintf(why, REASON_SIZE, "%.200s: %.300s", path_last(path), reason);
		free(path);
		if (!good)
			return false;
	}
	return true;
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
	char why[REASON_SIZE] = "it is not what was written";

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
		if (!check_file(output, &kinds[i], set.item[set.count - 1].staged, &leaf->cert, ca,
			    why)) {
			file_set_drop(&set);
			die("%s did not pass its check and was not kept: %s", path[i], why);
		}
	}
	if (file_set_commit(&set, output->force) < 0)
		fail(&set, output->base);
	if (!output->quiet)
		printf("Made a %s certificate; it was read back and checked.\n",
			purpose_name(output->purpose));
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (path[i] && !output->quiet)
			printf("  %-12s %s%s\n", kinds[i].label, path[i],
				kinds[i].has_key ? "  (secret)" : "");
		free(path[i]);
	}
}
