/*
 * sim_tls.c - the TLS client of the simulator, and its identity
 * SPDX-License-Identifier: MIT
 *
 * Client and server share the process's random numbers.  They come from a
 * generator of ours, so that two runs of a seed have the same bytes on the wire.
 */
#include "sim.h"

#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <psa/crypto_extra.h>

static uint64_t entropy_state = 1;

static int entropy_poll(void *arg, unsigned char *out, size_t len, size_t *got)
{
	(void)arg;
	for (size_t i = 0; i < len; i++) {
		entropy_state = entropy_state * 6364136223846793005ull + 1442695040888963407ull;
		out[i] = (unsigned char)(entropy_state >> 56);
	}
	*got = len;
	return 0;
}

static void entropy_init(mbedtls_entropy_context *ctx)
{
	mbedtls_entropy_init(ctx);
	ctx->MBEDTLS_PRIVATE(source_count) = 0; /* the platform's own */
	(void)mbedtls_entropy_add_source(ctx, entropy_poll, NULL, 1, MBEDTLS_ENTROPY_SOURCE_STRONG);
}

/* No TLS object may be alive. */
void sim_tls_seed(uint64_t seed)
{
	mbedtls_psa_crypto_free();
	entropy_state = seed ^ 0x5851f42d4c957f2dull;
	assert_int_equal(
		mbedtls_psa_crypto_configure_entropy_sources(entropy_init, mbedtls_entropy_free),
		PSA_SUCCESS);
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
}

const struct hatch_identity *sim_identity(void)
{
	static struct core_identity made;
	static struct hatch_identity identity;
	if (made.cert_len == 0) {
		sim_tls_seed(0);
		assert_int_equal(core_identity_make(&made, false, 256, "20990101000000"), 0);
		identity.source = hatch_identity_der;
		identity.cert = hx_span((const char *)made.cert, made.cert_len);
		identity.key = hx_span((const char *)made.key, made.key_len);
	}
	return &identity;
}

/* ---- the client's network ---- */

static int client_send(void *self, const unsigned char *buf, size_t len)
{
	struct peer *p = self;
	bytes_add(&p->up, buf, len);
	return (int)len;
}

static int client_recv(void *self, unsigned char *buf, size_t len)
{
	struct peer *p = self;
	size_t take = p->down.len < len ? p->down.len : len;
	if (take == 0)
		return p->ended || p->fin ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
	memcpy(buf, p->down.ptr, take);
	bytes_drop(&p->down, take);
	return (int)take;
}

void sim_tls_open(struct peer *p, const struct tls_wish *wish)
{
	static const struct tls_wish plain_wish = { 0 };
	wish = wish == NULL ? &plain_wish : wish;
	mbedtls_ssl_init(&p->ssl);
	mbedtls_ssl_config_init(&p->conf);
	assert_int_equal(mbedtls_ssl_config_defaults(&p->conf, MBEDTLS_SSL_IS_CLIENT,
				 MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbedtls_ssl_conf_rng(&p->conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_authmode(&p->conf, MBEDTLS_SSL_VERIFY_NONE);
	mbedtls_ssl_conf_session_tickets(&p->conf,
		wish->no_tickets ? MBEDTLS_SSL_SESSION_TICKETS_DISABLED
				 : MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
		&p->conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
	if (wish->only_12)
		mbedtls_ssl_conf_max_tls_version(&p->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	if (wish->alpn != NULL)
		assert_int_equal(mbedtls_ssl_conf_alpn_protocols(&p->conf, wish->alpn), 0);
	assert_int_equal(mbedtls_ssl_setup(&p->ssl, &p->conf), 0);
	assert_int_equal(mbedtls_ssl_set_hostname(&p->ssl, "hatch.test"), 0);
	mbedtls_ssl_set_bio(&p->ssl, p, client_send, client_recv, NULL);
	p->keep = wish->keep;
	if (wish->resume != NULL)
		assert_int_equal(mbedtls_ssl_set_session(&p->ssl, wish->resume), 0);
}

void sim_tls_free(struct peer *p)
{
	if (p->conf.MBEDTLS_PRIVATE(f_rng) == NULL)
		return; /* never opened: somebody else speaks on this connection */
	mbedtls_ssl_free(&p->ssl);
	mbedtls_ssl_config_free(&p->conf);
}

static void keep_session(struct peer *p)
{
	if (p->keep == NULL)
		return;
	mbedtls_ssl_session_free(p->keep);
	mbedtls_ssl_session_init(p->keep);
	assert_int_equal(mbedtls_ssl_get_session(&p->ssl, p->keep), 0);
}

/* True if there may be more. */
static bool client_read(struct peer *p)
{
	unsigned char buf[2048];
	int ret = mbedtls_ssl_read(&p->ssl, buf, sizeof(buf));
	if (ret > 0) {
		bytes_add(&p->heard, buf, (size_t)ret);
		return true;
	}
	if (ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
		p->tickets++;
		keep_session(p);
		return true;
	}
	if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		p->saw_bye = true;
	else if (ret != MBEDTLS_ERR_SSL_WANT_READ && ret != 0) {
		p->tls_failed = true;
		p->tls_error = ret;
	}
	return false;
}

/* One record of what is to be said; true if there may be more. */
static bool client_write(struct world *w, struct peer *p)
{
	if (p->script_at == p->script_count)
		return false;
	const struct say *say = &p->script[p->script_at];
	size_t len = (say->len == 0 ? strlen(say->text) : say->len) - p->said;
	if (say->after != NULL && !bytes_have(&p->heard, say->after))
		return false;
	if (p->split != SPLIT_NONE && len > 1)
		len = 1 + sim_random(w, (uint32_t)(len < 2000 ? len : 2000));
	int ret = mbedtls_ssl_write(&p->ssl, (const unsigned char *)say->text + p->said, len);
	if (ret <= 0) {
		p->tls_failed = ret != MBEDTLS_ERR_SSL_WANT_READ;
		return false;
	}
	p->said += (size_t)ret;
	if (p->said == (say->len == 0 ? strlen(say->text) : say->len)) {
		p->said = 0;
		p->script_at++;
	}
	return true;
}

void sim_tls_pump(struct world *w, struct peer *p)
{
	if (p->conf.MBEDTLS_PRIVATE(f_rng) == NULL || p->tls_failed || p->saw_bye) {
		if (p->conf.MBEDTLS_PRIVATE(f_rng) == NULL) {
			bytes_add(&p->heard, p->down.ptr, p->down.len);
			bytes_drop(&p->down, p->down.len);
		}
		return;
	}
	if (!p->shaken) {
		int ret = mbedtls_ssl_handshake(&p->ssl);
		if (ret == MBEDTLS_ERR_SSL_WANT_READ)
			return;
		p->tls_failed = ret != 0;
		p->tls_error = ret;
		p->shaken = ret == 0;
		if (ret != 0)
			return;
		if (mbedtls_ssl_get_version_number(&p->ssl) == MBEDTLS_SSL_VERSION_TLS1_2)
			keep_session(p);
	}
	while (client_read(p))
		;
	while (!p->tls_failed && client_write(w, p))
		;
	if (p->bye_when_done && p->script_at == p->script_count && !p->tls_failed) {
		p->bye_when_done = false;
		(void)mbedtls_ssl_close_notify(&p->ssl);
	}
}
