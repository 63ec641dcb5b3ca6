/* SPDX-License-Identifier: MIT */
/* The verdict on a certificate; see verdict.h. */
#include "probe/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/oid.h> /* x509.h names its constants without including it */

#include "common/files.h"
#include "common/mbed.h"
#include "common/say.h"
#include "probe/roots.h"

enum {
	STORE_MAX = ROOTS_FILE_MAX,
	DAY_S = 86400,
};

static const char *load_file(mbedtls_x509_crt *store, const char *path)
{
	unsigned char *bytes;
	size_t len;
	int error;

	if (file_read(path, STORE_MAX, &bytes, &len) < 0)
		die("cannot read %s: %s", path, strerror(errno));
	error = mbedtls_x509_crt_parse(store, bytes, len + 1);
	/* DER has no NUL behind it. */
	if (error < 0)
		error = mbedtls_x509_crt_parse(store, bytes, len);
	file_forget(bytes, len);
	/* A positive number counts those with algorithms that we do not have. */
	if (error < 0)
		die("%s holds no certificate: %s", path, mbed_error(error));
	return path;
}

/* What the user names in one way or the other, else what the system trusts. */
static const char *load_store(mbedtls_x509_crt *store, const char *ca)
{
	const char *given = getenv("SSL_CERT_FILE");

	if (ca)
		return load_file(store, ca);
	if (given && *given)
		return load_file(store, given);
	return roots_load(store);
}

static void verify(struct verdict *verdict, mbedtls_x509_crt *chain, const struct target *target,
	const char *ca)
{
	const uint32_t dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
	mbedtls_x509_crt store;
	uint32_t flags = 0;

	mbedtls_x509_crt_init(&store);
	verdict->store = load_store(&store, ca);
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
