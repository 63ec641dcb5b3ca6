/*
 * What the TLS connections of a server share, and must not get in each other's way with: the
 * buffer for flights, sessions, and the heap.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "app.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

static struct hatch *srv;
static struct hatch_tls_facts last;
static unsigned handshakes;

static void on_handshake(void *user, const char *peer, const struct hatch_tls_facts *facts)
{
	(void)user;
	(void)peer;
	last = *facts;
	handshakes++;
}

static const struct hatch_observer observer = { .handshake = on_handshake };

static void open_server(bool no_tickets, uint16_t cache)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.observer = &observer;
	config.no_tickets = no_tickets;
	config.session_cache = cache;
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	handshakes = 0;
	srv = app_open(&config);
}

static void close_server(void)
{
	app_check_idle(srv);
	hatch_close(srv);
	tls_client_forget();
}

static void answered(struct world *w)
{
	size_t len;
	world_say(w, GET("/"), strlen(GET("/")));
	assert_true(world_settle(w));
	const char *heard = world_heard(w, &len);
	assert_true(len > 15);
	assert_memory_equal(heard, "HTTP/1.1 200 OK", 15);
}

static void visit(bool resume)
{
	struct world w;
	tls_options.resume = resume;
	world_connect(&w, srv, true, 3);
	answered(&w);
	world_close(&w);
}

/*
 * One client takes nothing of its first flight, which keeps the shared buffer; another has its
 * handshake record by record, and takes them in pieces of every size.  It must work, and what is
 * said about it must be true.
 */
static void a_flight_that_hangs(void **state)
{
	(void)state;
	open_server(false, 8);
	for (int version = 0x0303; version <= 0x0304; version++) {
		for (size_t piece = 1; piece < 200; piece += piece < 10 ? 1 : 37) {
			struct world stuck, other;
			tls_options.version = version;
			tls_options.resume = false;
			world_connect(&stuck, srv, true, 3);
			stuck.down.stopped = true;
			(void)world_settle(&stuck);
			assert_ptr_equal(srv->flight.holder, &stuck.c->wire);
			unsigned before = handshakes;
			for (unsigned resumed = 0; resumed < 2; resumed++) {
				tls_options.resume = resumed == 1;
				world_connect(&other, srv, true, 4);
				other.down.piece = piece;
				answered(&other);
				assert_ptr_equal(srv->flight.holder, &stuck.c->wire);
				assert_int_equal(handshakes, before + 1 + resumed);
				assert_int_equal(last.resumed, resumed == 1);
				bool none = version == 0x0303 && resumed == 1;
				assert_string_equal(last.group, none ? "" : "x25519");
				world_close(&other);
			}
			/* And the one that hung goes on where it was. */
			stuck.down.stopped = false;
			answered(&stuck);
			assert_null(srv->flight.holder);
			world_close(&stuck);
		}
	}
	close_server();
}

/* TLS 1.2 without tickets resumes by session ID, the oldest of which are forgotten. */
static void session_ids(void **state)
{
	(void)state;
	open_server(false, 2);
	tls_options.version = 0x0303;
	tls_options.no_tickets = true;
	visit(false);
	assert_false(last.resumed);
	visit(true);
	assert_true(last.resumed);
	close_server();

	/* The session of the first is kept aside while others fill the cache. */
	open_server(false, 2);
	tls_options.version = 0x0303;
	tls_options.no_tickets = true;
	struct world first;
	world_connect(&first, srv, true, 3);
	answered(&first);
	uint32_t settled = 0;
	for (unsigned i = 0; i < 12; i++) {
		visit(false);
		if (i == 3)
			settled = srv->tls->account.now;
	}
	assert_true(settled > 0);
	assert_int_equal(srv->tls->account.now, settled); /* the cache does not grow */
	world_close(&first);
	close_server();
}

static void resumption_can_be_off(void **state)
{
	(void)state;
	for (int version = 0x0303; version <= 0x0304; version++) {
		for (unsigned no_tickets = 0; no_tickets < 2; no_tickets++) {
			open_server(true, 8);
			tls_options.version = version;
			tls_options.no_tickets = no_tickets == 1;
			visit(false);
			visit(true);
			assert_false(last.resumed);
			assert_int_equal(srv->stats.handshakes_full, 2);
			close_server();
		}
	}
}

/* A ticket of another server, or of this one before it was started anew, is a full handshake. */
static void a_ticket_from_elsewhere(void **state)
{
	(void)state;
	for (int version = 0x0303; version <= 0x0304; version++) {
		open_server(false, 8);
		tls_options.version = version;
		visit(false);
		hatch_close(srv); /* the client keeps its ticket */
		struct hatch_config config;
		app_configure(&config);
		config.observer = &observer;
		srv = app_open(&config);
		visit(true);
		assert_false(last.resumed);
		visit(true);
		assert_true(last.resumed);
		close_server();
	}
}

/* However often, and in whatever way they end: connections leave nothing in the TLS library. */
static void nothing_is_left(void **state)
{
	uint32_t settled = 0;
	(void)state;
	open_server(false, 4);
	for (unsigned i = 0; i < 40; i++) {
		struct world w;
		tls_options.version = i % 2 == 0 ? 0x0303 : 0x0304;
		tls_options.no_tickets = i % 4 < 2;
		world_connect(&w, srv, true, 3 + i);
		w.up.cut_at = i % 8 < 4 ? 1 + i * 17 : 0;
		world_say(&w, GET("/"), strlen(GET("/")));
		(void)world_settle(&w);
		struct hatch_conn *c = w.c;
		assert_true(c->account.peak > 2000);
		world_close(&w);
		if (i > 0) /* the first makes room in the key store, for good */
			assert_int_equal(c->account.now, 0);
		if (i == 30)
			settled = srv->tls->account.now;
	}
	assert_int_equal(srv->tls->account.now, settled);
	close_server();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flight_that_hangs),
		cmocka_unit_test(session_ids),
		cmocka_unit_test(resumption_can_be_off),
		cmocka_unit_test(a_ticket_from_elsewhere),
		cmocka_unit_test(nothing_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
