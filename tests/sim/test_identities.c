/*
 * Several certificates, chosen by the name that a client asks for, and one put in another's place
 * while handshakes are on their way.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "app.h"
#include "certs.h"

static struct sim_cert first, second, wild, listed, fresh;
static struct hatch_identity main_one, others[3];
static const int versions[] = { 0x0303, 0x0304 };

static struct hatch *open_four(void)
{
	struct hatch_config config;
	world_reset();
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	app_configure(&config);
	main_one = sim_cert_identity(&first);
	others[0] = sim_cert_identity(&second);
	others[1] = sim_cert_identity(&wild);
	others[2] = sim_cert_identity(&listed);
	others[2].names = "a.listed.example, b.listed.example";
	config.identity = &main_one;
	config.identities = others;
	config.identity_count = 3;
	return app_open(&config);
}

/* The certificate that a client meets who asks for this name. */
static struct hatch_span met(struct hatch *srv, const char *name)
{
	static char der[1200];
	struct world w;
	tls_options.name = name;
	world_connect(&w, srv, true, 5);
	(void)world_settle(&w);
	assert_true(tls_client_done(w.tls));
	struct hatch_span raw = tls_client_met(w.tls);
	assert_true(raw.len <= sizeof(der));
	memcpy(der, raw.ptr, raw.len);
	raw.ptr = der;
	world_close(&w);
	return raw;
}

static void meets(struct hatch *srv, const char *name, const struct sim_cert *expected)
{
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		tls_options.version = versions[i];
		struct hatch_span raw = met(srv, name);
		if (raw.len != expected->cert_len || memcmp(raw.ptr, expected->cert, raw.len) != 0)
			fail_msg("%s met another than %s", name == NULL ? "no name" : name,
				expected->subject);
	}
}

static void by_name(void **state)
{
	struct hatch *srv = open_four();
	(void)state;
	meets(srv, NULL, &first);
	meets(srv, "first.example", &first);
	meets(srv, "second.example", &second);
	meets(srv, "SECOND.Example", &second);
	meets(srv, "also.second.example", &second);
	meets(srv, "x.wild.example", &wild);
	meets(srv, "wild.example", &first);     /* "*" is a label */
	meets(srv, "y.x.wild.example", &first); /* and one label only */
	meets(srv, "a.listed.example", &listed);
	meets(srv, "b.listed.example", &listed);
	meets(srv, "c.listed.example", &first);
	meets(srv, "listed", &first); /* its own name does not count where there is a list */
	meets(srv, "a.listed.example, b.listed.example", &first);
	meets(srv, "nobody.example", &first);
	meets(srv, "second.example.", &first);
	meets(srv, "192.0.2.1", &first);
	app_check_idle(srv);
	hatch_close(srv);
}

/* Nobody is cut off, who is in a handshake ends it with what it began with, and nothing is left. */
static void replaced_in_a_handshake(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		struct hatch *srv = open_four();
		struct hatch_identity with = sim_cert_identity(&fresh);
		struct world idle, half;
		size_t len;
		tls_options.version = versions[i];
		tls_options.name = "second.example";
		world_connect(&idle, srv, true, 1);
		(void)world_settle(&idle);
		world_connect(&half, srv, true, 2);
		for (unsigned n = 0; srv->tls->places[1].now->refs == 1; n++) {
			assert_true(n < 1000);
			(void)world_once(&half);
		}
		uint32_t heap = srv->tls->account.now;
		assert_int_equal(hatch_replace_identity(srv, 1, &with), 0);
		assert_int_equal(hatch_poll(srv, 0), 0);
		assert_true(srv->tls->account.now > heap); /* both are there */
		(void)world_settle(&half);
		assert_true(tls_client_done(half.tls));
		struct hatch_span raw = tls_client_met(half.tls);
		assert_memory_equal(raw.ptr, second.cert, second.cert_len);
		assert_int_equal(srv->tls->places[1].now->refs, 1);
		assert_in_range(srv->tls->account.now, heap - 256, heap + 256);
		meets(srv, "fresh.example", &fresh);
		meets(srv, "second.example", &first);
		world_say(&idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27);
		(void)world_settle(&idle);
		assert_memory_equal(world_heard(&idle, &len), "HTTP/1.1 200 OK\r\n", 17);
		world_close(&idle);
		world_close(&half);
		app_check_idle(srv);
		hatch_close(srv);
	}
}

static void replaced_again_before_it_was_taken(void **state)
{
	struct hatch *srv = open_four();
	struct hatch_identity one = sim_cert_identity(&second), two = sim_cert_identity(&fresh);
	(void)state;
	assert_int_equal(hatch_replace_identity(srv, 0, &one), 0);
	assert_int_equal(hatch_replace_identity(srv, 0, &two), 0);
	assert_int_equal(hatch_poll(srv, 0), 0);
	meets(srv, NULL, &fresh);
	/* And one that is never taken. */
	assert_int_equal(hatch_replace_identity(srv, 0, &one), 0);
	hatch_close(srv);
}

static void resumed_across_a_replacement(void **state)
{
	struct hatch *srv = open_four();
	struct hatch_identity with = sim_cert_identity(&fresh);
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		tls_client_forget();
		tls_options.version = versions[i];
		(void)met(srv, NULL);
		assert_int_equal(hatch_replace_identity(srv, 0, &with), 0);
		assert_int_equal(hatch_poll(srv, 0), 0);
		uint32_t resumed = srv->stats.handshakes_resumed;
		tls_options.resume = true;
		(void)met(srv, NULL);
		tls_options.resume = false;
		assert_int_equal(srv->stats.handshakes_resumed, resumed + 1);
	}
	hatch_close(srv);
}

static void not_replaced(void **state)
{
	struct hatch *srv = open_four();
	struct hatch_identity bad = sim_cert_identity(&fresh), none = { .source = NULL };
	(void)state;
	bad.key = sim_cert_identity(&first).key;
	world_log[0] = '\0';
	assert_int_equal(hatch_replace_identity(srv, 0, &bad), HATCH_EIDENT);
	assert_non_null(strstr(world_log, "the key does not belong to the certificate"));
	assert_int_equal(hatch_replace_identity(srv, 0, &none), HATCH_EINVAL);
	assert_int_equal(hatch_replace_identity(srv, 4, &bad), HATCH_EINVAL);
	bad.key.len = 0;
	assert_int_equal(hatch_replace_identity(srv, 3, &bad), HATCH_EIDENT);
	assert_int_equal(hatch_poll(srv, 0), 0);
	meets(srv, NULL, &first);
	hatch_close(srv);
	/* A server without TLS has none. */
	struct hatch_config config;
	app_configure(&config);
	config.identity = NULL;
	srv = app_open(&config);
	bad = sim_cert_identity(&fresh);
	assert_int_equal(hatch_replace_identity(srv, 0, &bad), HATCH_EINVAL);
	hatch_close(srv);
}

/* One of several that is no good: the server does not open, and says which sentence fits. */
static void one_is_bad(void **state)
{
	struct hatch_config config;
	struct hatch *srv;
	(void)state;
	world_reset();
	app_configure(&config);
	main_one = sim_cert_identity(&first);
	others[0] = sim_cert_identity(&second);
	others[1] = sim_cert_identity(&wild);
	others[1].key.len = 7;
	config.identity = &main_one;
	config.identities = others;
	config.identity_count = 2;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EIDENT);
	assert_non_null(strstr(world_log, "the key cannot be read"));
	config.identity_count = 1;
	others[0].source = NULL;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	config.identity = NULL;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
}

static void make(struct sim_cert *out, const char *subject, const char *dns, const char *second_dns)
{
	struct sim_cert_wish wish = { .subject = subject, .dns = dns, .second = second_dns };
	sim_cert_make(out, &wish);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_name),
		cmocka_unit_test(replaced_in_a_handshake),
		cmocka_unit_test(replaced_again_before_it_was_taken),
		cmocka_unit_test(resumed_across_a_replacement),
		cmocka_unit_test(not_replaced),
		cmocka_unit_test(one_is_bad),
	};
	make(&first, "CN=first.example", NULL, NULL);
	make(&second, "CN=first.example", "second.example", "also.second.example");
	make(&wild, "CN=w", "*.wild.example", NULL);
	make(&listed, "CN=listed", NULL, NULL);
	make(&fresh, "CN=f", "fresh.example", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
