/*
 * mbedtls_identity.c - making identities, and their places in a server: see identity.h
 * SPDX-License-Identifier: MIT
 */
#include "identity.h"

#include <stdio.h>

#include <mbedtls/platform.h>

#include "../hatch_port.h"
#include "heap.h"
#include "mbedtls_shared.h"
#include "mbedtls_version.h"
#include "sign.h"

enum { RSA_BITS_MIN = 2048 };

int hx_identity_refuse(const struct hatch_tls_identity *identity, const char *what, int error)
{
	char line[160], reason[80] = "";
	if (error != 0)
		hx_mbed_strerror(error, reason, sizeof(reason));
	snprintf(line, sizeof(line), "identity: %s%s%s", what, error != 0 ? ": " : "", reason);
	identity->say(identity->say_arg, HATCH_ERROR, line);
	return HATCH_EIDENT;
}

/* ---- the clock ---- */

/* Seconds as a date in UTC would count them, in order; months and days need not be exact for that.
 */
static int64_t rank(int year, int mon, int day, int hour, int min, int sec)
{
	return ((((int64_t)year * 12 + mon) * 31 + day) * 24 + hour) * 3600 + min * 60 + sec;
}

static int64_t rank_of(const mbedtls_x509_time *t)
{
	return rank(t->year, t->mon, t->day, t->hour, t->min, t->sec);
}

/* Civil date from days since 1970, proleptic Gregorian: era, year of era, day of year from March.
 */
static int64_t rank_of_unix(int64_t now)
{
	int64_t days = now / 86400 + 719468, second = now % 86400;
	int64_t era = days / 146097, doe = days % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1);
	int mon = (int)(mp < 10 ? mp + 3 : mp - 9);
	int year = (int)(yoe + era * 400 + (mon <= 2 ? 1 : 0));
	return rank(year, mon, day, (int)(second / 3600), (int)(second % 3600 / 60),
		(int)(second % 60));
}

/* A warning only: a device's clock is wrong more often than its certificate. */
static void check_dates(const struct hatch_tls_identity *identity, int64_t now)
{
	const mbedtls_x509_time *from = &identity->chain.valid_from,
				*to = &identity->chain.valid_to;
	char line[120];
	if (now == 0)
		return;
	if (rank_of_unix(now) < rank_of(from))
		snprintf(line, sizeof(line), "the certificate is not valid before %04d-%02d-%02d",
			from->year, from->mon, from->day);
	else if (rank_of_unix(now) > rank_of(to))
		snprintf(line, sizeof(line),
			"the certificate has expired on %04d-%02d-%02d: renew it", to->year,
			to->mon, to->day);
	else
		return;
	identity->say(identity->say_arg, HATCH_WARN, line);
}

/* ---- making one ---- */

static int check_key(const struct hatch_tls_identity *identity)
{
	size_t rsa = hx_mbed_rsa_bits(&identity->key);
	if (rsa != 0 && rsa < RSA_BITS_MIN)
		return hx_identity_refuse(identity, "an RSA key under 2048 bits", 0);
	if (rsa == 0 && !hx_mbed_is_ec_p256_p384(&identity->key))
		return hx_identity_refuse(identity, "the key is neither P-256, P-384 nor RSA", 0);
	int error = identity->sign != NULL
			    ? 0
			    : hx_mbed_check_pair(&identity->chain.pk, &identity->key);
	if (error != 0)
		return hx_identity_refuse(
			identity, "the key does not belong to the certificate", error);
	return 0;
}

void hx_tls_identity_free(struct hatch_tls_identity *identity)
{
	if (identity == NULL)
		return;
	mbedtls_x509_crt_free(&identity->chain);
	mbedtls_pk_free(&identity->key);
	mbedtls_free(identity);
}

static int read_it(struct hatch_tls_identity *identity, const struct hatch_identity *from,
	int64_t now, bool workers)
{
	int error = from->source(identity, from);
	if (error == 0 && ((from->sign != NULL && identity->sign != from->sign) ||
				  identity->psa_key != from->psa_key_id))
		return hx_identity_refuse(identity,
			"sign is for hatch_identity_signer, psa_key_id for hatch_identity_psa", 0);
	if (error == 0)
		error = check_key(identity);
	if (error < 0)
		return error;
	bool rsa = hx_mbed_rsa_bits(&identity->key) != 0;
	identity->slow = rsa && hx_mbed_has_threads() && hx_sign_possible();
	if (identity->sign != NULL || (rsa && !(workers && identity->slow)))
		error = hx_sign_try(identity, workers);
	if (error < 0)
		return error;
	check_dates(identity, now);
	return 0;
}

int hx_tls_identity_make(struct hatch_tls_identity **out, const struct hx_tls_server *shared,
	const struct hatch_identity *from, int64_t now, hx_tls_say *say, void *say_arg)
{
	struct hx_heap_account own = { 0, 0, 0, 0, 0, 0 };
	struct hx_heap_account *before = hx_heap_enter(&own);
	struct hatch_tls_identity *identity = mbedtls_calloc(1, sizeof(*identity));
	int error = HATCH_ENOMEM;
	if (identity != NULL) {
		mbedtls_x509_crt_init(&identity->chain);
		mbedtls_pk_init(&identity->key);
		identity->names = from->names;
		identity->port = shared->port;
		identity->say = say;
		identity->say_arg = say_arg;
		error = read_it(identity, from, now, shared->workers > 0);
	}
	if (error < 0) {
		hx_tls_identity_free(identity);
		identity = NULL;
	} else {
		identity->heap = own.now;
	}
	hx_heap_leave(before);
	*out = identity;
	return error;
}

/* ---- places ---- */

void hx_identity_unref(struct hx_tls_server *shared, struct hatch_tls_identity *identity)
{
	if (identity == NULL || --identity->refs > 0)
		return;
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	hx_tls_identity_free(identity);
	hx_heap_leave(before);
}

struct hatch_tls_identity *hx_tls_identity_offer(
	struct hx_tls_server *shared, size_t which, struct hatch_tls_identity *identity)
{
	struct hatch_tls_identity *before = shared->places[which].next;
	shared->places[which].next = identity;
	return before;
}

/* NULL: the key signs where the library asks. */
static const struct hx_sign_ops *apart(
	const struct hx_tls_server *shared, const struct hatch_tls_identity *identity)
{
	return identity->sign != NULL ? identity->apart : identity->slow ? shared->jobs.sign : NULL;
}

/* False: there is no memory for signatures that are made apart. */
static bool can_use(struct hx_tls_server *shared, const struct hatch_tls_identity *identity)
{
	const struct hx_sign_ops *ops = apart(shared, identity);
	if (ops == NULL)
		return true;
	shared->sign = ops;
	return ops->open(shared) == 0;
}

void hx_tls_signers_resume(struct hx_tls_server *shared)
{
	shared->resumed++;
	shared->jobs.wake(shared->jobs.self);
}

void hx_tls_identities_settle(struct hx_tls_server *shared)
{
	for (size_t i = 0; i < shared->place_count; i++) {
		struct hx_identity_place *place = &shared->places[i];
		if (place->next == NULL)
			continue;
		struct hatch_tls_identity *next = place->next;
		place->next = NULL;
		shared->account.now += next->heap;
		next->refs = 1;
		if (can_use(shared, next)) {
			hx_identity_unref(shared, place->now);
			place->now = next;
		} else {
			shared->say(shared->say_arg, HATCH_ERROR,
				"identity: no memory for it, so the one before stays");
			hx_identity_unref(shared, next);
		}
	}
}

size_t hx_tls_identity_count(const struct hx_tls_server *shared)
{
	return shared->place_count;
}

static int fill(
	struct hx_tls_server *shared, size_t which, const struct hatch_identity *from, int64_t now)
{
	struct hatch_tls_identity *made;
	int error = hx_tls_identity_make(&made, shared, from, now, shared->say, shared->say_arg);
	if (error < 0)
		return error;
	(void)hx_tls_identity_offer(shared, which, made);
	hx_tls_identities_settle(shared);
	return shared->places[which].now == NULL ? HATCH_ENOMEM : 0;
}

int hx_identities_open(struct hx_tls_server *shared, const struct hatch_config *config, int64_t now)
{
	size_t count = 1 + config->identity_count;
	shared->places = mbedtls_calloc(count, sizeof(*shared->places));
	if (shared->places == NULL)
		return HATCH_ENOMEM;
	shared->place_count = count;
	int error = fill(shared, 0, config->identity, now);
	for (size_t i = 1; error == 0 && i < count; i++)
		error = fill(shared, i, &config->identities[i - 1], now);
	if (error == 0)
		mbedtls_ssl_conf_cert_cb(&shared->conf, hx_identity_choose);
	return error;
}

void hx_identities_close(struct hx_tls_server *shared)
{
	if (shared->sign != NULL)
		shared->sign->close(shared);
	for (size_t i = 0; i < shared->place_count; i++) {
		hx_tls_identity_free(shared->places[i].next);
		hx_identity_unref(shared, shared->places[i].now);
	}
	mbedtls_free(shared->places);
	shared->places = NULL;
	shared->place_count = 0;
}

/* ---- a connection's choice ---- */

void hx_identity_leave(struct hx_tls *tls)
{
	if (tls->sign != NULL)
		tls->sign->forget(tls);
	hx_identity_unref(tls->shared, tls->identity);
	tls->identity = NULL;
	tls->sign = NULL;
}

static struct hatch_tls_identity *choose(const struct hx_tls_server *shared, struct hatch_span name)
{
	for (size_t i = 0; name.len > 0 && i < shared->place_count; i++)
		if (hx_identity_is_for(shared->places[i].now, name))
			return shared->places[i].now;
	return shared->places[0].now;
}

/* A second ClientHello chooses anew. */
int hx_identity_choose(mbedtls_ssl_context *ssl)
{
	struct hx_tls *tls = mbedtls_ssl_get_user_data_p(ssl);
	struct hatch_span name = { NULL, 0 };
	name.ptr = (const char *)mbedtls_ssl_get_hs_sni(ssl, &name.len);
	hx_identity_leave(tls);
	tls->identity = choose(tls->shared, name);
	tls->identity->refs++;
	tls->sign = apart(tls->shared, tls->identity);
	int error = mbedtls_ssl_set_hs_own_cert(ssl, NULL, NULL);
	if (error == 0)
		error = mbedtls_ssl_set_hs_own_cert(
			ssl, &tls->identity->chain, &tls->identity->key);
	return error;
}
