/*
 * test_framing.c - where a body ends, and who is to be refused
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/framing.h"

#define HOST "Host: a\r\n"

static int decide(struct hx_framing *framing, unsigned minor, const char *fields)
{
	struct hx_head head = { hatch_str("POST"), hatch_str("/"), hatch_str(fields), minor };

	memset(framing, 0xaa, sizeof(*framing)); /* nothing may rest on what was there */
	return hx_framing_decide(framing, &head);
}

static int status(unsigned minor, const char *fields)
{
	struct hx_framing framing;

	return decide(&framing, minor, fields);
}

static int with_length(const char *value)
{
	char fields[100] = HOST "Content-Length: ";

	strcat(fields, value);
	strcat(fields, "\r\n");
	return status(1, fields);
}

static int with_coding(const char *value)
{
	char fields[100] = HOST "Transfer-Encoding: ";

	strcat(fields, value);
	strcat(fields, "\r\n");
	return status(1, fields);
}

static int with_host(const char *value)
{
	char fields[100] = "Host: ";

	strcat(fields, value);
	strcat(fields, "\r\n");
	return status(1, fields);
}

static void test_no_body(void **state)
{
	struct hx_framing framing;

	(void)state;
	assert_int_equal(decide(&framing, 1, HOST), 0);
	assert_int_equal(framing.kind, HX_BODY_NONE);
	assert_int_equal(framing.length, 0);
	assert_true(framing.keep_alive);
	assert_false(framing.expect_continue);
	assert_true(hx_span_same(framing.host, hatch_str("a")));
	assert_int_equal(decide(&framing, 1, HOST "Content-Length: 0\r\n"), 0);
	assert_int_equal(framing.kind, HX_BODY_NONE);
}

static void test_length(void **state)
{
	struct hx_framing framing;

	(void)state;
	assert_int_equal(decide(&framing, 1, HOST "content-LENGTH: 0012 \r\n"), 0);
	assert_int_equal(framing.kind, HX_BODY_LENGTH);
	assert_int_equal(framing.length, 12);
	assert_int_equal(decide(&framing, 1, HOST "Content-Length: 4611686018427387904\r\n"), 0);
	assert_true(framing.length == (uint64_t)1 << 62);
	assert_int_equal(decide(&framing, 0, "Content-Length: 3\r\n"), 0);
	assert_int_equal(framing.length, 3);
}

static void test_bad_length(void **state)
{
	static const char *const bad[] = { "", "+5", "-0", "-5", "5, 5", "5,5", ", 5", "5,", "0x5",
		"5 5", "5h", "\"5\"", "5.0", "5;", "1e3", "\v5", "5\xa0", "4611686018427387905",
		"9223372036854775808", "18446744073709551616", "18446744073709551621",
		"99999999999999999999999999999999999999" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		assert_int_equal(with_length(bad[i]), -400);
	assert_int_equal(with_length("5"), 0);
	assert_int_equal(status(1, HOST "Content-Length: 5\r\nContent-Length: 5\r\n"), -400);
	assert_int_equal(status(1, HOST "Content-Length: 5\r\ncontent-length: 6\r\n"), -400);
	assert_int_equal(status(0, "Content-Length: 5\r\nContent-Length: 5\r\n"), -400);
}

static void test_chunked(void **state)
{
	struct hx_framing framing;

	(void)state;
	assert_int_equal(decide(&framing, 1, HOST "transfer-encoding: \t CHUNked\t\r\n"), 0);
	assert_int_equal(framing.kind, HX_BODY_CHUNKED);
	assert_int_equal(framing.length, 0);
}

static void test_bad_coding(void **state)
{
	static const char *const bad[] = { "", ",", "identity", "gzip", "chunked, gzip",
		"chunked, chunked", "gzip, chunked, chunked", "chunked, identity", ", chunked",
		"chunked,", "xchunked", "chunkedx", "chunked;a=b", "\"chunked\"", "chunked chunked",
		"x chunked", "\vchunked", "gzip chunked", "gzip, chunked;q=1", "g(z, chunked",
		"chunked\xa0" };
	static const char *const unknown[] = { "gzip, chunked", "identity,chunked",
		"x;y=z , CHUNKED", "gzip, deflate, chunked", "x;y=\",\", chunked" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		assert_int_equal(with_coding(bad[i]), -400);
	for (size_t i = 0; i < HATCH_COUNT(unknown); i++)
		assert_int_equal(with_coding(unknown[i]), -501);
}

static void test_both_or_twice(void **state)
{
	static const char te[] = "Transfer-Encoding: chunked\r\n";

	(void)state;
	assert_int_equal(
		status(1, HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), -400);
	assert_int_equal(
		status(1, HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), -400);
	assert_int_equal(status(1, HOST "Transfer-Encoding: x\r\nContent-Length: y\r\n"), -400);
	assert_int_equal(
		status(1, HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
		-400);
	assert_int_equal(
		status(1, HOST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), -400);
	assert_int_equal(status(0, te), -400);
	assert_int_equal(status(0, HOST "Transfer-Encoding: gzip, chunked\r\n"), -400);
}

static void test_host(void **state)
{
	struct hx_framing framing;

	(void)state;
	assert_int_equal(decide(&framing, 0, ""), 0);
	assert_int_equal(framing.host.len, 0);
	assert_int_equal(status(1, ""), -400);
	assert_int_equal(status(1, "X: y\r\n"), -400);
	assert_int_equal(status(1, HOST HOST), -400);
	assert_int_equal(status(0, HOST "host: b\r\n"), -400);
	assert_int_equal(status(0, "Host:\r\n"), -400);
	assert_int_equal(with_host(""), -400);
	assert_int_equal(with_host("a b"), -400);
	assert_int_equal(with_host("a/b"), -400);
	assert_int_equal(with_host("u@a"), -400);
	assert_int_equal(with_host("a, b"), -400);
	assert_int_equal(with_host("[::1]:443"), 0);
	assert_int_equal(with_host("esp32.local:8443"), 0);
}

static void test_expect(void **state)
{
	struct hx_framing framing;

	(void)state;
	assert_int_equal(
		decide(&framing, 1, HOST "Expect: 100-CONTINUE\r\nContent-Length: 1\r\n"), 0);
	assert_true(framing.expect_continue);
	assert_int_equal(
		decide(&framing, 1, HOST "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"),
		0);
	assert_true(framing.expect_continue);
	assert_int_equal(decide(&framing, 1, HOST "Expect: 100-continue\r\n"), 0);
	assert_false(framing.expect_continue);
	assert_int_equal(
		decide(&framing, 1, HOST "Expect: 100-continue\r\nContent-Length: 0\r\n"), 0);
	assert_false(framing.expect_continue);
	assert_int_equal(decide(&framing, 0, "Expect: 100-continue\r\nContent-Length: 1\r\n"), 0);
	assert_false(framing.expect_continue);
	assert_int_equal(status(0, "Expect: miracles\r\n"), 0);
	assert_int_equal(status(1, HOST "Expect: miracles\r\n"), -417);
	assert_int_equal(status(1, HOST "Expect:\r\n"), -417);
	assert_int_equal(status(1, HOST "Expect: 100-continue, miracles\r\n"), -417);
	assert_int_equal(status(1, HOST "Expect: 100-continue\r\nExpect: miracles\r\n"), -417);
	/* Doubt about the framing weighs more. */
	assert_int_equal(status(1, HOST "Expect: miracles\r\nContent-Length: x\r\n"), -400);
}

static void test_keep_alive(void **state)
{
	static const struct {
		unsigned minor;
		const char *fields;
		bool keep_alive;
	} cases[] = {
		{ 1, HOST, true },
		{ 1, HOST "Connection: close\r\n", false },
		{ 1, HOST "Connection: CLOSE\r\n", false },
		{ 1, HOST "Connection: a, close ,b\r\n", false },
		{ 1, HOST "Connection: a\r\nConnection: close\r\n", false },
		{ 1, HOST "Connection: keep-alive, close\r\n", false },
		{ 1, HOST "Connection: closed\r\n", true },
		{ 1, HOST "Connection: keep-alive\r\n", true },
		{ 1, HOST "Connection:\r\n", true },
		{ 0, "", false },
		{ 0, "Connection: Keep-Alive\r\n", true },
		{ 0, "Connection: keep-alive\r\nConnection: close\r\n", false },
		{ 0, "Connection: keep-alives\r\n", false },
		{ 0, "Keep-Alive: 5\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		struct hx_framing framing;

		assert_int_equal(decide(&framing, cases[i].minor, cases[i].fields), 0);
		assert_int_equal(framing.keep_alive, cases[i].keep_alive);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_body),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_bad_length),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_bad_coding),
		cmocka_unit_test(test_both_or_twice),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_keep_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
