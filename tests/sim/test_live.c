/*
 * Live connections in virtual time: dead peers, clients that take nothing, what is owed and when,
 * publishing, and that nothing of it depends on how the bytes are cut.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_live.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "app.h"

#define UPGRADE(path)                                                                              \
	"GET " path " HTTP/1.1\r\nHost: sim\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"      \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n\r\n"
#define SUBSCRIBE(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

static struct hatch *srv;
static struct hatch_ws *last_ws; /* the last that opened */
static unsigned writables, closes;
static int last_code;
static bool takes;
static char got[4096]; /* what message() has taken */
static size_t got_len;

/* ---- the application ---- */

static int on_open(struct hatch_ws *ws, struct hatch_req *req)
{
	(void)req;
	last_ws = ws;
	return 0;
}

static int on_message(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	(void)ws;
	if (!takes)
		return HATCH_LATER;
	assert_true(got_len + piece->data.len <= sizeof(got));
	memcpy(got + got_len, piece->data.ptr, piece->data.len);
	got_len += piece->data.len;
	return 0;
}

static void on_writable(struct hatch_ws *ws)
{
	(void)ws;
	writables++;
}

static void on_close(struct hatch_ws *ws, int code)
{
	(void)ws;
	closes++;
	last_code = code;
}

static char memory[600];
static struct hatch_event_stream stream;
static const struct hatch_ws_ops ops = { .open = on_open,
	.message = on_message,
	.writable = on_writable,
	.close = on_close,
	.ping_ms = 5000,
	.pong_ms = 700 };
static int hook_fails(struct hatch_req *req)
{
	return hatch_set_field(req, "Wrong", "\n");
}

static const struct hatch_hook failures[] = { { hook_fails, NULL } };
static const struct hatch_policy failing = { .after = failures, .after_count = 1 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_POST, "/ws", hook_fails), /* another method of the same path */
	HATCH_ROUTE_ARG(HATCH_GET, "/ws", hatch_websocket, &ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/other", hatch_websocket, &ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/events", hatch_events, &stream),
	HATCH_ROUTE_ARG(HATCH_GET, "/again", hatch_events, &stream),
	HATCH_ROUTE_WITH(HATCH_GET, "/fails", hatch_websocket, &ops, &failing),
	HATCH_ROUTE_WITH(HATCH_GET, "/fails-too", hatch_events, &stream, &failing),
};

static void open_server(uint16_t buffer, uint32_t queue)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.max_live = 4;
	config.live_buffer = buffer;
	config.live_piece = 200;
	config.publish_queue = queue;
	memset(&stream, 0, sizeof(stream));
	stream.memory = memory;
	stream.memory_len = sizeof(memory);
	stream.keepalive_ms = 3000;
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	last_ws = NULL;
	writables = closes = 0;
	got_len = 0;
	takes = true;
	srv = app_open(&config);
}

static void close_server(void)
{
	app_check_idle(srv);
	assert_int_equal(srv->stats.live, 0);
	hatch_close(srv);
	tls_client_forget();
}

/* ---- the client ---- */

static void say(struct world *w, const char *text)
{
	world_say(w, text, strlen(text));
	(void)world_settle(w);
}

/* The mask is 0: what is said is what is meant. */
static void say_frame(struct world *w, unsigned first, const void *data, size_t len)
{
	char bytes[256] = { (char)first, (char)(0x80 | len) };
	assert_true(len < 126);
	memcpy(bytes + 6, data, len);
	world_say(w, bytes, 6 + len);
	(void)world_settle(w);
}

/* What has come since the last time. */
static size_t heard_at;

static struct hatch_span heard(struct world *w)
{
	size_t len;
	const char *all = world_heard(w, &len);
	struct hatch_span span = { all + heard_at, len - heard_at };
	heard_at = len;
	return span;
}

static void must_hear(struct world *w, const char *bytes, size_t len)
{
	struct hatch_span span = heard(w);
	assert_int_equal(span.len, len);
	assert_memory_equal(span.ptr, bytes, len);
}

static void dial(struct world *w, bool secure, const char *request, const char *status)
{
	size_t len;
	world_connect(w, srv, secure, 7);
	say(w, request);
	const char *all = world_heard(w, &len);
	assert_true(len > strlen(status));
	assert_memory_equal(all, status, strlen(status));
	heard_at = len;
	assert_non_null(w->c->live);
	assert_null(w->c->ex);
}

static void dial_ws(struct world *w, bool secure)
{
	dial(w, secure, UPGRADE("/ws"), "HTTP/1.1 101 ");
}

/* ---- tests ---- */

static void a_dead_peer(void **state)
{
	struct world w;
	(void)state;
	open_server(512, 1024);
	dial_ws(&w, false);
	world_pass(&w, 4999);
	must_hear(&w, "", 0);
	world_pass(&w, 1);
	must_hear(&w, "\x89\0", 2);
	world_pass(&w, 699);
	say_frame(&w, 0x8a, "", 0); /* it lives */
	world_pass(&w, 4999);
	must_hear(&w, "", 0);
	say_frame(&w, 0x81, "x", 1); /* anything is a sign of life */
	world_pass(&w, 4999);
	must_hear(&w, "", 0);
	world_pass(&w, 1);
	must_hear(&w, "\x89\0", 2);
	world_pass(&w, 699);
	assert_int_not_equal(w.want, HATCH_ENDED);
	world_pass(&w, 1);
	assert_int_equal(w.want, HATCH_ENDED);
	assert_int_equal(hatch_conn_error(w.c), HATCH_ETIME);
	assert_int_equal(closes, 1);
	assert_int_equal(last_code, 1006);
	world_close(&w);
	close_server();
}

/* An application that does not take is not a dead peer. */
static void back_pressure(void **state)
{
	struct world w;
	(void)state;
	open_server(512, 1024);
	dial_ws(&w, false);
	takes = false;
	say_frame(&w, 0x81, "one", 3);
	for (unsigned i = 0; i < 100; i++)
		say_frame(&w, 0x81, "0123456789", 10);
	assert_true(w.up.len - w.up.taken > 500); /* it is held back */
	world_pass(&w, 20000);
	assert_int_not_equal(w.want, HATCH_ENDED);
	assert_int_equal(got_len, 0);
	takes = true;
	hatch_ws_resume(last_ws);
	(void)world_settle(&w);
	assert_int_equal(w.up.taken, w.up.len);
	assert_int_equal(got_len, 1003);
	assert_memory_equal(got, "one0123456789", 13);
	world_close(&w);
	close_server();
}

/* With a piece that was not taken, and more behind it than there is room for: the end is heard. */
static void closing_lets_go(void **state)
{
	struct world w;
	(void)state;
	open_server(512, 1024);
	dial_ws(&w, false);
	takes = false;
	for (unsigned i = 0; i < 50; i++)
		say_frame(&w, 0x81, "0123456789", 10);
	say_frame(&w, 0x88, "\x03\xe8", 2);
	assert_int_equal(hatch_ws_close(last_ws, 4001), 0);
	(void)world_settle(&w);
	must_hear(&w, "\x88\x02\x0f\xa1", 4);
	assert_int_equal(w.want, HATCH_ENDED); /* at once: the client's close came behind it */
	assert_int_equal(last_code, 4001);
	world_close(&w);
	close_server();
}

static void who_takes_nothing(void **state)
{
	struct world w;
	static char text[400];
	(void)state;
	open_server(512, 1024);
	dial_ws(&w, false);
	w.down.stopped = true;
	assert_int_equal(
		hatch_ws_send(last_ws, HATCH_WS_BINARY, (struct hatch_span){ text, 400 }), 0);
	world_pass(&w, 0);
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_BINARY, (struct hatch_span){ text, 400 }),
		HATCH_LATER);
	world_pass(&w, 4000);
	assert_int_equal(writables, 0);
	w.down.stopped = false;
	world_pass(&w, 0);
	assert_int_equal(writables, 1);
	assert_int_equal(heard(&w).len, 404);
	world_close(&w);
	dial_ws(&w, false);
	w.down.stopped = true;
	assert_int_equal(
		hatch_ws_send(last_ws, HATCH_WS_BINARY, (struct hatch_span){ text, 10 }), 0);
	world_pass(&w, 0);
	for (unsigned i = 0; i < 4; i++) {
		world_pass(&w, 4990);
		say_frame(&w, 0x8a, "", 0); /* talking does not help it */
		assert_int_equal(w.want == HATCH_ENDED, false);
	}
	world_pass(&w, 39);
	assert_int_not_equal(w.want, HATCH_ENDED);
	world_pass(&w, 1); /* config.send_ms */
	assert_int_equal(w.want, HATCH_ENDED);
	assert_int_equal(hatch_conn_error(w.c), HATCH_ETIME);
	world_close(&w);
	close_server();
}

static void sizes_and_order(void **state)
{
	struct world w;
	static char text[600];
	(void)state;
	open_server(512, 2048);
	dial_ws(&w, false);
	struct hatch_span most = { text, 502 }, more = { text, 503 };
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, more), HATCH_EBIG);
	assert_int_equal(hatch_ws_send(last_ws, (enum hatch_ws_kind)3, most), HATCH_EINVAL);
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, most), 0);
	(void)world_settle(&w);
	assert_int_equal(heard(&w).len, 506);
	/* A message in pieces: control frames and nothing else between them. */
	assert_int_equal(hatch_ws_send_piece(last_ws, HATCH_WS_TEXT, hatch_str("a"), false), 0);
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, hatch_str("x")), HATCH_ESTATE);
	assert_int_equal(
		hatch_ws_send_piece(last_ws, HATCH_WS_BINARY, hatch_str("x"), true), HATCH_EINVAL);
	assert_int_equal(hatch_publish(srv, hatch_to_all(), HATCH_WS_TEXT, hatch_str("x")), 0);
	hx_posts_run(srv, srv);
	assert_int_equal(srv->stats.live_dropped, 1);
	say_frame(&w, 0x89, "ping", 4);
	assert_int_equal(hatch_ws_send_piece(last_ws, HATCH_WS_TEXT, hatch_str(""), false), 0);
	assert_int_equal(hatch_ws_send_piece(last_ws, HATCH_WS_TEXT, hatch_str("b"), true), 0);
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, hatch_str("c")), 0);
	(void)world_settle(&w);
	must_hear(&w,
		"\x01\x01"
		"a\x8a\x04ping\0\0\x80\x01"
		"b\x81\x01"
		"c",
		17);
	assert_int_equal(hatch_ws_close(last_ws, 1005), HATCH_EINVAL);
	assert_int_equal(hatch_ws_close(last_ws, 4000), 0);
	assert_int_equal(hatch_ws_close(last_ws, 4000), HATCH_ESTATE);
	assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, hatch_str("x")), HATCH_ESTATE);
	(void)world_settle(&w);
	must_hear(&w, "\x88\x02\x0f\xa0", 4);
	say_frame(&w, 0x89, "late", 4); /* nothing follows a close frame */
	world_pass(&w, 1999);
	must_hear(&w, "", 0);
	assert_int_not_equal(w.want, HATCH_ENDED);
	world_pass(&w, 1); /* config.goodbye_ms: whoever does not answer */
	world_pass(&w, 2000);
	assert_int_equal(w.want, HATCH_ENDED);
	assert_int_equal(last_code, 4000);
	world_close(&w);
	close_server();
}

static void references(void **state)
{
	struct world w;
	(void)state;
	open_server(512, 1024);
	dial_ws(&w, false);
	struct hatch_live_ref ref = hatch_ws_ref_of(last_ws);
	assert_ptr_equal(hatch_ws_find(srv, ref), last_ws);
	assert_int_equal(hatch_publish(srv, hatch_to_one(ref), HATCH_WS_TEXT, hatch_str("1")), 0);
	assert_int_equal(
		hatch_publish(srv, hatch_to_path("/other"), HATCH_WS_TEXT, hatch_str("2")), 0);
	assert_int_equal(hatch_publish(srv, hatch_to_arg(&ops), HATCH_WS_TEXT, hatch_str("3")), 0);
	assert_int_equal(
		hatch_publish(srv, hatch_to_path("/ws"), HATCH_WS_BINARY, hatch_str("4")), 0);
	assert_int_equal(hatch_publish(srv, hatch_to_all(), HATCH_WS_TEXT, hatch_str("")), 0);
	assert_int_equal(hatch_publish(srv, hatch_to_path("/no"), HATCH_WS_TEXT, hatch_str("x")),
		HATCH_EINVAL);
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	must_hear(&w,
		"\x81\x01"
		"1\x81\x01"
		"3\x82\x01"
		"4\x81\0",
		11);
	world_close(&w);
	assert_null(hatch_ws_find(srv, ref));
	dial_ws(&w, false); /* the same slot */
	assert_null(hatch_ws_find(srv, ref));
	assert_int_equal(hatch_publish(srv, hatch_to_one(ref), HATCH_WS_TEXT, hatch_str("x")), 0);
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	must_hear(&w, "", 0);
	world_close(&w);
	close_server();
}

/* Messages of all sizes, at all places of the queue: each comes whole, once and in order. */
/* What is nobody is not everybody. */
static void nobody_is_meant(void **state)
{
	const struct hatch_live_ref none = { 0, 0 };
	const struct hatch_to zeroed = { .path = NULL };
	const struct hatch_to wrong[] = { hatch_to_one(none), hatch_to_path(NULL),
		hatch_to_arg(NULL), zeroed };
	struct hatch_event event = { .data = hatch_str("x") };
	struct world ws;
	(void)state;
	open_server(512, 1024);
	dial_ws(&ws, false);
	for (size_t i = 0; i < HATCH_COUNT(wrong); i++) {
		assert_int_equal(
			hatch_publish(srv, wrong[i], HATCH_WS_TEXT, hatch_str("x")), HATCH_EINVAL);
		assert_int_equal(hatch_publish_event(srv, wrong[i], &event), HATCH_EINVAL);
		assert_int_equal(hatch_end_events(srv, wrong[i]), HATCH_EINVAL);
	}
	hx_posts_run(srv, srv);
	(void)world_settle(&ws);
	must_hear(&ws, "", 0);
	world_close(&ws);
	close_server();
}

static void the_queue(void **state)
{
	struct world w;
	char text[500];
	uint32_t seed = 99, full = 0;
	(void)state;
	open_server(4096, 2048);
	dial_ws(&w, false);
	size_t expected = 0;
	for (unsigned i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		size_t len = (seed >> 16) % (i % 2 == 0 ? 20 : sizeof(text));
		memset(text, (int)('a' + i % 26), len);
		int error = hatch_publish(
			srv, hatch_to_all(), HATCH_WS_BINARY, (struct hatch_span){ text, len });
		assert_true(error == 0 || error == HATCH_EFULL);
		full += error != 0;
		expected += error == 0 ? len + (len > 125 ? 4 : 2) : 0;
		if (error != 0 || (seed >> 8) % 4 == 0) {
			hx_posts_run(srv, srv);
			assert_int_equal(srv->lives.used, 0);
			(void)world_settle(&w);
		}
		if (w.down.len > WORLD_ROOM / 2) {
			hx_posts_run(srv, srv);
			(void)world_settle(&w);
			assert_int_equal(heard(&w).len, expected);
			expected = 0;
			w.down.len = w.down.taken = heard_at = 0;
		}
	}
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	assert_int_equal(heard(&w).len, expected);
	assert_true(full > 100);
	assert_int_equal(srv->stats.live_dropped, 0);
	struct hatch_stats stats;
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.publish_dropped, full);
	struct hatch_span over = { text, 2048 };
	assert_int_equal(hatch_publish(srv, hatch_to_all(), HATCH_WS_BINARY, over), HATCH_EBIG);
	world_close(&w);
	close_server();
}

static void events_in_time(void **state)
{
	struct world w;
	struct hatch_event event = { .data = hatch_str("x"), .id = "1" };
	(void)state;
	open_server(512, 1024);
	dial(&w, false, SUBSCRIBE("/events"), "HTTP/1.1 200 ");
	world_pass(&w, 2999);
	must_hear(&w, "", 0);
	world_pass(&w, 1);
	must_hear(&w, "0003\r\n:\n\n\r\n", 11);
	assert_int_equal(hatch_publish_event(srv, hatch_to_arg(&stream), &event), 0);
	must_hear(&w, "", 0); /* not before its turn */
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	must_hear(&w, "000f\r\nid: 1\ndata: x\n\n\r\n", 23);
	assert_int_equal(hatch_publish_event(srv, hatch_to_arg(&ops), &event), HATCH_EINVAL);
	assert_int_equal(hatch_publish_event(srv, hatch_to_path("/ws"), &event), HATCH_EINVAL);
	assert_int_equal(hatch_publish_event(srv, hatch_to_all(), &event), 0);
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	must_hear(&w, "000f\r\nid: 1\ndata: x\n\n\r\n", 23); /* once, of two routes */
	world_pass(&w, 1000);
	assert_int_equal(hatch_publish_event(srv, hatch_to_all(), &event), 0);
	hx_posts_run(srv, srv);
	(void)world_settle(&w);
	must_hear(&w, "000f\r\nid: 1\ndata: x\n\n\r\n", 23);
	world_pass(&w, 2999); /* from the last event on */
	must_hear(&w, "", 0);
	world_pass(&w, 1);
	must_hear(&w, "0003\r\n:\n\n\r\n", 11);
	world_close(&w);
	close_server();
}

/* A subscriber that takes nothing misses the oldest; what it gets is whole, and in order. */
static void a_slow_subscriber(void **state)
{
	struct world w;
	char id[8], text[100];
	(void)state;
	open_server(256, 1024);
	dial(&w, false, SUBSCRIBE("/events"), "HTTP/1.1 200 ");
	w.down.stopped = true;
	memset(text, 'y', sizeof(text));
	for (unsigned i = 0; i < 200; i++) {
		struct hatch_event event = { .data = { text, i % 100 }, .id = id };
		snprintf(id, sizeof(id), "%u", i);
		assert_int_equal(hatch_publish_event(srv, hatch_to_path("/events"), &event), 0);
		hx_posts_run(srv, srv);
		(void)world_settle(&w);
	}
	w.down.stopped = false;
	(void)world_settle(&w);
	size_t len;
	const char *all = world_heard(&w, &len);
	unsigned count = 0, next = 0;
	for (const char *at = all; (at = strstr(at, "id: ")) != NULL; at++) {
		unsigned number = (unsigned)atoi(at + 4);
		assert_true(number >= next && number < 200);
		next = number + 1;
		count++;
	}
	assert_int_equal(next, 200);
	assert_true(count < 50);
	assert_int_equal(srv->stats.live_dropped, 200 - count);
	world_close(&w);
	close_server();
}

static void the_server_stops(void **state)
{
	struct world ws, events;
	(void)state;
	open_server(512, 1024);
	dial(&events, false, SUBSCRIBE("/events"), "HTTP/1.1 200 ");
	size_t at = heard_at;
	dial_ws(&ws, false);
	hatch_stop(srv);
	(void)world_settle(&ws);
	must_hear(&ws, "\x88\x02\x03\xe9", 4);
	assert_int_equal(ws.want, HATCH_ENDED);
	assert_int_equal(hatch_conn_error(ws.c), 0);
	assert_int_equal(last_code, 1001);
	(void)world_settle(&events);
	heard_at = at;
	must_hear(&events, "0\r\n\r\n", 5);
	assert_int_equal(events.want, HATCH_ENDED);
	world_close(&ws);
	world_close(&events);
	close_server();
}

/* One, those of a stream, all: each hears a proper end, and only what was meant. */
static void ended_by_the_application(void **state)
{
	struct world w[3];
	struct hatch_live_ref one;
	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		open_server(512, 1024);
		for (unsigned i = 0; i < 2; i++)
			dial(&w[i], false, SUBSCRIBE("/events"), "HTTP/1.1 200 ");
		size_t at = heard_at;
		dial_ws(&w[2], false);
		one = (struct hatch_live_ref){ 0, srv->lives.slots[0].generation };
		assert_int_equal(hatch_end_events(srv, hatch_to_path("/ws")), HATCH_EINVAL);
		assert_int_equal(hatch_end_events(srv, hatch_to_arg(&ops)), HATCH_EINVAL);
		struct hatch_to to = how == 0   ? hatch_to_one(one)
				     : how == 1 ? hatch_to_arg(&stream)
						: hatch_to_all();
		assert_int_equal(hatch_end_events(srv, to), how == 0 ? 1 : 2);
		assert_int_equal(hatch_end_events(srv, to), 0); /* they are leaving */
		for (unsigned i = 0; i < 2; i++) {
			bool ends = how > 0 || i == 0;
			(void)world_settle(&w[i]);
			heard_at = at;
			must_hear(&w[i], "0\r\n\r\n", ends ? 5 : 0);
			assert_int_equal(w[i].want == HATCH_ENDED, ends);
		}
		(void)world_settle(&w[2]);
		assert_int_not_equal(w[2].want, HATCH_ENDED);
		assert_int_equal(srv->stats.live, how == 0 ? 2 : 1);
		for (unsigned i = 0; i < 3; i++)
			world_close(&w[i]);
		close_server();
	}
}

/* An after hook fails once the application has let somebody in: 500, and it hears of the end. */
static void a_hook_fails(void **state)
{
	struct world w;
	size_t len;
	(void)state;
	open_server(512, 1024);
	world_connect(&w, srv, false, 1);
	say(&w, UPGRADE("/fails"));
	assert_memory_equal(world_heard(&w, &len), "HTTP/1.1 500 ", 13);
	assert_int_equal(closes, 1);
	assert_int_equal(last_code, 1006);
	world_close(&w);
	world_connect(&w, srv, false, 1);
	say(&w, SUBSCRIBE("/fails-too"));
	assert_memory_equal(world_heard(&w, &len), "HTTP/1.1 500 ", 13);
	world_close(&w);
	close_server();
}

/* One client leaves a slot to others; and what it does not have, it is told at once. */
static void shares(void **state)
{
	struct world w[4];
	size_t len;
	(void)state;
	open_server(512, 1024);
	for (unsigned i = 0; i < 3; i++)
		dial_ws(&w[i], false);
	world_connect(&w[3], srv, false, 1);
	say(&w[3], UPGRADE("/ws"));
	const char *all = world_heard(&w[3], &len);
	assert_memory_equal(all, "HTTP/1.1 503 ", 13);
	assert_non_null(strstr(world_log, "config.max_live is 4"));
	assert_int_equal(srv->stats.live, 3);
	assert_false(hx_conn_is_idle(w[0].c)); /* none of them makes room for a newcomer */
	for (unsigned i = 0; i < 4; i++)
		world_close(&w[i]);
	close_server();
}

/* The peer leaves in the middle of everything: the slot comes back, and the application hears it.
 */
static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t at = 1; at < strlen(UPGRADE("/ws")) + 40; at++) {
		struct world w;
		open_server(512, 1024);
		world_connect(&w, srv, false, 3);
		w.up.cut_at = at;
		world_say(&w, UPGRADE("/ws"), strlen(UPGRADE("/ws")));
		(void)world_settle(&w);
		if (w.want != HATCH_ENDED)
			say_frame(&w, 0x81, "0123456789012345678901234567890123456789", 40);
		world_close(&w);
		assert_int_equal(closes, last_ws == NULL ? 0 : 1);
		close_server();
	}
}

/* While nothing is on its way, a live connection over TLS holds no record buffers and no exchange.
 */
static void it_holds_nothing(void **state)
{
	(void)state;
	for (int version = 0x0303; version <= 0x0304; version++) {
		struct world w[3];
		open_server(512, 1024);
		tls_options.version = version;
		dial_ws(&w[0], true);
		dial(&w[1], true, SUBSCRIBE("/events"), "HTTP/1.1 200 ");
		dial_ws(&w[2], true);
		struct hx_lend *lend = &srv->tls->lend;
		assert_int_equal(lend->left, lend->count);
		assert_int_equal(
			hatch_publish(srv, hatch_to_all(), HATCH_WS_TEXT, hatch_str("hello")), 0);
		hx_posts_run(srv, srv);
		for (unsigned i = 0; i < 3; i++)
			(void)world_settle(&w[i]);
		must_hear(&w[2], "\x81\x05hello", 7);
		assert_int_equal(lend->left, lend->count);
		say_frame(&w[0], 0x81, "0123456789", 10);
		assert_int_equal(got_len, 10);
		assert_int_equal(lend->left, lend->count);
		/* One that takes nothing has one, and is cut for it where others wait: record_ms.
		 */
		w[2].down.stopped = true;
		assert_int_equal(hatch_ws_send(last_ws, HATCH_WS_TEXT, hatch_str("hello")), 0);
		(void)world_settle(&w[2]);
		assert_int_equal(lend->left, lend->count - 1);
		for (unsigned i = 0; i < 3; i++)
			world_close(&w[i]);
		close_server();
	}
}

/* Whatever the pieces in which the bytes arrive and leave, over TLS and not. */
static void cut_in_any_way(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed < 60; seed++) {
		struct world w;
		open_server(256, 1024);
		dial_ws(&w, seed % 2 == 0);
		w.seed = seed;
		w.up.piece = w.down.piece = seed % 3 == 0 ? 1 : 0;
		for (unsigned i = 0; i < 30; i++) {
			say_frame(&w, 0x01, "abc", 3);
			say_frame(&w, 0x89, "p", 1);
			say_frame(&w, 0x80, "def", 3);
			(void)hatch_ws_send(last_ws, HATCH_WS_TEXT, hatch_str("back"));
			(void)world_settle(&w);
			must_hear(&w,
				"\x8a\x01p\x81\x04"
				"back",
				9);
		}
		assert_int_equal(got_len, 180);
		for (size_t i = 0; i < got_len; i++)
			assert_int_equal(got[i], "abcdef"[i % 6]);
		world_close(&w);
		close_server();
	}
}

static int throw_away(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	(void)ws;
	assert_true(piece->data.len <= 200 + HX_LIVE_SLACK);
	return 0;
}

static const char talk[] = "\x01\x83\0\0\0\0"
			   "abc\x89\x81\0\0\0\0p\x80\x83\0\0\0\0"
			   "def\x82\xfe\0\x80\0\0\0\0"
			   "0123456789012345678901234567890123456789012345678901234567890123"
			   "0123456789012345678901234567890123456789012345678901234567890123"
			   "\x8a\x80\0\0\0\0\x81\x80\0\0\0\0\x88\x82\0\0\0\0\x03\xe8";

/* Frames of which some bytes are others: it ends with a close frame, or is an open connection
 * still. */
static void damaged_frames(void **state)
{
	static struct hatch_ws_ops mild;
	struct hatch_route changed[HATCH_COUNT(routes)];
	(void)state;
	mild = ops;
	mild.message = throw_away;
	memcpy(changed, routes, sizeof(routes));
	changed[1].arg = &mild;
	for (unsigned seed = 1; seed < 2000; seed++) {
		char bytes[sizeof(talk) - 1];
		struct world w;
		open_server(256, 1024);
		srv->config.routes = changed;
		mild.in_pieces = seed % 2 == 0;
		dial_ws(&w, seed % 50 == 0);
		w.seed = seed;
		w.up.piece = w.down.piece = seed % 3 == 0 ? 1 : 0;
		memcpy(bytes, talk, sizeof(bytes));
		for (unsigned i = seed % 4; i > 0; i--)
			bytes[world_random(&w) % sizeof(bytes)] = (char)world_random(&w);
		world_say(&w, bytes, sizeof(bytes));
		(void)world_settle(&w);
		struct hatch_span said = heard(&w);
		if (seed % 4 == 0)
			assert_int_equal(w.want, HATCH_ENDED);
		if (w.want == HATCH_ENDED)
			assert_non_null(memchr(said.ptr, 0x88, said.len));
		world_close(&w);
		assert_int_equal(closes, 1);
		close_server();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_peer),
		cmocka_unit_test(back_pressure),
		cmocka_unit_test(closing_lets_go),
		cmocka_unit_test(who_takes_nothing),
		cmocka_unit_test(sizes_and_order),
		cmocka_unit_test(references),
		cmocka_unit_test(nobody_is_meant),
		cmocka_unit_test(the_queue),
		cmocka_unit_test(events_in_time),
		cmocka_unit_test(a_slow_subscriber),
		cmocka_unit_test(the_server_stops),
		cmocka_unit_test(ended_by_the_application),
		cmocka_unit_test(a_hook_fails),
		cmocka_unit_test(shares),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(it_holds_nothing),
		cmocka_unit_test(cut_in_any_way),
		cmocka_unit_test(damaged_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
