/*
 * Every deadline on both sides: a millisecond before, nothing; at it, the end that is documented.
 * The clock wraps on the way.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "app.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

static struct hatch *srv;
static struct world w;

static struct hatch *open_with(void (*change)(struct hatch_config *config))
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.handshake_ms = 4000;
	config.head_ms = 3500;
	config.body_ms = 3600;
	config.request_ms = 20000;
	config.respond_ms = 3700;
	config.send_ms = 3800;
	config.idle_ms = 3900;
	config.goodbye_ms = 3300;
	if (change != NULL)
		change(&config);
	tls_options.version = 0;
	return app_open(&config);
}

static void say(const char *text)
{
	world_say(&w, text, strlen(text));
	(void)world_settle(&w);
}

/* Nothing new is heard, and the connection is there, until just before; then it hears this. */
static void silent_until(uint32_t ms, const char *then)
{
	size_t before, after;
	const char *heard;
	(void)world_heard(&w, &before);
	world_pass(&w, ms - 1);
	assert_int_not_equal(w.want, HATCH_ENDED);
	(void)world_heard(&w, &after);
	assert_int_equal(after, before);
	assert_int_equal(hatch_conn_wait_ms(w.c, world_now), 1);
	world_pass(&w, 1);
	heard = world_heard(&w, &after);
	if (then == NULL) {
		assert_int_equal(after, before);
		return;
	}
	assert_true(after >= before + strlen(then));
	assert_memory_equal(heard + before, then, strlen(then));
}

static void finish(int error)
{
	if (w.c != NULL) {
		assert_int_equal(w.want, HATCH_ENDED);
		assert_int_equal(hatch_conn_error(w.c), error);
		assert_int_equal(hatch_conn_step(w.c, world_now), HATCH_ENDED); /* harmless */
	}
	world_close(&w);
	app_check_idle(srv);
	hatch_close(srv);
}

static void handshake(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, true, 1);
	w.up.cut_at = 0;
	w.up.stopped = true;
	(void)world_settle(&w);
	silent_until(4000, NULL);
	finish(HATCH_ETIME);
}

static void half_a_handshake(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, true, 1);
	(void)world_once(&w);
	w.up.piece = 100;
	for (unsigned i = 0; i < 3; i++)
		(void)world_once(&w);
	w.up.stopped = true;
	(void)world_settle(&w);
	assert_false(tls_client_done(w.tls));
	silent_until(4000, NULL);
	finish(HATCH_ETIME);
}

static void idle_from_the_start(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, true, 1);
	assert_true(world_settle(&w));
	silent_until(3900, NULL);
	assert_true(tls_client_saw_close(w.tls));
	finish(0);
}

/* Idle time begins anew after each answer. */
static void idle_between_requests(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say(GET("/"));
	world_pass(&w, 3899);
	say(GET("/"));
	silent_until(3900, NULL);
	finish(0);
}

static void head(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say("GET / HT");
	world_pass(&w, 2000);
	say("TP/1.1\r\n"); /* progress does not prolong it */
	silent_until(1500, "HTTP/1.1 408 Request Timeout\r\n");
	finish(HATCH_ETIME);
}

static void body(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say("POST /sink HTTP/1.1\r\nHost: sim\r\nContent-Length: 9\r\n\r\nab");
	world_pass(&w, 3599);
	say("c"); /* progress does */
	silent_until(3600, "HTTP/1.1 408 Request Timeout\r\n");
	assert_int_equal(app.ended, 1);
	assert_int_equal(app.last_error, HATCH_ETIME);
	finish(HATCH_ETIME);
}

static void short_request(struct hatch_config *config)
{
	config->request_ms = 6000;
}

static void whole_request(void **state)
{
	(void)state;
	srv = open_with(short_request);
	world_connect(&w, srv, false, 1);
	say("POST /sink HTTP/1.1\r\nHost: sim\r\nContent-Length: 9\r\n\r\n");
	for (unsigned i = 0; i < 5; i++) {
		world_pass(&w, 1000);
		say("x");
	}
	silent_until(1000, "HTTP/1.1 408 Request Timeout\r\n");
	finish(HATCH_ETIME);
}

static void deferred(void **state)
{
	struct hatch_ref ref;
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say(GET("/later"));
	ref = app.held;
	assert_non_null(hatch_find(srv, ref));
	silent_until(1000, "HTTP/1.1 504 Gateway Timeout\r\n");
	assert_null(hatch_find(srv, ref));
	assert_int_equal(hatch_resume(srv, ref), HATCH_EGONE);
	assert_int_equal(app.last_error, HATCH_ETIME);
	say(GET("/")); /* the connection is as good as before */
	silent_until(3900, NULL);
	finish(0);
}

static void deferred_in_time(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say(GET("/later"));
	world_pass(&w, 999);
	assert_int_equal(hatch_send_text(hatch_find(srv, app.held), 200, "now\n"), 0);
	(void)world_settle(&w);
	assert_int_equal(app.last_error, 0);
	world_pass(&w, 3900);
	finish(0);
}

static void waiting_guard(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	say(GET("/gated"));
	assert_int_equal(app.guards, 1);
	silent_until(3700, "HTTP/1.1 504 Gateway Timeout\r\n");
	assert_int_equal(app.begun, 0); /* the handler never ran */
	world_pass(&w, 3900);
	finish(0);
}

static void sending(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	w.down.stopped = true;
	say(GET("/static"));
	world_pass(&w, 3000);
	w.down.piece = 10;
	w.down.stopped = false;
	(void)world_once(&w); /* a few bytes are progress */
	w.down.stopped = true;
	(void)world_settle(&w);
	silent_until(3800, NULL);
	assert_int_equal(app.last_error, HATCH_ETIME);
	finish(HATCH_ETIME);
}

/* A peer that never closes its side does not keep ours open. */
static void goodbye(void **state)
{
	(void)state;
	srv = open_with(NULL);
	world_connect(&w, srv, false, 1);
	w.stays = true;
	say("GET / HTTP/1.0\r\n\r\nmore");
	assert_true(hatch_conn_tx_done(w.c));
	silent_until(3300, NULL);
	finish(0);
}

/* A sink that does not take its piece has as long as any deferred answer. */
static void paused_upload(void **state)
{
	static const char upload[] =
		"POST /sink HTTP/1.1\r\nHost: sim\r\nContent-Length: 3\r\n\r\nabc";
	(void)state;
	srv = open_with(NULL);
	app.sink_takes = false;
	world_connect(&w, srv, false, 1);
	say(upload);
	world_pass(&w, 3699);
	app.sink_takes = true;
	assert_int_equal(hatch_resume(srv, app.held), 0);
	(void)world_settle(&w);
	assert_int_equal(app.last_error, 0);
	assert_int_equal(app.ended, 1);
	app.sink_takes = false;
	say(upload);
	silent_until(3700, "HTTP/1.1 504 Gateway Timeout\r\n");
	assert_int_equal(app.ended, 2);
	assert_int_equal(app.last_error, HATCH_ETIME);
	world_pass(&w, 3900);
	finish(w.c == NULL ? 0 : hatch_conn_error(w.c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake),
		cmocka_unit_test(half_a_handshake),
		cmocka_unit_test(idle_from_the_start),
		cmocka_unit_test(idle_between_requests),
		cmocka_unit_test(head),
		cmocka_unit_test(body),
		cmocka_unit_test(whole_request),
		cmocka_unit_test(deferred),
		cmocka_unit_test(deferred_in_time),
		cmocka_unit_test(waiting_guard),
		cmocka_unit_test(sending),
		cmocka_unit_test(goodbye),
		cmocka_unit_test(paused_upload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
