/*
 * Whatever way bytes arrive, the answers are the same; wherever the line is cut, nothing is lost
 * but the answer, and whoever asked is told once.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app.h"

#define HOST      "Host: sim\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

static const struct {
	const char *name, *request;
	const char *begins; /* the answer */
	const char *holds;
} scripts[] = {
	{ "get", GET("/"), "HTTP/1.1 200 OK\r\n", "\r\n\r\nhello\n" },
	{ "head", "HEAD / HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200", "Content-Length: 6\r\n" },
	{ "http 1.0", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200", "Connection: close\r\n" },
	{ "pipelined", GET("/") GET("/nope") GET("/"), "HTTP/1.1 200", "404 Not Found" },
	{ "collected",
		"PUT /collect HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\nhello world" GET("/"),
		"HTTP/1.1 200", "hello worldHTTP/1.1 200" },
	{ "chunked with trailers",
		"POST /sink HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n4;x=\"y\"\r\ndefg\r\n0\r\nX-Sum: 1\r\n\r\n" GET("/"),
		"HTTP/1.1 200", "{\"sum\":" },
	{ "echo",
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"5\r\nhello\r\n6\r\n, you!\r\n0\r\n\r\n" GET("/"),
		"HTTP/1.1 200", "hello" },
	{ "stream", GET("/stream") GET("/"), "HTTP/1.1 200", "Transfer-Encoding: chunked" },
	{ "stream of known length", GET("/stream?length") GET("/"), "HTTP/1.1 200",
		"Content-Length: 300000" },
	{ "borrowed", GET("/static") GET("/"), "HTTP/1.1 200", "Content-Length: 100000" },
	{ "early answer",
		"POST /early HTTP/1.1\r\n" HOST
		"Content-Length: 20\r\n\r\n01234567890123456789" GET("/"),
		"HTTP/1.1 403", "hello\n" },
	{ "nothing", GET("/nothing") GET("/"), "HTTP/1.1 500", "Connection: close" },
	{ "failing", GET("/failing"), "HTTP/1.1 500", "500 Internal" },
	{ "twice", GET("/twice"), "HTTP/1.1 200", "first\n" },
	{ "inject", GET("/inject"), "HTTP/1.1 500", "500 Internal" },
	{ "guard answers", GET("/refused"), "HTTP/1.1 401", "who?" },
	{ "guard fails", GET("/guard-fails"), "HTTP/1.1 500", "500 Internal" },
	{ "after hooks", GET("/marked"), "HTTP/1.1 200", "X-Mark: one\r\nX-Mark: two\r\n" },
	{ "options", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 204", "Allow: " },
	{ "405", "DELETE / HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, OPTIONS" },
	{ "501", "BREW / HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 501", "Not Implemented" },
	{ "two lengths",
		"GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
		"HTTP/1.1 400", "Connection: close" },
	{ "bare LF", "GET / HTTP/1.1\n" HOST "\r\n", "HTTP/1.1 400", "Connection: close" },
	{ "smuggled",
		"POST /sink HTTP/1.1\r\n" HOST
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
		"0\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
		"HTTP/1.1 400", "Connection: close" },
};

static bool contains(const char *text, size_t len, const char *part)
{
	size_t size = strlen(part);
	for (size_t i = 0; i + size <= len; i++)
		if (memcmp(text + i, part, size) == 0)
			return true;
	return false;
}

/* Plays one script; the caller frees what was heard. */
static char *play(struct hatch *srv, const char *request, bool secure, size_t up, size_t down,
	uint32_t seed, size_t *len)
{
	struct world w;
	world_connect(&w, srv, secure, seed);
	w.up.piece = up;
	w.down.piece = down;
	world_say(&w, request, strlen(request));
	(void)world_settle(&w);
	const char *heard = world_heard(&w, len);
	char *copy = malloc(*len + 1);
	assert_non_null(copy);
	memcpy(copy, heard, *len);
	copy[*len] = '\0';
	world_close(&w);
	return copy;
}

static void same_in_every_split(void **state)
{
	struct hatch_config config;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	unsigned seeds = getenv("HATCH_LONG") != NULL ? 200 : 6;
	for (size_t i = 0; i < HATCH_COUNT(scripts); i++) {
		size_t whole_len, len;
		char *whole = play(
			srv, scripts[i].request, false, WORLD_ROOM, WORLD_ROOM, 1, &whole_len);
		if (strncmp(whole, scripts[i].begins, strlen(scripts[i].begins)) != 0 ||
			!contains(whole, whole_len, scripts[i].holds))
			fail_msg("%s: the answer is\n%.400s", scripts[i].name, whole);
		for (unsigned n = 0; n < 3 + seeds; n++) {
			/* byte by byte up, down, both; then random pieces, every other with TLS */
			bool secure = n >= 3 && n % 2 == 0;
			size_t up = n == 0 || n == 2 ? 1 : n < 3 ? WORLD_ROOM : 0;
			size_t down = n == 1 || n == 2 ? 1 : n < 3 ? WORLD_ROOM : 0;
			tls_options.version = n % 4 == 0 ? 0x0303 : 0x0304;
			char *other = play(srv, scripts[i].request, secure, up, down, 77 + n, &len);
			/* Chunks may be cut elsewhere when a body is echoed as it comes. */
			bool echoes = strcmp(scripts[i].name, "echo") == 0;
			if (!echoes && (len != whole_len || memcmp(whole, other, len) != 0))
				fail_msg("%s differs in split %u: %zu bytes, not %zu\n%.300s",
					scripts[i].name, n, len, whole_len, other);
			free(other);
		}
		free(whole);
	}
	app_check_idle(srv);
	hatch_close(srv);
}

/* At every byte of the request, and of the answer. */
static void cut_everywhere(void **state)
{
	struct hatch_config config;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	for (size_t i = 0; i < HATCH_COUNT(scripts); i++) {
		size_t size = strlen(scripts[i].request), step;
		for (size_t n = 1; n < size; n++) {
			struct world w;
			world_connect(&w, srv, false, 1);
			w.up.cut_at = n;
			world_say(&w, scripts[i].request, size);
			(void)world_settle(&w);
			if (w.want != HATCH_ENDED)
				fail_msg("%s goes on after a cut at %zu, wants %u", scripts[i].name,
					n, w.want);
			world_close(&w);
			app_check_idle(srv);
		}
		step = 1;
		for (size_t n = 1; n<4000; n += step, step += n> 300) {
			struct world w;
			world_connect(&w, srv, false, 1);
			w.down.cut_at = n;
			world_say(&w, scripts[i].request, size);
			(void)world_settle(&w);
			/* Either it noticed, or the answer was just that long. */
			assert_true(w.want == HATCH_ENDED || (w.want & HATCH_WANT_TX) == 0);
			world_close(&w);
			app_check_idle(srv);
		}
	}
	hatch_close(srv);
}

static void cut_everywhere_in_tls(void **state)
{
	struct hatch_config config;
	const char request[] = GET("/stream");
	size_t step = getenv("HATCH_LONG") != NULL ? 1 : 97;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	for (unsigned direction = 0; direction < 2; direction++) {
		for (size_t n = 1; n < 3000; n += step) {
			struct world w;
			tls_options.version = n % 2 == 0 ? 0x0303 : 0x0304;
			world_connect(&w, srv, true, 1);
			(direction == 0 ? &w.up : &w.down)->cut_at = n;
			world_say(&w, request, sizeof(request) - 1);
			(void)world_settle(&w);
			/* A cut line never looks like an orderly end. */
			if (direction == 1 && w.down.len == n)
				assert_false(tls_client_saw_close(w.tls));
			world_close(&w);
			app_check_idle(srv);
		}
	}
	hatch_close(srv);
}

/* The client holds its body back until it is asked for it; if it does not, nobody asks. */
static void continue_is_sent_when_awaited(void **state)
{
	static const char head[] = "PUT /collect HTTP/1.1\r\n" HOST
				   "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
	static const char body[] = "ok";
	struct hatch_config config;
	struct world w;
	size_t len;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	for (unsigned secure = 0; secure < 2; secure++) {
		world_connect(&w, srv, secure == 1, 9);
		world_say(&w, head, sizeof(head) - 1);
		assert_true(world_settle(&w));
		const char *heard = world_heard(&w, &len);
		assert_int_equal(len, strlen("HTTP/1.1 100 Continue\r\n\r\n"));
		world_say(&w, body, 2);
		assert_true(world_settle(&w));
		heard = world_heard(&w, &len);
		assert_true(contains(heard, len, "\r\n\r\nHTTP/1.1 200 OK\r\n"));
		assert_true(contains(heard, len, "\r\n\r\nok"));
		world_close(&w);
	}
	world_connect(&w, srv, false, 9);
	world_say(&w, head, sizeof(head) - 1);
	world_say(&w, body, 2);
	assert_true(world_settle(&w));
	const char *heard = world_heard(&w, &len);
	assert_false(contains(heard, len, " 100 "));
	assert_true(contains(heard, len, "\r\n\r\nok"));
	world_close(&w);
	app_check_idle(srv);
	hatch_close(srv);
}

/* As long as nothing has been sent, a stream that fails is an answer of its own. */
static void early_failures_are_answers(void **state)
{
	struct hatch_config config;
	size_t len;
	char *heard;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	heard = play(srv, GET("/broken-at-once"), false, WORLD_ROOM, WORLD_ROOM, 1, &len);
	assert_memory_equal(heard, "HTTP/1.1 500 ", 13);
	assert_true(contains(heard, len, "Connection: close\r\n"));
	assert_int_equal(app.last_error, HATCH_EPORT);
	free(heard);
	heard = play(srv,
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n" GET("/"),
		false, WORLD_ROOM, WORLD_ROOM, 1, &len);
	assert_memory_equal(heard, "HTTP/1.1 400 ", 13);
	assert_false(contains(heard, len, "hello"));
	assert_int_equal(app.last_error, HATCH_EHTTP);
	free(heard);
	app_check_idle(srv);
	hatch_close(srv);
}

/* An answer that fails in the middle ends without the last chunk and without close_notify. */
static void cut_answers_look_cut(void **state)
{
	struct hatch_config config;
	struct world w;
	size_t len;
	(void)state;
	world_reset();
	app_configure(&config);
	struct hatch *srv = app_open(&config);
	tls_options.version = 0;
	world_connect(&w, srv, true, 5);
	world_say(&w, GET("/broken"), strlen(GET("/broken")));
	assert_false(world_settle(&w));
	const char *heard = world_heard(&w, &len);
	assert_true(len > 100);
	assert_false(contains(heard, len, "\r\n0\r\n"));
	assert_false(tls_client_saw_close(w.tls));
	assert_int_equal(app.last_error, HATCH_EPORT);
	world_close(&w);
	app_check_idle(srv);
	hatch_close(srv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_in_every_split),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(cut_everywhere_in_tls),
		cmocka_unit_test(continue_is_sent_when_awaited),
		cmocka_unit_test(early_failures_are_answers),
		cmocka_unit_test(cut_answers_look_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
