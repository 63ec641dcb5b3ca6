/*
 * Keys that hatch does not see: a signer that answers at once, later, wrongly or never, and PSA's.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "../../src/tls/sign.h"
#include "app.h"
#include "certs.h"

static struct sim_cert ec, rsa, other;
static const int versions[] = { 0x0303, 0x0304 };

/* ---- a secure element ---- */

static struct element {
	mbedtls_pk_context key;
	unsigned asked, signed_;
	int answers; /* 0: signs; HATCH_LATER, or an error */
	bool ready;  /* of one that said LATER */
	enum hatch_scheme scheme;
	unsigned char first[64]; /* what was asked first */
	bool changed;            /* it was asked for something else then */
} element;

static int sign_with(const struct hatch_to_sign *what, unsigned char *signature, size_t room)
{
	const mbedtls_pk_type_t types[] = { MBEDTLS_PK_NONE, MBEDTLS_PK_ECDSA, MBEDTLS_PK_RSA,
		MBEDTLS_PK_RSASSA_PSS };
	mbedtls_md_type_t md = what->digest_len == 32 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384;
	size_t len;
	assert_int_equal(mbedtls_pk_sign_ext(types[what->scheme], &element.key, md, what->digest,
				 what->digest_len, signature, room, &len, mbedtls_psa_get_random,
				 MBEDTLS_PSA_RANDOM_STATE),
		0);
	element.signed_++;
	element.scheme = what->scheme;
	return (int)len;
}

static int sign(void *arg, const struct hatch_to_sign *what, unsigned char *signature, size_t room)
{
	struct element *self = arg;
	if (self->asked++ == 0)
		memcpy(self->first, what->digest, what->digest_len);
	self->changed = self->changed || memcmp(self->first, what->digest, what->digest_len) != 0;
	if (self->answers == HATCH_LATER && !self->ready)
		return HATCH_LATER;
	if (self->answers < 0)
		return self->answers;
	return sign_with(what, signature, room);
}

static void element_holds(const struct sim_cert *cert)
{
	mbedtls_pk_free(&element.key);
	memset(&element, 0, sizeof(element));
	mbedtls_pk_init(&element.key);
	assert_int_equal(mbedtls_pk_parse_key(&element.key, cert->key, cert->key_len, NULL, 0,
				 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
		0);
}

static struct hatch_identity identity;

static void configure(struct hatch_config *config, const struct sim_cert *cert)
{
	world_reset();
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	app_configure(config);
	identity = (struct hatch_identity){
		.source = hatch_identity_signer, .sign = sign, .sign_arg = &element
	};
	identity.cert = (struct hatch_span){ (const char *)cert->cert, cert->cert_len };
	config->identity = &identity;
}

static struct hatch *open_with(const struct sim_cert *cert)
{
	struct hatch_config config;
	configure(&config, cert);
	element_holds(cert);
	return app_open(&config);
}

static void forget_asked(void)
{
	element.asked = element.signed_ = 0;
	element.changed = false;
}

static bool connects(struct hatch *srv)
{
	struct world w;
	world_connect(&w, srv, true, 7);
	(void)world_settle(&w);
	bool done = tls_client_done(w.tls) && tls_client_error(w.tls) == 0;
	world_close(&w);
	return done;
}

static void all_free(const struct hatch *srv)
{
	for (size_t i = 0; i < srv->tls->signing_count; i++)
		assert_int_equal(srv->tls->signings[i].state, HX_SIGN_FREE);
	assert_int_equal(srv->tls->places[0].now->refs, 1);
}

static void at_once(void **state)
{
	const struct sim_cert *certs[] = { &ec, &rsa };
	const enum hatch_scheme schemes[2][2] = { { HATCH_ECDSA, HATCH_ECDSA },
		{ HATCH_RSA_PKCS1, HATCH_RSA_PSS } };
	(void)state;
	for (size_t n = 0; n < 2; n++) {
		struct hatch *srv = open_with(certs[n]);
		assert_int_equal(element.asked, 1); /* to see that it can */
		for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
			forget_asked();
			tls_options.version = versions[i];
			assert_true(connects(srv));
			assert_int_equal(element.asked, 1);
			assert_int_equal(element.scheme, schemes[n][i]);
			all_free(srv);
		}
		app_check_idle(srv);
		hatch_close(srv);
	}
}

/* The other connections go on, and the library asks for the same again. */
static void later(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct hatch *srv = open_with(&ec);
		struct world waits, plain;
		size_t len;
		tls_options.version = versions[i];
		element.answers = HATCH_LATER;
		forget_asked();
		world_connect(&waits, srv, true, 1);
		(void)world_settle(&waits);
		assert_int_equal(element.asked, 1);
		assert_false(tls_client_done(waits.tls));
		assert_int_equal(hatch_conn_step(waits.c, world_now), HATCH_WANT_APP);
		world_connect(&plain, srv, false, 2);
		world_say(&plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27);
		(void)world_settle(&plain);
		assert_memory_equal(world_heard(&plain, &len), "HTTP/1.1 200 OK\r\n", 17);
		world_pass(&waits, 2000); /* a peer that does nothing would give way by now */
		assert_int_equal(hx_conn_stuck_in_ms(waits.c, world_now), HATCH_FOREVER);
		assert_int_equal(element.asked, 1);
		hatch_identity_resume(srv); /* in vain */
		assert_int_equal(hatch_poll(srv, 0), 0);
		(void)world_settle(&waits);
		assert_int_equal(element.asked, 2);
		element.ready = true;
		hatch_identity_resume(srv);
		assert_int_equal(hatch_poll(srv, 0), 0);
		(void)world_settle(&waits);
		assert_true(tls_client_done(waits.tls));
		assert_int_equal(element.asked, 3);
		assert_int_equal(element.signed_, 1);
		assert_false(element.changed);
		world_say(&waits, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27);
		(void)world_settle(&waits);
		assert_memory_equal(world_heard(&waits, &len), "HTTP/1.1 200 OK\r\n", 17);
		all_free(srv);
		world_close(&plain);
		world_close(&waits);
		app_check_idle(srv);
		hatch_close(srv);
	}
}

static void never(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct hatch *srv = open_with(&ec);
		struct world w;
		tls_options.version = versions[i];
		element.answers = HATCH_LATER;
		world_connect(&w, srv, true, 1);
		(void)world_settle(&w);
		world_pass(&w, 10001); /* config.handshake_ms */
		assert_int_equal(hatch_conn_error(w.c), HATCH_ETIME);
		world_close(&w);
		all_free(srv);
		app_check_idle(srv);
		hatch_close(srv);
	}
}

/* The client leaves, or the line is cut, while it is waited for. */
static void the_client_leaves(void **state)
{
	struct hatch *srv = open_with(&ec);
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct world w;
		tls_options.version = versions[i];
		element.answers = HATCH_LATER;
		world_connect(&w, srv, true, 1);
		(void)world_settle(&w);
		world_close(&w);
		all_free(srv);
	}
	app_check_idle(srv);
	hatch_close(srv);
}

/* More handshakes than places: they wait for each other, and none is lost. */
static void many(void **state)
{
	enum { MANY = 6 };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct hatch_config config;
		struct world w[MANY];
		unsigned done = 0;
		configure(&config, &ec);
		config.record_buffers = HATCH_RECORD_BUFFERS_OWN;
		element_holds(&ec);
		struct hatch *srv = app_open(&config);
		assert_true(srv->tls->signing_count < MANY);
		tls_options.version = versions[i];
		element.answers = HATCH_LATER;
		for (unsigned n = 0; n < MANY; n++) {
			world_connect(&w[n], srv, true, n);
			(void)world_settle(&w[n]);
		}
		element.ready = true;
		hatch_identity_resume(srv);
		assert_int_equal(hatch_poll(srv, 0), 0);
		for (unsigned round = 0; round < MANY; round++)
			for (unsigned n = 0; n < MANY; n++)
				(void)world_settle(&w[n]);
		for (unsigned n = 0; n < MANY; n++) {
			done += tls_client_done(w[n].tls) ? 1 : 0;
			world_close(&w[n]);
		}
		assert_int_equal(done, MANY);
		all_free(srv);
		app_check_idle(srv);
		hatch_close(srv);
	}
}

/* Who resumes asks for nothing, and keeps no place. */
static void resumed(void **state)
{
	struct hatch *srv = open_with(&ec);
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		tls_client_forget();
		tls_options.version = versions[i];
		assert_true(connects(srv));
		forget_asked();
		tls_options.resume = true;
		assert_true(connects(srv));
		assert_int_equal(element.asked, 0);
		tls_options.resume = false;
	}
	all_free(srv);
	app_check_idle(srv);
	hatch_close(srv);
}

static void fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct hatch *srv = open_with(&ec);
		tls_options.version = versions[i];
		element.answers = HATCH_EPORT;
		world_log[0] = '\0';
		assert_false(connects(srv));
		assert_non_null(strstr(world_log, "identity: the signer has failed"));
		element.answers = 0;
		assert_true(connects(srv));
		all_free(srv);
		app_check_idle(srv);
		hatch_close(srv);
	}
}

static void refused(const struct hatch_config *config, const char *why)
{
	struct hatch *srv;
	world_log[0] = '\0';
	assert_int_equal(hatch_open(&srv, config), HATCH_EIDENT);
	if (strstr(world_log, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, world_log);
}

static void refused_at_open(void **state)
{
	struct hatch_config config;
	struct hatch *srv;
	(void)state;
	configure(&config, &ec);
	element_holds(&other);
	refused(&config, "the key does not belong to the certificate");
	element_holds(&ec);
	element.answers = HATCH_EPORT;
	refused(&config, "the signer fails: ");
	identity.sign = NULL;
	refused(&config, "hatch_identity_signer needs sign");
	identity.sign = sign;
	identity.key = (struct hatch_span){ "x", 1 };
	refused(&config, "key and hostname are to be empty");
	identity.key = (struct hatch_span){ NULL, 0 };
	identity.cert.len--;
	refused(&config, "the certificate cannot be read");
	identity.cert.ptr = NULL;
	identity.cert.len = 0;
	refused(&config, "the certificate is missing");
	identity = sim_cert_identity(&ec);
	identity.sign = sign;
	refused(&config, "sign is for hatch_identity_signer");
	identity.sign = NULL;
	identity.psa_key_id = 1;
	refused(&config, "psa_key_id for hatch_identity_psa");
	/* One that cannot say yet. */
	configure(&config, &ec);
	element_holds(&ec);
	element.answers = HATCH_LATER;
	assert_int_equal(hatch_open(&srv, &config), 0);
	hatch_close(srv);
}

/* A key that is there now signs for a server that had another one. */
static void replaced(void **state)
{
	struct hatch_config config;
	struct hatch_identity signer;
	(void)state;
	configure(&config, &ec);
	signer = identity;
	identity = sim_cert_identity(&other);
	struct hatch *srv = app_open(&config);
	assert_null(srv->tls->signings);
	element_holds(&ec);
	assert_int_equal(hatch_replace_identity(srv, 0, &signer), 0);
	assert_int_equal(hatch_poll(srv, 0), 0);
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		tls_options.version = versions[i];
		forget_asked();
		assert_true(connects(srv));
		assert_int_equal(element.signed_, 1);
	}
	all_free(srv);
	hatch_close(srv);
}

/* ---- PSA ---- */

static psa_key_id_t import(const struct sim_cert *cert, psa_algorithm_t alg)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	unsigned char secret[32];
	psa_key_id_t id;
	element_holds(cert);
	assert_int_equal(mbedtls_mpi_write_binary(&mbedtls_pk_ec(element.key)->MBEDTLS_PRIVATE(d),
				 secret, sizeof(secret)),
		0);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	psa_set_key_algorithm(&attributes, alg);
	assert_int_equal(psa_import_key(&attributes, secret, sizeof(secret), &id), PSA_SUCCESS);
	return id;
}

static void psa(void **state)
{
	const psa_algorithm_t algs[] = { PSA_ALG_ECDSA(PSA_ALG_ANY_HASH),
		PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256) };
	struct hatch_config config;
	struct hatch *srv;
	(void)state;
	for (size_t n = 0; n < 2; n++) {
		psa_key_id_t id = import(&ec, algs[n]);
		configure(&config, &ec);
		identity = (struct hatch_identity){
			.source = hatch_identity_psa, .cert = identity.cert, .psa_key_id = id
		};
		srv = app_open(&config);
		for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
			tls_options.version = versions[i];
			assert_true(connects(srv));
		}
		all_free(srv);
		psa_destroy_key(id);
		assert_false(connects(srv));
		hatch_close(srv);
		refused(&config, "the signer fails: ");
	}
	psa_key_id_t id = import(&other, algs[0]);
	identity.psa_key_id = id;
	refused(&config, "the key does not belong to the certificate");
	psa_destroy_key(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once),
		cmocka_unit_test(later),
		cmocka_unit_test(never),
		cmocka_unit_test(the_client_leaves),
		cmocka_unit_test(many),
		cmocka_unit_test(resumed),
		cmocka_unit_test(fails),
		cmocka_unit_test(refused_at_open),
		cmocka_unit_test(replaced),
		cmocka_unit_test(psa),
	};
	const struct sim_cert_wish with_ec = { .subject = "CN=ec" },
				   with_rsa = { .subject = "CN=rsa", .rsa = true };
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	mbedtls_pk_init(&element.key);
	sim_cert_make(&ec, &with_ec);
	sim_cert_make(&other, &with_ec);
	sim_cert_make(&rsa, &with_rsa);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	mbedtls_pk_free(&element.key);
	return failed;
}
