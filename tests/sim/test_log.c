/*
 * The application's lines in the log: before and after a handler, escaped, and not too many.
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

static struct hatch *srv;
static enum hatch_level level;

static int before(struct hatch_req *req)
{
	assert_int_equal(hatch_status_of(req), 0);
	hatch_log(hatch_server(req), level, "before %.*s: %.*s", (int)hatch_path(req).len,
		hatch_path(req).ptr, (int)hatch_query(req, "q").len,
		hatch_query(req, "q").ptr == NULL ? "" : hatch_query(req, "q").ptr);
	return 0;
}

static int after(struct hatch_req *req)
{
	hatch_log(hatch_server(req), level, "after %.*s: %d", (int)hatch_path(req).len,
		hatch_path(req).ptr, hatch_status_of(req));
	return 0;
}

static int refuses(struct hatch_req *req)
{
	return hatch_send_text(req, 401, "who?\n");
}

static int handler(struct hatch_req *req)
{
	assert_int_equal(hatch_status_of(req), 0);
	int ret = hatch_send_text(req, 202, "in\n");
	assert_int_equal(hatch_status_of(req), 202);
	return ret;
}

static int too_big(struct hatch_req *req)
{
	static char text[5000];
	assert_int_equal(hatch_send_bytes(req, 200, NULL, text, sizeof(text)), HATCH_EBIG);
	assert_int_equal(hatch_status_of(req), 0); /* that one was not taken */
	return HATCH_EBIG;
}

static const struct hatch_hook guards[] = { { before, NULL } };
static const struct hatch_hook hooks[] = { { after, NULL } };
static const struct hatch_policy logged = {
	.guards = guards, .guard_count = 1, .after = hooks, .after_count = 1
};
static const struct hatch_hook refusing[] = { { refuses, NULL } };
static const struct hatch_policy closed = { .guards = refusing, .guard_count = 1 };
static const struct hatch_policy collects = { .body_max = 10 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/in", handler),
	HATCH_ROUTE_WITH(HATCH_GET, "/closed", handler, NULL, &closed),
	HATCH_ROUTE(HATCH_GET, "/big", too_big),
	HATCH_ROUTE_WITH(HATCH_POST, "/long", handler, NULL, &collects),
};
static const struct hatch_group groups[] = { HATCH_GROUP_WITH("/g", routes, &logged) };

static void open_one(uint8_t log_level, uint16_t per_s)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.routes = NULL;
	config.route_count = 0;
	config.groups = groups;
	config.group_count = 1;
	config.log_level = log_level;
	config.log_lines_per_s = per_s;
	level = HATCH_WARN;
	srv = app_open(&config);
	world_log[0] = '\0';
}

static void close_one(void)
{
	app_check_idle(srv);
	hatch_close(srv);
}

static void ask(const char *request)
{
	struct world w;
	world_connect(&w, srv, false, 3);
	world_say(&w, request, strlen(request));
	(void)world_settle(&w);
	world_close(&w);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

/* Around the handler, whoever answers: also a guard behind it, and the server itself. */
static void around_a_group(void **state)
{
	(void)state;
	open_one(HATCH_WARN, 0);
	ask(GET("/g/in?q=1"));
	assert_string_equal(world_log, "before /g/in: 1\nafter /g/in: 202\n");
	world_log[0] = '\0';
	ask(GET("/g/closed"));
	assert_string_equal(world_log, "before /g/closed: \nafter /g/closed: 401\n");
	world_log[0] = '\0';
	ask("POST /g/long HTTP/1.1\r\nHost: sim\r\nContent-Length: 11\r\n\r\n");
	assert_string_equal(world_log, "before /g/long: \nafter /g/long: 413\n");
	world_log[0] = '\0';
	ask(GET("/g/big")); /* the hooks have seen what was tried, and what became of it */
	assert_string_equal(world_log,
		"before /g/big: \nafter /g/big: 200\n"
		"a handler failed: over a configured limit\nafter /g/big: 500\n");
	world_log[0] = '\0';
	ask(GET("/g/nothing")); /* of no route: nobody's hooks */
	assert_string_equal(world_log, "");
	close_one();
}

static void what_a_client_says(void **state)
{
	(void)state;
	open_one(HATCH_WARN, 0);
	ask(GET("/g/in?q=%0Afake%20line%1b%5B2J%5C%C3%A4%7F"));
	assert_string_equal(world_log,
		"before /g/in: \\x0afake line\\x1b[2J\\\\\\xc3\\xa4\\x7f\nafter /g/in: 202\n");
	close_one();
}

static void long_lines(void **state)
{
	char text[400];
	(void)state;
	open_one(HATCH_WARN, 0);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	hatch_log(srv, HATCH_WARN, "%.239s", text);
	assert_int_equal(strlen(world_log), 240); /* and its newline */
	world_log[0] = '\0';
	hatch_log(srv, HATCH_WARN, "%.240s", text);
	assert_int_equal(strlen(world_log), 240);
	world_log[0] = '\0';
	memset(text, '\n', sizeof(text) - 1);
	hatch_log(srv, HATCH_WARN, "%s", text);
	assert_int_equal(strlen(world_log), 237); /* 59 of them, each whole */
	assert_string_equal(world_log + 232, "\\x0a\n");
	close_one();
}

static void levels(void **state)
{
	(void)state;
	open_one(HATCH_WARN, 0);
	level = HATCH_INFO;
	ask(GET("/g/in"));
	assert_string_equal(world_log, "");
	hatch_log(srv, HATCH_ERROR, "%s", "broken");
	assert_string_equal(world_log, "broken\n");
	close_one();
	open_one(HATCH_QUIET, 0);
	hatch_log(srv, HATCH_WARN, "warm");
	close_one();
}

/* They count with the server's own, errors do not. */
static void too_many(void **state)
{
	unsigned lines = 0;
	(void)state;
	open_one(HATCH_WARN, 3);
	for (unsigned i = 0; i < 5; i++)
		hatch_log(srv, HATCH_WARN, "line %u", i);
	assert_string_equal(world_log, "line 0\nline 1\nline 2\n");
	hatch_log(srv, HATCH_ERROR, "error");
	assert_string_equal(world_log, "line 0\nline 1\nline 2\n(2 lines left out)\nerror\n");
	world_now += 1000;
	world_log[0] = '\0';
	for (unsigned i = 0; i < 5; i++)
		hatch_log(srv, HATCH_ERROR, "error %u", i);
	for (const char *at = world_log; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 5);
	close_one();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(around_a_group),
		cmocka_unit_test(what_a_client_says),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(levels),
		cmocka_unit_test(too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
