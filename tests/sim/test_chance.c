/*
 * Several clients at once, with everything that a network does, from a seed.
 * SPDX-License-Identifier: MIT
 *
 * Each seed decides who speaks which protocol, what is asked, how bytes are cut up, who stops for
 * how long, whose line breaks and where, and whose turn it is.  HATCH_SEED repeats one.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "app.h"
#include "chance.h"

#define HOST      "Host: sim\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define CHUNKED   "Transfer-Encoding: chunked\r\n\r\n"

static const char *const scripts[] = {
	GET("/") GET("/nope") GET("/"),
	GET("/stream") GET("/"),
	GET("/stream?length"),
	GET("/static") GET("/marked"),
	"PUT /collect HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\nhello world" GET("/"),
	"POST /sink HTTP/1.1\r\n" HOST CHUNKED
	"3\r\nabc\r\n4\r\ndefg\r\n0\r\nX: 1\r\n\r\n" GET("/"),
	"POST /early HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n012345678" GET("/"),
	GET("/refused") GET("/guard-fails"),
	"HEAD /stream HTTP/1.1\r\n" HOST "\r\n" GET("/nothing"),
	"GET / HTTP/1.0\r\n\r\n",
	"GET / HTTP/1.1\r\n" HOST HOST "\r\n",
};

enum { SCRIPTS = sizeof(scripts) / sizeof(scripts[0]), CLIENTS = 5 };

struct party {
	struct world w;
	unsigned script;
	uint32_t wakes; /* its line stands still until then */
	bool cut, stands;
};

static struct hatch *srv;
static struct hatch_config config;
static char *right[SCRIPTS]; /* the answers on a perfect line */
static size_t right_len[SCRIPTS];
static uint32_t seed;
static bool finished;

static bool tickets;

static void open_server(bool patient)
{
	world_reset();
	chance_seed(seed);
	app_configure(&config);
	/* One client gets all places but one. */
	config.max_conns = config.max_requests = config.bodies = CLIENTS + 1;
	config.no_tickets = !tickets;
	if (patient)
		config.handshake_ms = config.head_ms = config.body_ms = config.idle_ms =
			config.send_ms = config.request_ms = config.record_ms = 100000000;
	srv = app_open(&config);
	app.guard_opens = true;
}

static int learn_answers(void **state)
{
	(void)state;
	seed = 1;
	(void)sim_identity();
	memset(&tls_options, 0, sizeof(tls_options));
	open_server(true);
	for (unsigned i = 0; i < SCRIPTS; i++) {
		struct world w;
		world_connect(&w, srv, false, 1);
		world_say(&w, scripts[i], strlen(scripts[i]));
		(void)world_settle(&w);
		const char *heard = world_heard(&w, &right_len[i]);
		right[i] = malloc(right_len[i]);
		assert_non_null(right[i]);
		memcpy(right[i], heard, right_len[i]);
		world_close(&w);
	}
	hatch_close(srv);
	return 0;
}

static int forget_answers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SCRIPTS; i++)
		free(right[i]);
	return 0;
}

static int say_seed(void **state)
{
	(void)state;
	if (!finished)
		print_error("HATCH_SEED=%lu repeats it\n", (unsigned long)seed);
	return 0;
}

/* ---- the same twice ---- */

static size_t record(struct world *w, int version, unsigned char *wire)
{
	tls_options.version = version;
	open_server(true);
	world_connect(w, srv, true, seed);
	w->up.piece = w->down.piece = 0;
	world_say(w, scripts[3], strlen(scripts[3]));
	(void)world_settle(w);
	memcpy(wire, w->up.bytes, w->up.len);
	memcpy(wire + w->up.len, w->down.bytes, w->down.len);
	size_t len = w->up.len + w->down.len;
	world_close(w);
	hatch_close(srv);
	return len;
}

/* Tickets tell the time, and so do the hellos of TLS 1.2: both runs fall into one second. */
static void a_seed_repeats_every_byte(void **state)
{
	static unsigned char first[2 * WORLD_ROOM], second[2 * WORLD_ROOM];
	struct world w;
	(void)state;
	tickets = false;
	for (int version = 0x0303; version <= 0x0304; version++) {
		size_t len, again;
		time_t start;
		seed = 5;
		do {
			start = time(NULL);
			len = record(&w, version, first);
			again = record(&w, version, second);
		} while (time(NULL) != start);
		assert_int_equal(len, again);
		assert_memory_equal(first, second, len);
		seed = 6;
		len = record(&w, version, second) < len ? 0 : len;
		assert_true(memcmp(first, second, 1000) != 0);
	}
	finished = true;
}

/* ---- everything at once ---- */

static void invite(struct party *p, struct world *dice, bool faults)
{
	bool secure = world_random(dice) % 3 != 0;
	memset(p, 0, sizeof(*p));
	p->script = world_random(dice) % SCRIPTS;
	tls_options.resume = world_random(dice) % 2 == 0;
	world_connect(&p->w, srv, secure, world_random(dice));
	p->w.up.piece = world_random(dice) % 3 == 0 ? 1 + world_random(dice) % 9 : 0;
	p->w.down.piece = world_random(dice) % 3 == 0 ? 1 + world_random(dice) % 99 : 0;
	p->cut = faults && world_random(dice) % 2 == 0;
	if (p->cut && world_random(dice) % 2 == 0)
		p->w.up.cut_at = 1 + world_random(dice) % 1500;
	else if (p->cut)
		p->w.down.cut_at = 1 + world_random(dice) % 5000;
	world_say(&p->w, scripts[p->script], strlen(scripts[p->script]));
}

/* One direction, or both, stop for a while. */
static void stop_for_a_while(struct party *p, struct world *dice)
{
	uint32_t which = 1 + world_random(dice) % 3;
	p->w.up.stopped = (which & 1) != 0;
	p->w.down.stopped = (which & 2) != 0;
	p->wakes = world_now + 1 + world_random(dice) % 4000;
	p->stands = true;
}

static void go_on_if_it_is_time(struct party *p)
{
	if (!p->stands || (int32_t)(p->wakes - world_now) > 0)
		return;
	p->stands = p->w.up.stopped = p->w.down.stopped = false;
}

static void play(struct party *parties, struct world *dice)
{
	unsigned quiet = 0;
	while (quiet < 800) {
		struct party *p = &parties[world_random(dice) % CLIENTS];
		go_on_if_it_is_time(p);
		if (!p->stands && quiet == 0 && world_random(dice) % 64 == 0)
			stop_for_a_while(p, dice);
		quiet = world_once(&p->w) ? 0 : quiet + 1;
		if (quiet % 20 == 19)
			world_now += 200; /* all may be standing */
	}
}

/* What arrived is a beginning of what should, and all of it where nothing went wrong. */
static void judge(struct party *p, bool patient)
{
	size_t len;
	const char *heard = world_heard(&p->w, &len);
	bool ended_well = hatch_conn_error(p->w.c) == 0 || hatch_conn_error(p->w.c) == HATCH_EHTTP;
	if (len > right_len[p->script] || memcmp(heard, right[p->script], len) != 0) {
		if (patient)
			fail_msg("seed %lu, script %u: %zu bytes are not the answer",
				(unsigned long)seed, p->script, len);
		return; /* 408 is another answer, and right */
	}
	if (patient && !p->cut && (len != right_len[p->script] || !ended_well))
		fail_msg("seed %lu, script %u: %zu of %zu bytes, error %d", (unsigned long)seed,
			p->script, len, right_len[p->script], hatch_conn_error(p->w.c));
}

static void all_at_once(bool patient)
{
	static struct party parties[CLIENTS];
	struct world dice = { .seed = seed * 2654435761u + 1 };
	open_server(patient);
	tls_client_forget();
	/* One version for all, since they resume each other's sessions. */
	tls_options.version = seed / 2 % 2 == 0 ? 0x0303 : 0x0304;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < CLIENTS; i++)
			invite(&parties[i], &dice, true);
		play(parties, &dice);
		for (unsigned i = 0; i < CLIENTS; i++)
			judge(&parties[i], patient);
		for (unsigned i = 0; i < CLIENTS; i++) {
			struct hatch_conn *c = parties[i].w.c;
			world_close(&parties[i].w);
			/* The first round filled what belongs to nobody: the key store's slots. */
			if (round > 0)
				assert_int_equal(c->account.now, 0);
		}
		app_check_idle(srv);
	}
	hatch_close(srv);
}

static void whatever_happens(void **state)
{
	unsigned count = chance_seeds(&seed, 60, 5000);
	(void)state;
	finished = false;
	tickets = true;
	for (; count > 0; count--, seed++)
		all_at_once(seed % 2 == 0);
	tls_client_forget();
	finished = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_seed_repeats_every_byte, say_seed),
		cmocka_unit_test_teardown(whatever_happens, say_seed),
	};
	return cmocka_run_group_tests(tests, learn_answers, forget_answers);
}
