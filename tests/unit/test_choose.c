/*
 * Which representation, how much of it, and whether at all (RFC 9110 sections 12.5.3, 13 and 14).
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/http/choose.h"

static const struct hx_validators both = { "\"abc\"", 1000000000 }; /* 2001-09-09 01:46:40 */
#define DATE  "Sun, 09 Sep 2001 01:46:40 GMT"
#define LATER "Sun, 09 Sep 2001 01:46:41 GMT"
#define EARLY "Sun, 09 Sep 2001 01:46:39 GMT"

static void codings(void **state)
{
	static const struct {
		const char *lines;
		bool gzip, br;
	} cases[] = {
		{ "", false, false },
		{ "Accept-Encoding: gzip\r\n", true, false },
		{ "accept-encoding: GZIP, br\r\n", true, true },
		{ "Accept-Encoding: gzip;q=0, br;q=0.1\r\n", false, true },
		{ "Accept-Encoding: gzip; q=0.000, *\r\n", false, true },
		{ "Accept-Encoding: gzip ;Q=0.001\r\n", true, false },
		{ "Accept-Encoding: *\r\n", true, true },
		{ "Accept-Encoding: *;q=0\r\n", false, false },
		{ "Accept-Encoding: *;q=0, gzip\r\n", true, false },
		{ "Accept-Encoding: deflate\r\nAccept-Encoding: br\r\n", false, true },
		{ "Accept-Encoding: identity\r\n", false, false },
		{ "Accept-Encoding:\r\n", false, false },
		{ "Accept-Encoding: gzipped, xbr\r\n", false, false },
		{ "Accept-Encoding: gzip;q=nonsense\r\n", true, false },
		{ "Accept: gzip\r\n", false, false },
	};
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		struct hatch_span lines = hatch_str(cases[i].lines);
		assert_int_equal(hx_accepts_coding(lines, "gzip"), cases[i].gzip);
		assert_int_equal(hx_accepts_coding(lines, "br"), cases[i].br);
	}
}

static void pages(void **state)
{
	(void)state;
	assert_true(hx_wants_page(hatch_str("Accept: text/html,application/xhtml+xml;q=0.9\r\n")));
	assert_true(hx_wants_page(hatch_str("Accept: a/b, TEXT/HTML;q=0.1\r\n")));
	assert_false(hx_wants_page(hatch_str("Accept: */*\r\n")));
	assert_false(hx_wants_page(hatch_str("")));
}

static void preconditions(void **state)
{
	static const struct {
		const char *lines;
		int read, write;
	} cases[] = {
		{ "", 200, 200 },
		{ "If-None-Match: \"abc\"\r\n", 304, 412 },
		{ "If-None-Match: W/\"abc\"\r\n", 304, 412 },
		{ "If-None-Match: \"x\", \"abc\"\r\n", 304, 412 },
		{ "If-None-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", 304, 412 },
		{ "If-None-Match: *\r\n", 304, 412 },
		{ "If-None-Match: \"abd\"\r\n", 200, 200 },
		{ "If-None-Match: abc\r\n", 200, 200 },
		{ "If-None-Match: \"x\"\r\nIf-Modified-Since: " DATE "\r\n", 200, 200 },
		{ "If-Modified-Since: " DATE "\r\n", 304, 200 },
		{ "If-Modified-Since: " LATER "\r\n", 304, 200 },
		{ "If-Modified-Since: " EARLY "\r\n", 200, 200 },
		{ "If-Modified-Since: yesterday\r\n", 200, 200 },
		{ "If-Match: \"abc\"\r\n", 200, 200 },
		{ "If-Match: *\r\n", 200, 200 },
		{ "If-Match: W/\"abc\"\r\n", 412, 412 },
		{ "If-Match: \"x\"\r\n", 412, 412 },
		{ "If-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n", 412, 412 },
		{ "If-Unmodified-Since: " DATE "\r\n", 200, 200 },
		{ "If-Unmodified-Since: " EARLY "\r\n", 412, 412 },
		{ "If-Match: \"abc\"\r\nIf-Unmodified-Since: " EARLY "\r\n", 200, 200 },
	};
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		struct hatch_span lines = hatch_str(cases[i].lines);
		assert_int_equal(hx_precondition(lines, &both, true), cases[i].read);
		assert_int_equal(hx_precondition(lines, &both, false), cases[i].write);
	}
	static const struct hx_validators none = { NULL, 0 };
	assert_int_equal(
		hx_precondition(hatch_str("If-Modified-Since: " DATE "\r\n"), &none, true), 200);
	assert_int_equal(hx_precondition(hatch_str("If-Match: \"\"\r\n"), &none, true), 412);
}

static void ranges(void **state)
{
	static const struct {
		const char *value;
		int status;
		uint64_t size, first, len;
	} cases[] = {
		{ "bytes=0-0", 206, 100, 0, 1 },
		{ "bytes=0-99", 206, 100, 0, 100 },
		{ "bytes=0-100", 206, 100, 0, 100 },
		{ "bytes=99-", 206, 100, 99, 1 },
		{ "bytes=99-99", 206, 100, 99, 1 },
		{ "bytes=100-", 416, 100, 0, 100 },
		{ "bytes=-1", 206, 100, 99, 1 },
		{ "bytes=-100", 206, 100, 0, 100 },
		{ "bytes=-500", 206, 100, 0, 100 },
		{ "bytes=-0", 416, 100, 0, 100 },
		{ "bytes=-5", 416, 0, 0, 0 },
		{ "bytes=0-", 416, 0, 0, 0 },
		{ "BYTES=1-2", 206, 100, 1, 2 },
		{ "bytes= 1-2", 206, 100, 1, 2 },
		{ "bytes=2-1", 200, 100, 0, 100 },
		{ "bytes=1-2,4-5", 200, 100, 0, 100 },
		{ "bytes=", 200, 100, 0, 100 },
		{ "bytes=-", 200, 100, 0, 100 },
		{ "bytes=a-b", 200, 100, 0, 100 },
		{ "bytes=1", 200, 100, 0, 100 },
		{ "lines=1-2", 200, 100, 0, 100 },
		{ "bytes=1-+2", 200, 100, 0, 100 },
		{ "bytes=0-18446744073709551615", 200, 100, 0, 100 },
		{ "bytes=99999999999999999999-", 200, 100, 0, 100 },
		{ "bytes=0-900000000000000000", 206, 100, 0, 100 },
		{ "bytes=5000000000-", 206, 5000000002, 5000000000, 2 },
	};
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		char lines[80] = "Range: ";
		struct hx_range range;
		strcat(strcat(lines, cases[i].value), "\r\n");
		int status = hx_range_choose(hatch_str(lines), &both, cases[i].size, &range);
		assert_int_equal(status, cases[i].status);
		assert_int_equal(range.first, cases[i].first);
		assert_int_equal(range.len, cases[i].len);
	}
}

static void if_range(void **state)
{
	static const struct {
		const char *lines;
		int status;
	} cases[] = {
		{ "If-Range: \"abc\"\r\n", 206 }, { "If-Range: \"abd\"\r\n", 200 },
		{ "If-Range: W/\"abc\"\r\n", 200 }, { "If-Range: " DATE "\r\n", 206 },
		{ "If-Range: " LATER "\r\n", 200 }, { "If-Range: \r\n", 200 },
		{ "Range: bytes=3-4\r\n", 200 }, /* two of them */
	};
	struct hx_range range;
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		char lines[120] = "Range: bytes=1-2\r\n";
		strcat(lines, cases[i].lines);
		assert_int_equal(
			hx_range_choose(hatch_str(lines), &both, 100, &range), cases[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codings),
		cmocka_unit_test(pages),
		cmocka_unit_test(preconditions),
		cmocka_unit_test(ranges),
		cmocka_unit_test(if_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
