/*
 * identity_self.c - an identity that the device makes for itself, once, and keeps
 * SPDX-License-Identifier: MIT
 *
 *	store --(as it should be)-------------------------------> in use
 *	  '--(none, damaged, for other names, renewal asked for)--> made, kept, in use
 *
 * A key is made only when the platform has given random numbers.  Too little memory ends the
 * opening: it is no reason to make another identity.
 */
#include <stdio.h>
#include <string.h>

#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include "../base/wipe.h"
#include "heap.h"
#include "mbedtls_version.h"
#include "self_cert.h"

/* While opening only; on the library's heap, where it is counted. */
struct work {
	struct hx_self_names names;
	unsigned char record[HX_RECORD_MAX], serial[HX_SERIAL_LEN];
	uint32_t refused; /* by the heap before we began */
};

/* ---- sentences ---- */

static void say(const struct hatch_tls_identity *into, enum hatch_level level, const char *line)
{
	into->say(into->say_arg, level, line);
}

static int no_memory(const struct hatch_tls_identity *into)
{
	say(into, HATCH_ERROR, "identity: there is not enough memory to open it");
	return HATCH_ENOMEM;
}

/* An error of the library while the identity is read or made. */
static int fail(
	const struct hatch_tls_identity *into, const struct work *work, const char *what, int error)
{
	if (hx_heap_refused() == work->refused && error != (int)PSA_ERROR_INSUFFICIENT_MEMORY)
		return hx_identity_refuse(into, what, error);
	return no_memory(into);
}

static int no_entropy(const struct hatch_tls_identity *into)
{
	say(into, HATCH_ERROR,
		"identity: no random numbers yet, so no key is made: open again when there are");
	return HATCH_EPORT;
}

/* As browsers and `openssl x509 -fingerprint -sha256` show it. */
static void say_fingerprint(
	const struct hatch_tls_identity *into, const struct hx_self_names *names, bool made)
{
	unsigned char digest[32];
	char line[224], text[3 * sizeof(digest) + 1];
	size_t len;
	const mbedtls_x509_buf *raw = &into->chain.raw;
	if (psa_hash_compute(PSA_ALG_SHA_256, raw->p, raw->len, digest, sizeof(digest), &len) !=
		PSA_SUCCESS)
		return;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 3 * i, 4, "%02X:", digest[i]);
	text[3 * sizeof(digest) - 1] = '\0';
	snprintf(line, sizeof(line), "identity: %s, %s; SHA-256 fingerprint %s", names->host,
		made ? "made now" : "from the store", text);
	say(into, HATCH_INFO, line);
}

/* ---- from the store ---- */

static bool same_name(const mbedtls_x509_buf *have, const struct hx_self_name *want)
{
	int kind = want->is_address ? MBEDTLS_X509_SAN_IP_ADDRESS : MBEDTLS_X509_SAN_DNS_NAME;
	return (have->tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == kind && have->len == want->len &&
	       memcmp(have->p, want->bytes, want->len) == 0;
}

/*
 * Whether the certificate is for this set, entry by entry.  A platform that has no address yet, as
 * before its network is up, says nothing about addresses: then the host names decide.
 */
static bool is_for(const mbedtls_x509_crt *cert, const struct hx_self_names *names)
{
	const mbedtls_x509_sequence *have = &cert->subject_alt_names;
	for (size_t i = 0; i < names->count; i++, have = have->next)
		if (have == NULL || have->buf.p == NULL || !same_name(&have->buf, &names->item[i]))
			return false;
	return have == NULL ||
	       (names->count == names->hosts && (have->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) ==
							MBEDTLS_X509_SAN_IP_ADDRESS);
}

/* Forgets what was read of an identity that is not to be used. */
static void put_back(struct hatch_tls_identity *into)
{
	mbedtls_x509_crt_free(&into->chain);
	mbedtls_pk_free(&into->key);
	mbedtls_x509_crt_init(&into->chain);
	mbedtls_pk_init(&into->key);
}

/* Key and certificate of the record into place: 0 or a number of the library. */
static int adopt(struct hatch_tls_identity *into, const unsigned char *record, size_t cert_len)
{
	int error = mbedtls_x509_crt_parse_der(&into->chain, record + HX_RECORD_CERT, cert_len);
	if (error == 0 && into->chain.raw.len != cert_len)
		error = MBEDTLS_ERR_X509_INVALID_FORMAT;
	if (error == 0)
		error = hx_self_key_load(&into->key, record + HX_RECORD_KEY_AT);
	if (error == 0)
		error = hx_mbed_check_pair(&into->chain.pk, &into->key);
	return error;
}

/* 1: read.  0: there is none to be used, and the log says why.  Or an error. */
static int read_stored(struct hatch_tls_identity *into, struct work *work)
{
	size_t len = HX_RECORD_MAX;
	int error = into->port->store_get(HX_RECORD_NAME, work->record, &len);
	if (error == HATCH_EGONE)
		return 0;
	if (error < 0 && error != HATCH_EBIG) {
		say(into, HATCH_WARN, "identity: the store cannot be read");
		return 0;
	}
	int cert_len = error < 0 ? HATCH_EINVAL : hx_record_open(work->record, len);
	if (cert_len == HATCH_EPORT)
		return fail(into, work, "the stored one cannot be checked", 0);
	if (cert_len == HATCH_EGONE) {
		say(into, HATCH_INFO, "identity: a new one was asked for");
		return 0;
	}
	error = cert_len > 0 ? adopt(into, work->record, (size_t)cert_len) : cert_len;
	if (error == 0 && is_for(&into->chain, &work->names))
		return 1;
	/* Who knows what it would have been with enough. */
	if (hx_heap_refused() != work->refused)
		return no_memory(into);
	say(into, HATCH_WARN,
		error == 0 ? "identity: names or addresses have changed, a new one is made"
			   : "identity: what is stored is damaged or not ours, a new one is made");
	put_back(into);
	return 0;
}

/* ---- made ---- */

/* The record with a new key and its certificate: its length, or an error. */
static int make_record(struct hatch_tls_identity *into, struct work *work)
{
	unsigned char *key = work->record + HX_RECORD_KEY_AT;
	unsigned char *cert = work->record + HX_RECORD_CERT;
	if (!hx_self_cert_can()) {
		say(into, HATCH_ERROR,
			"identity: this mbedTLS cannot write certificates (MBEDTLS_X509_CRT_WRITE_C)");
		return HATCH_ENOSYS;
	}
	if (into->port->random(work->serial, HX_SERIAL_LEN) < 0)
		return no_entropy(into);
	int error = hx_self_key_make(key);
	if (error == (int)PSA_ERROR_INSUFFICIENT_ENTROPY)
		return no_entropy(into);
	if (error != 0)
		return fail(into, work, "no key could be made", error);
	error = hx_self_key_load(&into->key, key);
	int len = error != 0 ? error
			     : hx_self_cert_make(&into->key, &work->names, work->serial, cert);
	error = len < 0 ? len : mbedtls_x509_crt_parse_der(&into->chain, cert, (size_t)len);
	if (error != 0)
		return fail(into, work, "the certificate could not be made", error);
	len = hx_record_seal(work->record, (size_t)len);
	return len < 0 ? fail(into, work, "the record could not be made", 0) : len;
}

static int make_and_keep(struct hatch_tls_identity *into, struct work *work)
{
	memset(work->record, 0, sizeof(work->record));
	int len = make_record(into, work);
	if (len < 0)
		return len;
	if (into->port->store_put(HX_RECORD_NAME, work->record, (size_t)len) < 0)
		say(into, HATCH_WARN,
			"identity: the store cannot be written: the certificate changes at every "
			"start, and clients must trust it anew");
	return 0;
}

/* ---- the source ---- */

static int open_identity(struct hatch_tls_identity *into, const char *hostname, struct work *work)
{
	const char *why;
	char line[160];
	if (hx_self_names_collect(&work->names, hostname, into->port, &why) < 0) {
		snprintf(line, sizeof(line), "the hostname %s", why);
		return hx_identity_refuse(into, line, 0);
	}
	if (work->names.more)
		say(into, HATCH_WARN, "identity: more addresses than fit, the rest is left out");
	int ret = read_stored(into, work);
	bool made = ret == 0;
	if (made)
		ret = make_and_keep(into, work);
	if (ret >= 0)
		say_fingerprint(into, &work->names, made);
	return ret < 0 ? ret : 0;
}

int hatch_identity_self_signed(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	if (from->cert.ptr != NULL || from->key.ptr != NULL)
		return hx_identity_refuse(into, "a self-signed one takes no cert and no key", 0);
	uint32_t refused = hx_heap_refused();
	struct work *work = mbedtls_calloc(1, sizeof(*work));
	if (work == NULL)
		return no_memory(into);
	work->refused = refused;
	int error = open_identity(into, from->hostname, work);
	hx_wipe(work, sizeof(*work));
	mbedtls_free(work);
	return error;
}

int hatch_identity_renew(const struct hatch_port *platform)
{
	const struct hatch_port *port = platform == NULL ? &hatch_default_port : platform;
	return port->store_put(HX_RECORD_NAME, hx_record_renew, HX_RENEW_LEN);
}
