/*
 * hatch_send_json(): what the compiler lets pass, and nothing a peer could break out with.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_conn.h>
#include <hatch_port.h>

static struct hatch *srv;
static int (*respond)(struct hatch_req *req);
static int returned;
static char answer[8192];

static int handler(struct hatch_req *req)
{
	returned = respond(req);
	return returned;
}

static void no_log(enum hatch_level level, const char *line)
{
	(void)level;
	(void)line;
}

static int set_up(void **state)
{
	static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", handler) };
	static struct hatch_port platform;
	struct hatch_config config = HATCH_DEFAULTS;
	(void)state;
	platform = hatch_default_port;
	platform.log = no_log;
	config.routes = routes;
	config.route_count = 1;
	config.port = HATCH_PORT_NONE;
	config.platform = &platform;
	return hatch_open(&srv, &config);
}

static int tear_down(void **state)
{
	(void)state;
	hatch_close(srv);
	return 0;
}

/* The body that comes of it; NULL if the answer is not 200. */
static const char *body_of(int (*call)(struct hatch_req *req))
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct hatch_address peer = { "192.0.2.7", 1, { 0 } };
	struct hatch_conn *c;
	size_t at = 0, room, len, got = 0;
	respond = call;
	assert_int_equal(hatch_conn_open(&c, srv, false, &peer, 0), 0);
	for (unsigned i = 0; i < 100; i++) {
		(void)hatch_conn_step(c, 0);
		void *place = hatch_conn_rx_buf(c, &room);
		if (place != NULL && at < sizeof(request) - 1) {
			len = sizeof(request) - 1 - at < room ? sizeof(request) - 1 - at : room;
			memcpy(place, request + at, len);
			hatch_conn_rx_ack(c, len);
			at += len;
		}
		const void *bytes = hatch_conn_tx_buf(c, &len);
		if (bytes != NULL) {
			assert_true(got + len < sizeof(answer));
			memcpy(answer + got, bytes, len);
			hatch_conn_tx_ack(c, len);
			got += len;
		}
	}
	hatch_conn_close(c);
	answer[got] = '\0';
	const char *body = strstr(answer, "\r\n\r\n");
	return strncmp(answer, "HTTP/1.1 200", 12) == 0 && body != NULL ? body + 4 : NULL;
}

static const char *volatile nowhere; /* the compiler cannot know that it stays NULL */

#define CASE(name, ...)                                                                            \
	static int name(struct hatch_req *req)                                                     \
	{                                                                                          \
		return hatch_send_json(req, 200, __VA_ARGS__);                                     \
	}

CASE(integers, "[%d,%i,%u,%x,%ld,%lu,%lld,%llu,%zu,%hhd,%hd,%5d,%-3d]", -1, 2, 3u, 255u, -4l, 5ul,
	-6ll, 18446744073709551615ull, (size_t)7, (signed char)8, (short)9, 10, 11)
CASE(reals, "[%f,%.2f,%g,%e]", 1.5, 2.345, 0.5, 1e10)
CASE(no_numbers, "[%f,%f,%g]", 0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0)
CASE(percent, "\"100%%\"")
CASE(hostile, "\"%s\"", "\"},{\\\n\r\t\b\f\x01</script>\x7f\xc3\xa4")
CASE(hostile_char, "\"%c%c\"", '"', 'a')
CASE(cut_short, "\"%.3s\"", "abcdef")
CASE(no_string, "\"%s\"", nowhere)
CASE(empty, "%s", "")
CASE(a_span, "\"%.*s\"", 3, "abcdef")
CASE(an_empty_span, "\"%.*s\"", 0, nowhere)

static void numbers(void **state)
{
	(void)state;
	assert_string_equal(
		body_of(integers), "[-1,2,3,ff,-4,5,-6,18446744073709551615,7,8,9,   10,11 ]");
	assert_string_equal(body_of(reals), "[1.500000,2.35,0.5,1.000000e+10]");
	assert_string_equal(body_of(no_numbers), "[null,null,null]");
	assert_string_equal(body_of(percent), "\"100%\"");
}

static void strings(void **state)
{
	(void)state;
	assert_string_equal(body_of(hostile),
		"\"\\\"},{\\\\\\n\\r\\t\\b\\f\\u0001\\u003c/script>\\u007f\xc3\xa4\"");
	assert_string_equal(body_of(hostile_char), "\"\\\"a\"");
	assert_string_equal(body_of(cut_short), "\"abc\"");
	assert_string_equal(body_of(no_string), "\"\"");
	assert_string_equal(body_of(empty), "");
	assert_string_equal(body_of(a_span), "\"abc\"");
	assert_string_equal(body_of(an_empty_span), "\"\"");
}

/* The compiler would warn of most of these: they come as a variable. */
static const char *format;

static int from_variable(struct hatch_req *req)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	return hatch_send_json(req, 200, format, 1, 2, 3);
#pragma GCC diagnostic pop
}

static void refused(void **state)
{
	static const char *formats[] = { "%n", "%p", "%ls", "%lc", "%Lf", "%*d", "%.*d", "%*s",
		"%.5*s", "%.**s", "%.*c", "%.*f", "%", "%5", "%l", "%y", "%.99999999999d",
		"%0000000000000000000d" };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(formats); i++) {
		format = formats[i];
		if (body_of(from_variable) != NULL)
			fail_msg("%s passes", format);
		assert_int_equal(returned, HATCH_EINVAL);
	}
	format = "%d%d%d";
	assert_string_equal(body_of(from_variable), "123");
}

static int too_long(struct hatch_req *req)
{
	char text[1100];
	memset(text, 'x', sizeof(text));
	text[1022 + (format == NULL ? 1 : 0)] = '\0';
	return hatch_send_json(req, 200, "\"%s\"", text);
}

static void limit(void **state)
{
	(void)state;
	format = "";
	assert_non_null(body_of(too_long)); /* 1,024 with the quotation marks */
	format = NULL;
	assert_null(body_of(too_long));
	assert_int_equal(returned, HATCH_EBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(strings),
		cmocka_unit_test(refused),
		cmocka_unit_test(limit),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
