/*
 * Every limit of struct hatch_config on both sides.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "app.h"

#define HOST      "Host: sim\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

static struct hatch_config config;
static struct hatch *srv;

static void set_up(void)
{
	world_reset();
	app_configure(&config);
}

static void done(void)
{
	app_check_idle(srv);
	hatch_close(srv);
}

/* The status of the answer to these bytes, on a connection of their own; 0: none. */
static int status_of(const char *bytes, size_t len)
{
	struct world w;
	size_t heard;
	int status = 0;
	world_connect(&w, srv, false, 1);
	world_say(&w, bytes, len);
	(void)world_settle(&w);
	const char *text = world_heard(&w, &heard);
	if (heard > 12)
		status = (text[9] - '0') * 100 + (text[10] - '0') * 10 + text[11] - '0';
	world_close(&w);
	return status;
}

/* start, a letter so often that all of it has this length, end */
static int status_of_padded(const char *start, size_t total, const char *end)
{
	static char bytes[16384];
	size_t first = strlen(start), last = strlen(end);
	assert_true(total <= sizeof(bytes) && first + last <= total);
	memcpy(bytes, start, first);
	memset(bytes + first, 'x', total - first - last);
	memcpy(bytes + total - last, end, last);
	return status_of(bytes, total);
}

static void line_and_head(void **state)
{
	(void)state;
	set_up();
	config.max_line = 200;
	config.max_head = 500;
	srv = app_open(&config);
	/* the line is without its CRLF; the rest is CRLF, Host, CRLF */
	size_t after = strlen("\r\n" HOST "\r\n");
	assert_int_equal(status_of_padded("GET /?", 200 + after, " HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_int_equal(status_of_padded("GET /?", 201 + after, " HTTP/1.1\r\n" HOST "\r\n"), 414);
	assert_int_equal(status_of_padded("GET / HTTP/1.1\r\n" HOST "X: ", 500, "\r\n\r\n"), 200);
	assert_int_equal(status_of_padded("GET / HTTP/1.1\r\n" HOST "X: ", 501, "\r\n\r\n"), 431);
	done();
}

static void fields(void **state)
{
	(void)state;
	set_up();
	config.max_fields = 3;
	srv = app_open(&config);
	static const char three[] = "GET / HTTP/1.1\r\n" HOST "A: 1\r\nB: 2\r\n\r\n";
	static const char four[] = "GET / HTTP/1.1\r\n" HOST "A: 1\r\nB: 2\r\nC: 3\r\n\r\n";
	assert_int_equal(status_of(three, sizeof(three) - 1), 200);
	assert_int_equal(status_of(four, sizeof(four) - 1), 431);
	done();
}

static void bodies_and_trailers(void **state)
{
	(void)state;
	set_up();
	config.max_trailers = 100;
	srv = app_open(&config);
	assert_int_equal(
		status_of_padded("PUT /collect HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n",
			23 + 11 + 22 + 2 + 1000, ""),
		200);
	static const char announced[] = "PUT /collect HTTP/1.1\r\n" HOST
					"Content-Length: 1001\r\n\r\n";
	assert_int_equal(status_of(announced, sizeof(announced) - 1), 413);
	static const char start[] = "PUT /collect HTTP/1.1\r\n" HOST
				    "Transfer-Encoding: chunked\r\n\r\n3e8\r\n";
	assert_int_equal(
		status_of_padded(start, sizeof(start) - 1 + 1000 + 7, "\r\n0\r\n\r\n"), 200);
	assert_int_equal(
		status_of_padded(start, sizeof(start) - 1 + 1000 + 13, "\r\n1\r\nx\r\n0\r\n\r\n"),
		413);
	static const char trailer[] = "PUT /collect HTTP/1.1\r\n" HOST
				      "Transfer-Encoding: chunked\r\n\r\n0\r\nX: ";
	size_t before = sizeof(trailer) - 1 - 3;
	assert_int_equal(status_of_padded(trailer, before + 90, "\r\n\r\n"), 200);
	assert_int_equal(status_of_padded(trailer, before + 110, "\r\n\r\n"), 431);
	done();
}

static void bodies_that_are_not_collected(void **state)
{
	static const struct {
		const char *fields;
		int status;
	} cases[] = {
		{ "Content-Length: 0\r\n", 200 },
		{ "", 411 },
		{ "Content-Encoding: gzip\r\nContent-Length: 2\r\n", 415 },
		{ "Content-Encoding: Identity\r\nContent-Length: 2\r\n", 200 },
	};
	(void)state;
	set_up();
	srv = app_open(&config);
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		char request[200];
		snprintf(request, sizeof(request), "PUT /collect HTTP/1.1\r\n" HOST "%s\r\nok",
			cases[i].fields);
		assert_int_equal(status_of(request, strlen(request)), cases[i].status);
	}
	done();
}

static void copied_answers(void **state)
{
	(void)state;
	set_up();
	config.copy_max = 300;
	srv = app_open(&config);
	assert_int_equal(status_of(GET("/copy?n=300"), strlen(GET("/copy?n=300"))), 200);
	assert_int_equal(status_of(GET("/copy?n=301"), strlen(GET("/copy?n=301"))), 500);
	assert_non_null(strstr(world_log, "a handler failed"));
	done();
}

/* A body that nobody wants: the connection is kept if it is short, else it ends after the answer.
 */
static void discarded_bodies(void **state)
{
	static const struct {
		const char *request;
		bool kept;
	} cases[] = {
		{ "POST /early HTTP/1.1\r\n" HOST "Content-Length: 64\r\n\r\n", true },
		{ "POST /early HTTP/1.1\r\n" HOST "Content-Length: 65\r\n\r\n", false },
		{ "POST /early HTTP/1.1\r\n" HOST
		  "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
			false },
	};
	(void)state;
	set_up();
	config.discard_max = 64;
	srv = app_open(&config);
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		struct world w;
		world_connect(&w, srv, false, 1);
		world_say(&w, cases[i].request, strlen(cases[i].request));
		assert_int_equal(world_settle(&w), cases[i].kept);
		w.down.bytes[w.down.len] = '\0';
		bool says_close = strstr((char *)w.down.bytes, "Connection: close") != NULL;
		assert_int_equal(says_close, !cases[i].kept);
		world_close(&w);
	}
	/* Chunked: only reading tells how long it is. */
	struct world w;
	static const char start[] = "POST /early HTTP/1.1\r\n" HOST
				    "Transfer-Encoding: chunked\r\n\r\n40\r\n";
	char bytes[80];
	memset(bytes, 'x', sizeof(bytes));
	world_connect(&w, srv, false, 1);
	world_say(&w, start, sizeof(start) - 1);
	world_say(&w, bytes, 64);
	assert_true(world_settle(&w));
	world_say(&w, "\r\n1\r\nx", 6);
	assert_false(world_settle(&w));
	world_close(&w);
	done();
}

static void connections(void **state)
{
	struct world w[2];
	struct hatch_conn *c;
	struct hatch_address peer = { "192.0.2.9", 1, { 0 } };
	(void)state;
	set_up();
	config.max_conns = 2;
	srv = app_open(&config);
	world_connect(&w[0], srv, false, 1);
	world_connect(&w[1], srv, true, 1);
	assert_int_equal(hatch_conn_open(&c, srv, false, &peer, world_now), HATCH_EFULL);
	assert_null(c);
	world_close(&w[0]);
	assert_int_equal(hatch_conn_open(&c, srv, false, &peer, world_now), 0);
	hatch_conn_close(c);
	world_close(&w[1]);
	done();
}

/* Ten at once, then one in a second; the connection stays, and another client notices nothing. */
static void requests_of_one_client(void **state)
{
	struct world w;
	size_t heard;
	struct hatch_conn *c;
	(void)state;
	set_up();
	config.client_requests_per_min = 60;
	srv = app_open(&config);
	world_connect(&w, srv, false, 1);
	for (unsigned i = 0; i < 12; i++)
		world_say(&w, GET("/"), strlen(GET("/")));
	assert_true(world_settle(&w));
	const char *text = world_heard(&w, &heard);
	unsigned good = 0, limited = 0;
	for (size_t i = 0; i + 12 <= heard; i++) {
		good += memcmp(text + i, "HTTP/1.1 200", 12) == 0;
		limited += memcmp(text + i, "HTTP/1.1 429", 12) == 0;
	}
	assert_int_equal(good, 10);
	assert_int_equal(limited, 2);
	assert_non_null(strstr(text, "\r\nRetry-After: 1\r\n"));
	assert_int_equal(srv->stats.requests_limited, 2);
	struct hatch_address peer = w.c->peer;
	peer.bytes[0] ^= 1;
	assert_int_equal(hatch_conn_open(&c, srv, false, &peer, world_now), 0);
	assert_int_equal(hx_request_rate(c), 0);
	hatch_conn_close(c);
	world_now += 999;
	assert_int_equal(status_of(GET("/"), strlen(GET("/"))), 429);
	world_now += 1;
	assert_int_equal(status_of(GET("/"), strlen(GET("/"))), 200);
	assert_int_equal(status_of(GET("/"), strlen(GET("/"))), 429);
	world_close(&w);
	done();
}

/*
 * One exchange for two connections: the second waits, goes on when the first is done, hurries a
 * slow head, and is told 503 if nothing helps.
 */
static void exchanges(void **state)
{
	struct world a, b;
	(void)state;
	set_up();
	config.max_conns = 2;
	config.max_requests = 1;
	config.head_ms = 5000;
	srv = app_open(&config);
	world_connect(&a, srv, false, 1);
	world_connect(&b, srv, false, 1);

	world_say(&a, GET("/later"), strlen(GET("/later")));
	(void)world_settle(&a);
	world_say(&b, GET("/"), strlen(GET("/")));
	(void)world_settle(&b);
	assert_int_equal(b.down.len, 0);
	assert_int_equal(hatch_send_text(hatch_find(srv, app.held), 200, "a\n"), 0);
	(void)world_settle(&a);
	(void)world_settle(&b);
	assert_true(b.down.len > 0);

	size_t heard = b.down.len;
	world_say(&a, "GET / ", 6);
	(void)world_settle(&a);
	world_say(&b, GET("/"), strlen(GET("/")));
	(void)world_settle(&b);
	world_now += HATCH_HEAD_GRACE_MS - 1;
	(void)world_settle(&a);
	assert_int_not_equal(a.want, HATCH_ENDED);
	world_now += 1;
	(void)world_settle(&a);
	assert_int_equal(a.want, HATCH_ENDED);
	(void)world_settle(&b);
	assert_true(b.down.len > heard);
	world_close(&a);

	world_connect(&a, srv, false, 1);
	app.guard_opens = false;
	heard = b.down.len;
	world_say(&a, GET("/gated"), strlen(GET("/gated")));
	(void)world_settle(&a);
	world_say(&b, GET("/"), strlen(GET("/")));
	(void)world_settle(&b);
	world_pass(&b, 4999);
	assert_int_equal(b.down.len, heard);
	world_pass(&b, 1);
	assert_true(b.down.len > heard + 12);
	assert_memory_equal(b.down.bytes + heard, "HTTP/1.1 503", 12);
	world_close(&a);
	world_close(&b);
	done();
}

/* One place for two bodies. */
/* Whose answer is out and who sends the rest of a body slowly gives way to one who waits. */
static void a_slow_rest_gives_way(void **state)
{
	struct world a, b;
	const char *post = "POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n";
	(void)state;
	set_up();
	config.max_conns = 2;
	config.max_requests = 1;
	srv = app_open(&config);
	for (unsigned round = 0; round < 2; round++) {
		world_connect(&a, srv, false, 1);
		world_connect(&b, srv, false, 1);
		world_say(&a, post, strlen(post));
		assert_true(world_settle(&a));
		assert_true(a.down.len > 0); /* 404, and the connection stays for the rest */
		world_say(&b, GET("/"), strlen(GET("/")));
		(void)world_settle(&b);
		(void)world_settle(&a);
		(void)world_settle(&b);
		assert_true(b.down.len > 0);
		world_close(&a);
		world_close(&b);
	}
	done();
}

static void collected_at_once(void **state)
{
	struct world a, b;
	static const char first[] = "PUT /collect HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab";
	static const char second[] = "PUT /collect HTTP/1.1\r\n" HOST
				     "Content-Length: 3\r\n\r\nxyz";
	(void)state;
	set_up();
	config.bodies = 1;
	config.respond_ms = 4000;
	srv = app_open(&config);
	world_connect(&a, srv, false, 1);
	world_connect(&b, srv, false, 1);
	world_say(&a, first, sizeof(first) - 1);
	(void)world_settle(&a);
	world_say(&b, second, sizeof(second) - 1);
	(void)world_settle(&b);
	assert_int_equal(b.down.len, 0);
	world_say(&a, "c", 1);
	(void)world_settle(&a);
	(void)world_settle(&b);
	assert_memory_equal(b.down.bytes + b.down.len - 3, "xyz", 3);

	size_t heard = b.down.len;
	world_say(&a, first, sizeof(first) - 1);
	(void)world_settle(&a);
	world_say(&b, second, sizeof(second) - 1);
	(void)world_settle(&b);
	world_pass(&b, 4000);
	assert_memory_equal(b.down.bytes + heard, "HTTP/1.1 503", 12);
	world_close(&a);
	world_close(&b);
	done();
}

static int ask_too_much(struct hatch_req *req)
{
	static int ends;
	(void)ends;
	assert_non_null(hatch_scratch(req, 100));
	assert_null(hatch_scratch(req, 200));
	assert_non_null(hatch_scratch(req, 64));
	return 0;
}

static void note(void *arg, int error)
{
	(void)error;
	(*(unsigned *)arg)++;
}

static unsigned noted;

static int ask_for_the_end(struct hatch_req *req)
{
	for (unsigned i = 0; i < HATCH_ON_END_MAX; i++)
		assert_int_equal(hatch_on_end(req, note, &noted), 0);
	assert_int_equal(hatch_on_end(req, note, &noted), HATCH_EFULL);
	return hatch_send_empty(req, 204);
}

static void scratch_and_ends(void **state)
{
	static const struct hatch_hook guards[] = { { ask_too_much, NULL } };
	static const struct hatch_policy policy = { .guards = guards, .guard_count = 1 };
	static const struct hatch_route routes[] = { HATCH_ROUTE_WITH(
		HATCH_GET, "/", ask_for_the_end, NULL, &policy) };
	(void)state;
	set_up();
	config.routes = routes;
	config.route_count = 1;
	config.scratch = 256;
	srv = app_open(&config);
	noted = 0;
	assert_int_equal(status_of(GET("/"), strlen(GET("/"))), 204);
	assert_int_equal(noted, HATCH_ON_END_MAX);
	assert_non_null(strstr(world_log, "hatch_scratch(200)"));
	config.bodies = srv->config.bodies;
	hatch_close(srv);
}

/* What the block is said to need is what is taken, and one byte less is too little. */
static void memory(void **state)
{
	static _Alignas(max_align_t) unsigned char block[1 << 20];
	(void)state;
	set_up();
	size_t needed = hatch_memory_needed(&config);
	assert_true(needed > 0 && needed < sizeof(block));
	config.memory = block;
	config.memory_len = needed - 1;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	assert_null(srv);
	assert_non_null(strstr(world_log, "bytes of memory"));
	config.memory_len = needed;
	memset(block, 0xa5, sizeof(block));
	srv = app_open(&config);
	assert_int_equal(world_allocs, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(status_of(GET("/stream"), strlen(GET("/stream"))), 200);
	assert_int_equal(world_allocs, 0);
	for (size_t i = needed; i < sizeof(block); i++)
		assert_int_equal(block[i], 0xa5);
	done();
}

static void refusals(void **state)
{
	(void)state;
	set_up();
	world_log[0] = '\0';
	const struct hatch_workers none = HATCH_WORKERS(0);
	config.workers = &none;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	assert_non_null(strstr(world_log, "config.workers has no source, or none of them"));
	assert_int_equal(hatch_memory_needed(&config), 0);
	set_up();
	config.identity = NULL;
	config.port = HATCH_PORT_ANY;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	assert_non_null(strstr(world_log, "config.identity is needed"));
	set_up();
	config.copy_max = 255;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	config.copy_max = 256;
	config.max_requests = 9;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	config.max_requests = 8;
	srv = app_open(&config);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_and_head),
		cmocka_unit_test(fields),
		cmocka_unit_test(bodies_and_trailers),
		cmocka_unit_test(bodies_that_are_not_collected),
		cmocka_unit_test(copied_answers),
		cmocka_unit_test(discarded_bodies),
		cmocka_unit_test(connections),
		cmocka_unit_test(requests_of_one_client),
		cmocka_unit_test(exchanges),
		cmocka_unit_test(a_slow_rest_gives_way),
		cmocka_unit_test(collected_at_once),
		cmocka_unit_test(scratch_and_ends),
		cmocka_unit_test(memory),
		cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
