/* SPDX-License-Identifier: MIT */
/* The verdict on a certificate; see verdict.h. */
#define _POSIX_C_SOURCE 200809L
#include "probe/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/oid.h> /* x509.h names its constants without including it */

#include "common/files.h"
#include "common/mbed.h"
#include "common/say.h"

enum {
	STORE_MAX = 16 << 20,
	DAY_S = 86400,
};

/* The first of these that is there holds the CAs of the system. */
static const char *system_store(void)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
		"/etc/ssl/ca-bundle.pem",             /* openSUSE */
		"/etc/ssl/cert.pem",                  /* macOS, BSD */
	};
	const char *given = getenv("SSL_CERT_FILE");

	if (given && *given)
		return given;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (file_exists(files[i]))
			return files[i];
	}
	return NULL;
}

static bool load_store(mbedtls_x509_crt *store, const char *path, bool must)
{
	unsigned char *bytes;
	size_t len;
	int error;

	if (file_read(path, STORE_MAX, &bytes, &len) < 0) {
		if (must)
			die("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	error = mbedtls_x509_crt_parse(store, bytes, len + 1);
	/* DER has no NUL behind it. */
	if (error < 0)
		error = mbedtls_x509_crt_parse(store, bytes, len);
	file_forget(bytes, len);
	/* A positive number counts those with algorithms that we do not have. */
	if (error < 0 && must)
		die("%s holds no certificate: %s", path, mbed_error(error));
	return error >= 0;
}

static void verify(struct verdict *verdict, mbedtls_x509_crt *chain, const struct target *target,
	const char *ca)
{
	const uint32_t dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
	const char *path = ca ? ca : system_store();
	mbedtls_x509_crt store;
	uint32_t flags = 0;

	mbedtls_x509_crt_init(&store);
	if (path && load_store(&store, path, ca != NULL))
		verdict->store = path;
	(void)mbedtls_x509_crt_verify(chain, &store, NULL, target->host, &flags, NULL, NULL);
	verdict->flags = flags;
	verdict->dates_good = !(flags & dates);
	/* Mbed TLS takes the CN if there is no subjectAltName; browsers do not. */
	verdict->name_good = verdict->has_names && !(flags & MBEDTLS_X509_BADCERT_CN_MISMATCH);
	verdict->trusted = !(flags & ~(dates | MBEDTLS_X509_BADCERT_CN_MISMATCH));
	mbedtls_x509_crt_free(&store);
}

void verdict_make(struct verdict *verdict, mbedtls_x509_crt *chain, const struct target *target,
	const char *ca)
{
	memset(verdict, 0, sizeof(*verdict));
	verdict->self_signed = chain->subject_raw.len == chain->issuer_raw.len &&
			       memcmp(chain->subject_raw.p, chain->issuer_raw.p,
				       chain->subject_raw.len) == 0;
	verdict->has_names = mbedtls_x509_crt_has_ext_type(
				     chain, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) != 0;
	verdict->is_rsa = mbedtls_pk_can_do(&chain->pk, MBEDTLS_PK_RSA) != 0;
	mbed_key_text(&chain->pk, verdict->key, sizeof(verdict->key));
	verdict->signature = mbed_signature_text(chain);
	verdict->days_left = (long)(mbed_time(&chain->valid_to) / DAY_S) -
			     (long)(time(NULL) / DAY_S);
	for (const mbedtls_x509_crt *at = chain; at; at = at->next) {
		verdict->certs++;
		verdict->bytes += at->raw.len;
	}
	verify(verdict, chain, target, ca);
}

bool verdict_good(const struct verdict *verdict)
{
	return verdict->trusted && verdict->dates_good && verdict->name_good;
}
