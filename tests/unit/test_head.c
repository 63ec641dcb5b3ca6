/*
 * test_head.c - the request line and the fields, on both sides of every limit
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "exact.h"
#include "http/head.h"

static const struct hx_head_limits limits = { 40, 100, 3 };

/* Scans all in one go, then byte by byte: both must agree. */
static int scan(struct hx_head_scan *out, const char *text, size_t len)
{
	struct hx_head_scan whole = { 0 }, bytes = { 0 };
	char *copy = exact_copy(text, len);
	int a = hx_head_scan(&whole, copy, len, &limits), b = 0;

	free(copy);
	for (size_t i = 1; i <= len && b == 0; i++) {
		copy = exact_copy(text, i);
		b = hx_head_scan(&bytes, copy, i, &limits);
		free(copy);
	}
	assert_int_equal(a, b);
	assert_int_equal(whole.at, bytes.at);
	assert_int_equal(whole.skip, bytes.skip);
	assert_int_equal(whole.line_len, bytes.line_len);
	assert_int_equal(whole.lines, bytes.lines);
	*out = whole;
	return a;
}

static int scan_str(const char *text)
{
	struct hx_head_scan ignored;

	return scan(&ignored, text, strlen(text));
}

static int parse(struct hx_head *head, const char *text)
{
	struct hx_head_scan done;

	assert_int_equal(scan(&done, text, strlen(text)), 1);
	return hx_head_parse(head, text, &done);
}

static int parse_line(const char *line)
{
	char text[100];
	struct hx_head head;

	strcpy(text, line);
	strcat(text, "\r\n\r\n");
	return parse(&head, text);
}

static int parse_field(const char *line)
{
	char text[100] = "GET / HTTP/1.1\r\n";
	struct hx_head head;

	strcat(text, line);
	strcat(text, "\r\n\r\n");
	return parse(&head, text);
}

static void test_a_head(void **state)
{
	static const char text[] = "GET /x HTTP/1.1\r\nHost: a\r\nB:\r\n\r\nbody";
	struct hx_head_scan done;
	struct hx_head head;

	(void)state;
	assert_int_equal(scan(&done, text, strlen(text)), 1);
	assert_int_equal(done.at, strlen(text) - 4);
	assert_int_equal(done.line_len, 15);
	assert_int_equal(done.lines, 3);
	assert_int_equal(hx_head_parse(&head, text, &done), 0);
	assert_true(hx_span_same(head.method, hatch_str("GET")));
	assert_true(hx_span_same(head.target, hatch_str("/x")));
	assert_true(hx_span_same(head.fields, hatch_str("Host: a\r\nB:\r\n")));
	assert_int_equal(head.minor, 1);
}

static void test_no_fields(void **state)
{
	struct hx_head head;

	(void)state;
	assert_int_equal(parse(&head, "GET / HTTP/1.0\r\n\r\n"), 0);
	assert_int_equal(head.fields.len, 0);
	assert_int_equal(head.minor, 0);
}

static void test_incomplete(void **state)
{
	static const char text[] = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		struct hx_head_scan ignored;

		assert_int_equal(scan(&ignored, text, len), 0);
	}
	assert_int_equal(scan_str(text), 1);
}

static void test_empty_line_before(void **state)
{
	struct hx_head head;

	(void)state;
	assert_int_equal(parse(&head, "\r\nGET / HTTP/1.1\r\n\r\n"), 0);
	assert_true(hx_span_same(head.method, hatch_str("GET")));
	assert_int_equal(scan_str("\r\n\r\n"), -400);
	assert_int_equal(scan_str("\r\n\r"), 0);
	assert_int_equal(scan_str("\n"), -400);
}

static void test_line_ends(void **state)
{
	(void)state;
	assert_int_equal(scan_str("GET / HTTP/1.1\n"), -400);
	assert_int_equal(scan_str("GET / HTTP/1.1\r"), 0);
	assert_int_equal(scan_str("GET / HTTP/1.1\r "), -400);
	assert_int_equal(scan_str("GET / HTTP/1.1\r\r"), -400);
	assert_int_equal(scan_str("GET / HTTP/1.1\r\nA: b\n"), -400);
	assert_int_equal(scan_str("GET / HTTP/1.1\r\nA: b\r\n\n"), -400);
	assert_int_equal(scan_str("GET / HTTP/1.1\r\nA: b\r\n\rx"), -400);
	assert_int_equal(scan_str("\r\r"), -400);
}

static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char line[] = "GET /x", field[] = "G / H\r\nA: x";
		struct hx_head_scan ignored;
		bool fine = (byte >= 32 && byte != 127) || byte == '\r';

		line[5] = (char)byte;
		field[10] = (char)byte;
		assert_int_equal(scan(&ignored, line, 6), fine ? 0 : -400);
		assert_int_equal(scan(&ignored, field, 11), fine || byte == '\t' ? 0 : -400);
	}
}

static void test_line_limit(void **state)
{
	static const char line[] = "GET /5678901234567890123456789 HTTP/1.1X";
	char text[100];
	struct hx_head_scan ignored;

	(void)state;
	assert_int_equal(strlen(line), limits.line);
	strcpy(text, line);
	assert_int_equal(scan_str(text), 0);
	strcpy(text + limits.line, "\r\n\r\n");
	assert_int_equal(scan_str(text), 1);
	strcpy(text + limits.line, "Y");
	assert_int_equal(scan_str(text), -414); /* before its line end */
	/* The empty line before does not count. */
	strcpy(text, "\r\n");
	strcat(text, line);
	assert_int_equal(scan_str(text), 0);
	strcat(text, "Y");
	assert_int_equal(scan_str(text), -414);
	assert_int_equal(scan(&ignored, text, 0), 0);
}

static void test_head_limit(void **state)
{
	char text[101] = "GET / HTTP/1.1\r\nA: ";
	size_t start = strlen(text);

	(void)state;
	memset(text + start, 'x', sizeof(text) - start - 1);
	memcpy(text + 96, "\r\n\r\n", 4);
	assert_int_equal(scan_str(text), 1);
	text[99] = '\0';
	assert_int_equal(scan_str(text), 0);
	/* All the room is used and the head not complete. */
	memcpy(text + 96, "xx\r\n", 5);
	assert_int_equal(scan_str(text), -431);
	memset(text + 96, 'x', 4);
	assert_int_equal(scan_str(text), -431);
}

static void test_field_limit(void **state)
{
	(void)state;
	assert_int_equal(scan_str("G / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"), 1);
	assert_int_equal(scan_str("G / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"), -431);
}

static void test_request_lines(void **state)
{
	(void)state;
	assert_int_equal(parse_line("GET / HTTP/1.1"), 0);
	assert_int_equal(parse_line("m-search * HTTP/1.1"), 0);
	assert_int_equal(parse_line("GET / HTTP/1.0"), 0);
	assert_int_equal(parse_line("GET"), -400);
	assert_int_equal(parse_line("GET "), -400);
	assert_int_equal(parse_line("GET /"), -400);
	assert_int_equal(parse_line("GET / "), -400);
	assert_int_equal(parse_line("GET  / HTTP/1.1"), -400);
	assert_int_equal(parse_line("GET /  HTTP/1.1"), -400);
	assert_int_equal(parse_line(" GET / HTTP/1.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1.1 "), -400);
	assert_int_equal(parse_line("GET / x HTTP/1.1"), -400);
	assert_int_equal(parse_line("G(T / HTTP/1.1"), -400);
	assert_int_equal(parse_line("GET /\xc3\xa4 HTTP/1.1"), -400);
	assert_int_equal(parse_line(" "), -400);
}

static void test_versions(void **state)
{
	(void)state;
	assert_int_equal(parse_line("GET / HTTP/2.0"), -505);
	assert_int_equal(parse_line("GET / HTTP/0.9"), -505);
	assert_int_equal(parse_line("GET / HTTP/1.2"), -505);
	assert_int_equal(parse_line("GET / HTTP/1.9"), -505);
	assert_int_equal(parse_line("GET / HTTP/9.1"), -505);
	assert_int_equal(parse_line("GET / http/1.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1."), -400);
	assert_int_equal(parse_line("GET / HTTP/.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1.10"), -400);
	assert_int_equal(parse_line("GET / HTTP/01.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1,1"), -400);
	assert_int_equal(parse_line("GET / HTTP-1.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/x.1"), -400);
	assert_int_equal(parse_line("GET / HTTP/1.x"), -400);
}

static void test_fields(void **state)
{
	(void)state;
	assert_int_equal(parse_field("A: b"), 0);
	assert_int_equal(parse_field("A:"), 0);
	assert_int_equal(parse_field("A:\t b\t c "), 0);
	assert_int_equal(parse_field("A: \xff"), 0);
	assert_int_equal(parse_field("A : b"), -400);
	assert_int_equal(parse_field("A\t: b"), -400);
	assert_int_equal(parse_field(": b"), -400);
	assert_int_equal(parse_field("A"), -400);
	assert_int_equal(parse_field("A b: c"), -400);
	assert_int_equal(parse_field("A\xe4: c"), -400);
	assert_int_equal(parse_field(" A: b"), -400);
	assert_int_equal(parse_field("A: b\r\n c"), -400);
	assert_int_equal(parse_field("A: b\r\n\tc: d"), -400);
	assert_int_equal(parse_field("A: b\r\n "), -400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_head),
		cmocka_unit_test(test_no_fields),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_empty_line_before),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_head_limit),
		cmocka_unit_test(test_field_limit),
		cmocka_unit_test(test_request_lines),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
