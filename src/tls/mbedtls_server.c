/*
 * mbedtls_server.c - the TLS configuration that all connections of a server share
 * SPDX-License-Identifier: MIT
 *
 * Certificate and key are parsed once.  Tickets and the session-ID cache are
 * on: a client that comes back spares both sides the private-key operation.
 */
#include <stdio.h>
#include <string.h>

#include <psa/crypto.h>

#include "heap.h"
#include "mbedtls_names.h"
#include "mbedtls_shared.h"
#include "mbedtls_version.h"

#include "../hatch_port.h"

enum { RSA_BITS_MIN = 2048, TICKETS_PER_HANDSHAKE = 2 };

size_t hx_tls_server_size(void)
{
	return sizeof(struct hx_tls_server);
}

/* ---- identity ---- */

int hx_identity_refuse(const struct hatch_tls_identity *identity, const char *what, int error)
{
	char line[160], reason[80] = "";
	if (error != 0)
		hx_mbed_strerror(error, reason, sizeof(reason));
	snprintf(line, sizeof(line), "identity: %s%s%s", what, error != 0 ? ": " : "", reason);
	identity->say(identity->say_arg, HATCH_ERROR, line);
	return HATCH_EIDENT;
}

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

static int check_key(const struct hatch_tls_identity *identity)
{
	size_t rsa = hx_mbed_rsa_bits(&identity->key);
	if (rsa != 0 && rsa < RSA_BITS_MIN)
		return hx_identity_refuse(identity, "an RSA key under 2048 bits", 0);
	if (rsa == 0 && !hx_mbed_is_ec_p256_p384(&identity->key))
		return hx_identity_refuse(identity, "the key is neither P-256, P-384 nor RSA", 0);
	int error = hx_mbed_check_pair(&identity->chain.pk, &identity->key);
	if (error != 0)
		return hx_identity_refuse(
			identity, "the key does not belong to the certificate", error);
	return 0;
}

static int load_identity(
	struct hx_tls_server *shared, const struct hatch_config *config, int64_t now)
{
	struct hatch_tls_identity *identity = &shared->identity;
	int error = config->identity->source(identity, config->identity);
	if (error == 0)
		error = check_key(identity);
	if (error < 0)
		return error;
	check_dates(identity, now);
	error = mbedtls_ssl_conf_own_cert(&shared->conf, &identity->chain, &identity->key);
	return error == 0 ? 0 : HATCH_ENOMEM;
}

/* ---- configuration ---- */

static int refuse(const struct hx_tls_server *shared, const char *what, int error)
{
	char line[160], reason[80];
	hx_mbed_strerror(error, reason, sizeof(reason));
	snprintf(line, sizeof(line), "%s: %s", what, reason);
	shared->identity.say(shared->identity.say_arg, HATCH_ERROR, line);
	return error == MBEDTLS_ERR_SSL_ALLOC_FAILED ? HATCH_ENOMEM : HATCH_EPORT;
}

/*
 * The cache's blocks outlive the connection that fills it and are given back by
 * another: they are the server's, whoever's turn it is.
 */
static int cache_get(void *self, unsigned char const *id, size_t len, mbedtls_ssl_session *session)
{
	struct hx_tls_server *shared = self;
	return mbedtls_ssl_cache_get(&shared->cache, id, len, session);
}

static int cache_set(
	void *self, unsigned char const *id, size_t len, const mbedtls_ssl_session *session)
{
	struct hx_tls_server *shared = self;
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	int ret = mbedtls_ssl_cache_set(&shared->cache, id, len, session);
	hx_heap_leave(before);
	return ret;
}

static int ticket_write(void *self, const mbedtls_ssl_session *session, unsigned char *start,
	const unsigned char *end, size_t *len, uint32_t *life_s)
{
	struct hx_tls_server *shared = self;
	return hx_tickets_seal(&shared->tickets, session, start, end, len, life_s);
}

static int ticket_parse(void *self, mbedtls_ssl_session *session, unsigned char *buf, size_t len)
{
	struct hx_tls_server *shared = self;
	hx_choice_widen(shared);
	return hx_tickets_unseal(&shared->tickets, session, buf, len);
}

static int set_up_resumption(struct hx_tls_server *shared, const struct hatch_config *config)
{
	if (config->no_tickets)
		return 0;
	int error = hx_tickets_set_up(&shared->tickets, config, shared->fast_aes,
		shared->identity.say, shared->identity.say_arg);
	if (error != 0)
		return refuse(shared, "session tickets", error);
	mbedtls_ssl_conf_session_tickets_cb(&shared->conf, ticket_write, ticket_parse, shared);
	hx_built_tickets(shared, TICKETS_PER_HANDSHAKE);
	mbedtls_ssl_cache_set_max_entries(&shared->cache, config->session_cache);
	mbedtls_ssl_cache_set_timeout(
		&shared->cache, config->ticket_s > INT32_MAX ? INT32_MAX : (int)config->ticket_s);
	mbedtls_ssl_conf_session_cache(&shared->conf, shared, cache_get, cache_set);
	return 0;
}

static int set_up(struct hx_tls_server *shared, const struct hatch_config *config)
{
	static const char *protocols[] = { "http/1.1", "http/1.0", NULL };
	mbedtls_ssl_config *conf = &shared->conf;
	int error = mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_SERVER,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (error != 0)
		return refuse(shared, "TLS configuration", error);
	hx_mbed_conf_random(conf);
	error = hx_built_versions(shared, config);
	if (error < 0)
		return error;
	shared->fast_aes = config->platform->fast_aes != NULL && config->platform->fast_aes();
	hx_built_aes(shared);
	memcpy(shared->groups, hx_groups(), sizeof(shared->groups));
	shared->aes_of_tls13 = hx_suites(shared->suites, shared->fast_aes);
	mbedtls_ssl_conf_ciphersuites(conf, shared->suites);
	mbedtls_ssl_conf_groups(conf, shared->groups);
	mbedtls_ssl_conf_sig_algs(conf, hx_signatures());
	mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_NONE);
	error = mbedtls_ssl_conf_alpn_protocols(conf, protocols);
	if (error != 0)
		return refuse(shared, "ALPN", error);
	return set_up_resumption(shared, config);
}

static uint16_t lent_pairs(const struct hatch_config *config)
{
	return config->record_buffers == HATCH_RECORD_BUFFERS_OWN ? 0 : config->record_buffers;
}

int hx_tls_server_open(struct hx_tls_server *shared, const struct hatch_config *config, int64_t now,
	hx_tls_say *say, void *say_arg)
{
	memset(shared, 0, sizeof(*shared));
	(void)hx_heap_install();
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	mbedtls_ssl_config_init(&shared->conf);
	hx_tickets_init(&shared->tickets);
	mbedtls_ssl_cache_init(&shared->cache);
	mbedtls_x509_crt_init(&shared->identity.chain);
	mbedtls_pk_init(&shared->identity.key);
	shared->identity.port = config->platform;
	shared->identity.say = say;
	shared->identity.say_arg = say_arg;
	int error = 0;
	if (psa_crypto_init() != PSA_SUCCESS) {
		say(say_arg, HATCH_ERROR, "PSA crypto does not start: is there entropy?");
		error = HATCH_EPORT;
	}
	if (error == 0)
		error = set_up(shared, config);
	if (error == 0)
		error = load_identity(shared, config, now);
	if (error == 0)
		error = hx_tls_lend_open(shared, lent_pairs(config), config->max_conns);
	hx_heap_leave(before);
	if (error < 0)
		hx_tls_server_close(shared);
	return error;
}

void hx_tls_server_close(struct hx_tls_server *shared)
{
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	mbedtls_ssl_config_free(&shared->conf);
	hx_tickets_free(&shared->tickets);
	mbedtls_ssl_cache_free(&shared->cache);
	mbedtls_x509_crt_free(&shared->identity.chain);
	mbedtls_pk_free(&shared->identity.key);
	hx_lend_close(&shared->lend);
	hx_spares_clear(&shared->spares);
	hx_heap_leave(before);
}

uint32_t hx_tls_process(const struct hx_tls_server *shared)
{
	const struct hatch_port *port = shared->identity.port;
	return port->process == NULL ? 0 : port->process();
}

uint32_t hx_tls_spare_wait_ms(const struct hx_tls_server *shared, uint32_t now)
{
	return hx_spares_wait_ms(&shared->spares, now);
}

void hx_tls_spare_make(struct hx_tls_server *shared, uint32_t now)
{
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	hx_spares_make(&shared->spares, now, hx_tls_process(shared));
	hx_heap_leave(before);
}

uint32_t hx_tls_server_heap(const struct hx_tls_server *shared)
{
	return shared->account.now;
}
