/*
 * mbedtls_server.c - the TLS configuration that all connections of a server share
 * SPDX-License-Identifier: MIT
 *
 * Certificates and keys are parsed once.  Tickets and the session-ID cache are
 * on: a client that comes back spares both sides the private-key operation.
 */
#include <stdio.h>
#include <string.h>

#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include "heap.h"
#include "mbedtls_names.h"
#include "mbedtls_shared.h"
#include "mbedtls_version.h"
#include "sign.h"

#include "../hatch_port.h"

enum { TICKETS_PER_HANDSHAKE = 2 };

size_t hx_tls_server_size(void)
{
	return sizeof(struct hx_tls_server);
}

/* ---- configuration ---- */

static int refuse(const struct hx_tls_server *shared, const char *what, int error)
{
	char line[160], reason[80];
	hx_mbed_strerror(error, reason, sizeof(reason));
	snprintf(line, sizeof(line), "%s: %s", what, reason);
	shared->say(shared->say_arg, HATCH_ERROR, line);
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
	if (hx_mbed_has_peer_cert(session))
		return 0;
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	int ret = mbedtls_ssl_cache_set(&shared->cache, id, len, session);
	hx_heap_leave(before);
	return ret;
}

static int ticket_write(void *self, const mbedtls_ssl_session *session, unsigned char *start,
	const unsigned char *end, size_t *len, uint32_t *life_s)
{
	struct hx_tls_server *shared = self;
	if (hx_mbed_has_peer_cert(session)) { /* TLS 1.2; RFC 5077 section 3.3: an empty one */
		*len = 0;
		*life_s = 0;
		return 0;
	}
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
	/* A ticket from before would stand in for a certificate. */
	if (config->no_tickets || config->client_certs == HATCH_CLIENT_CERTS_REQUIRED)
		return 0;
	int error = hx_tickets_set_up(
		&shared->tickets, config, shared->fast_aes, shared->say, shared->say_arg);
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

static int open_clients(struct hx_tls_server *shared, const struct hatch_config *config)
{
	return config->client_certs == HATCH_CLIENT_CERTS_NONE
		       ? 0
		       : config->client_ca_source(shared, config);
}

static void close_clients(struct hx_tls_server *shared)
{
	if (shared->cas != NULL)
		mbedtls_x509_crt_free(&shared->cas->chain);
	mbedtls_free(shared->cas);
	shared->cas = NULL;
}

static uint16_t lent_pairs(const struct hatch_config *config)
{
	return config->record_buffers == HATCH_RECORD_BUFFERS_OWN ? 0 : config->record_buffers;
}

int hx_tls_server_open(struct hx_tls_server *shared, const struct hatch_config *config, int64_t now,
	const struct hx_jobs *jobs, hx_tls_say *say, void *say_arg)
{
	memset(shared, 0, sizeof(*shared));
	(void)hx_heap_install();
	struct hx_heap_account *before = hx_heap_enter(&shared->account);
	mbedtls_ssl_config_init(&shared->conf);
	hx_tickets_init(&shared->tickets);
	mbedtls_ssl_cache_init(&shared->cache);
	shared->jobs = *jobs;
	shared->workers = config->workers == NULL ? 0 : config->workers->count;
	shared->port = config->platform;
	shared->say = say;
	shared->say_arg = say_arg;
	int error = 0;
	if (psa_crypto_init() != PSA_SUCCESS) {
		say(say_arg, HATCH_ERROR, "PSA crypto does not start: is there entropy?");
		error = HATCH_EPORT;
	}
	if (error == 0)
		error = set_up(shared, config);
	if (error == 0)
		error = hx_identities_open(shared, config, now);
	if (error == 0)
		error = open_clients(shared, config);
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
	hx_identities_close(shared);
	close_clients(shared);
	hx_lend_close(&shared->lend);
	hx_spares_clear(&shared->spares);
	hx_heap_leave(before);
}

uint32_t hx_tls_process(const struct hx_tls_server *shared)
{
	return shared->port->process == NULL ? 0 : shared->port->process();
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
