/*
 * test_uri.c - targets, paths, queries and authorities
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "exact.h"
#include "http/uri.h"

/* Parses a copy without a byte to spare; *block is to be freed. */
static int parse(struct hx_target *out, char **block, const char *target, bool is_options)
{
	size_t len = strlen(target);

	*block = exact_copy(target, len);
	return hx_target_parse(out, *block, len, is_options);
}

static int status(const char *target)
{
	struct hx_target out;
	char *block;
	int error = parse(&out, &block, target, false);

	free(block);
	return error;
}

static void assert_span(struct hatch_span got, const char *expected)
{
	assert_non_null(got.ptr);
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.ptr, expected, got.len);
}

static void assert_path(const char *target, const char *path)
{
	struct hx_target out;
	char *block;

	assert_int_equal(parse(&out, &block, target, false), 0);
	assert_span(out.path, path);
	assert_false(out.asterisk);
	free(block);
}

static void test_origin_form(void **state)
{
	struct hx_target out;
	char *block;

	(void)state;
	assert_int_equal(parse(&out, &block, "/a/b?c=d?e/../f", false), 0);
	assert_span(out.path, "/a/b");
	assert_span(out.query, "c=d?e/../f");
	assert_null(out.authority.ptr);
	free(block);
	assert_int_equal(parse(&out, &block, "/?", false), 0);
	assert_span(out.path, "/");
	assert_span(out.query, "");
	free(block);
	assert_int_equal(parse(&out, &block, "/", false), 0);
	assert_null(out.query.ptr);
	free(block);
}

static void test_absolute_form(void **state)
{
	static const struct {
		const char *target, *authority, *path, *query;
	} cases[] = {
		{ "http://a/b?c", "a", "/b", "c" },
		{ "HTTPS://esp32.local:8443/x/../y", "esp32.local:8443", "/y", NULL },
		{ "hTTp://[::1]", "[::1]", "/", NULL },
		{ "http://a?b", "a", "/", "b" },
		{ "http://a//b", "a", "//b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		struct hx_target out;
		char *block;

		assert_int_equal(parse(&out, &block, cases[i].target, false), 0);
		assert_span(out.authority, cases[i].authority);
		assert_span(out.path, cases[i].path);
		if (cases[i].query != NULL)
			assert_span(out.query, cases[i].query);
		else
			assert_null(out.query.ptr);
		free(block);
	}
}

static void test_bad_targets(void **state)
{
	static const char *const bad[] = { "", "a", "a/b", "?a", "*", "**", "*/", "a:80",
		"esp32.local:443", "http:", "http:/", "http://", "http:///a", "http://?a",
		"http:/a", "ftp://a/", "file:///a", "httpx://a/", "https//a", "http://u@a/",
		"http://a:b/", "http://a:0/", "http://[::1/", "/a#b", "/#", "#", "/a b", "/a\tb",
		"/\x7f", "/\x80", "/\xff", "/\x01", "http://a\\b/", "/a\\b", "/\\..\\b", "//a#" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		assert_int_equal(status(bad[i]), -400);
}

static void test_asterisk(void **state)
{
	struct hx_target out;
	char *block;

	(void)state;
	assert_int_equal(parse(&out, &block, "*", true), 0);
	assert_true(out.asterisk);
	assert_span(out.path, "*");
	free(block);
	assert_int_equal(parse(&out, &block, "*?a", true), -400);
	free(block);
	assert_int_equal(parse(&out, &block, "/", true), 0);
	assert_false(out.asterisk);
	free(block);
}

static void test_path_escapes(void **state)
{
	(void)state;
	assert_path("/%41%7a%7E%20+", "/Az~ +");
	assert_path("/%c3%A4", "/\xc3\xa4");
	assert_path("/%25%32%65", "/%2e"); /* once, and only once */
	assert_path("/%252e%252e/a", "/%2e%2e/a");
	assert_path("/%3f%23", "/?#");
	assert_path("/%fe%ff", "/\xfe\xff");
	assert_int_equal(status("/%"), -400);
	assert_int_equal(status("/%4"), -400);
	assert_int_equal(status("/%4?1"), -400);
	assert_int_equal(status("/%g1"), -400);
	assert_int_equal(status("/%1g"), -400);
	assert_int_equal(status("/%%41"), -400);
	assert_int_equal(status("/%u0041"), -400);
	assert_int_equal(status("/%+1"), -400);
}

static void test_refused_escapes_in_a_path(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		static const char hex[] = "0123456789abcdef0123456789ABCDEF";
		bool refused = byte < 32 || byte == 127 || byte == '/';

		for (unsigned upper = 0; upper < 2; upper++) {
			char target[] = "/x%??y";

			target[3] = hex[upper * 16 + byte / 16];
			target[4] = hex[upper * 16 + byte % 16];
			assert_int_equal(status(target), refused ? -400 : 0);
		}
	}
}

static void test_dot_segments(void **state)
{
	(void)state;
	assert_path("/.", "/");
	assert_path("/..", "/");
	assert_path("/./", "/");
	assert_path("/../", "/");
	assert_path("/../../..", "/");
	assert_path("/../../a", "/a");
	assert_path("/a/..", "/");
	assert_path("/a/../", "/");
	assert_path("/a/.", "/a/");
	assert_path("/a/./b", "/a/b");
	assert_path("/a/b/../c", "/a/c");
	assert_path("/a/b/..", "/a/");
	assert_path("/a/b/c/./../../g", "/a/g"); /* RFC 3986 section 5.2.4 */
	assert_path("/mid/content=5/../6", "/mid/6");
	assert_path("/.../..a/.b/c..", "/.../..a/.b/c..");
	assert_path("/%2e%2e/%2E/a", "/a");
	assert_path("/a/.%2e/b", "/b");
	assert_path("/a/%2e./b", "/b");
	assert_path("/a/..?b", "/");
}

static void test_empty_segments(void **state)
{
	(void)state;
	assert_path("//", "//");
	assert_path("//a", "//a");
	assert_path("/a//b/", "/a//b/");
	assert_path("/a//../b", "/a/b");
	assert_path("//..", "/");
	assert_path("//../..", "/");
	assert_path("/..//a", "//a");
}

static void test_query_is_checked(void **state)
{
	(void)state;
	assert_int_equal(status("/?a=%"), -400);
	assert_int_equal(status("/?a=%4"), -400);
	assert_int_equal(status("/?a=%4g"), -400);
	assert_int_equal(status("/?%00"), -400);
	assert_int_equal(status("/?%fe"), -400);
	assert_int_equal(status("/?%FF"), -400);
	assert_int_equal(status("/?\xfe"), -400);
	assert_int_equal(status("/?\xff"), -400);
	assert_int_equal(status("/?a\\b"), 0);
	assert_int_equal(status("/?%01%2f%fd%0d%0A"), 0);
}

static void test_query_pairs(void **state)
{
	char query[] = "a=1&b&=v&c=&&d=x%26y%3dz=%2B+&a=2&%65e=q&f==";
	struct hatch_span pairs = hx_query_decode(query, strlen(query));

	(void)state;
	assert_span(hx_query_find(pairs, "a"), "1");
	assert_span(hx_query_find(pairs, "b"), "");
	assert_span(hx_query_find(pairs, ""), "v");
	assert_span(hx_query_find(pairs, "c"), "");
	assert_span(hx_query_find(pairs, "d"), "x&y=z=+ ");
	assert_span(hx_query_find(pairs, "ee"), "q");
	assert_span(hx_query_find(pairs, "f"), "=");
	assert_null(hx_query_find(pairs, "v").ptr);
	assert_null(hx_query_find(pairs, "A").ptr);
	assert_null(hx_query_find(pairs, "aa").ptr);
}

static void test_query_marks(void **state)
{
	char query[] = "a=1&b=%32";
	struct hatch_span pairs = hx_query_decode(query, strlen(query));

	(void)state;
	assert_span(pairs, "a\xfe"
			   "1\xff"
			   "b\xfe"
			   "2");
}

static void test_empty_queries(void **state)
{
	static const char *const empty[] = { "", "&", "&&" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(empty); i++) {
		size_t len = strlen(empty[i]);
		char *copy = exact_copy(empty[i], len);

		assert_null(hx_query_find(hx_query_decode(copy, len), "").ptr);
		assert_null(hx_query_find(hx_query_decode(copy, len), "a").ptr);
		free(copy);
	}
	assert_null(hx_query_find(hx_query_decode(NULL, 0), "a").ptr);
}

/* Not checked before, and yet never more than it was and never a mark from an escape. */
static void test_unchecked_query(void **state)
{
	char query[] = "a=%&b=%4&c=%zz&d=%00%fe%ff";
	struct hatch_span pairs = hx_query_decode(query, strlen(query));

	(void)state;
	assert_span(hx_query_find(pairs, "a"), "%");
	assert_span(hx_query_find(pairs, "b"), "%4");
	assert_span(hx_query_find(pairs, "c"), "%zz");
	assert_span(hx_query_find(pairs, "d"), "%00%fe%ff");
}

static bool is_authority(const char *text)
{
	size_t len = strlen(text);
	char *copy = exact_copy(text, len);
	bool ok = hx_is_authority(hx_span(copy, len));

	free(copy);
	return ok;
}

static void test_authorities(void **state)
{
	static const char *const good[] = { "a", "esp32.local", "A-b_c~d.", "192.0.2.7", "a:1",
		"a:443", "a:65535", "a:", "a:00080", "[::]", "[::1]", "[::1]:443",
		"[1:2:3:4:5:6:7:8]", "[1::8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]",
		"[fe80::ABCD]", "[::192.0.2.7]", "[::ffff:192.0.2.7]", "[1:2:3:4:5:6:192.0.2.7]",
		"[1:2:3:4:5::192.0.2.7]", "%41b", "a!$&'()*+,;=" };
	static const char *const bad[] = { "", ":", ":80", "a b", "a/b", "a?b", "a#b", "u@a",
		"u:p@a", "a:b", "a:0", "a:65536", "a:99999", "a:000080", "a:8 0", "a:+1", "a:80:80",
		"a\\b", "a\"b", "<a>", "a|b", "\xc3\xa4", "a%", "a%4", "a%4g", "[", "]", "[]",
		"[]:80", "[::1", "::1", "[::1]x", "[::1]80", "[::1]:x", "[1]", "[:1]", "[1:]",
		"[:::]", "[1:::2]", "[::1::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
		"[1:2:3:4:5:6:7:8:]", "[::1:]", "[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]",
		"[12345::]", "[g::]", "[::1.2.3]", "[::1.2.3.256]", "[::1.2.3.4.5]", "[::1.2.3.04]",
		"[::1.2.3.]", "[1.2.3.4]", "[::1.2.3.4:5]", "[::a.1.1.1]",
		"[1:2:3:4:5:6:7:192.0.2.7]", "[1:2:3:4:5:6::192.0.2.7]", "[fe80::1%25e]",
		"[fe80::1%e]", "[v1.a]", "a[::1]", "[[::1]]" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(good); i++)
		if (!is_authority(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		if (is_authority(bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_false(hx_is_authority(hx_span("a\0b", 3)));
	assert_false(hx_is_authority(hx_span(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin_form),
		cmocka_unit_test(test_absolute_form),
		cmocka_unit_test(test_bad_targets),
		cmocka_unit_test(test_asterisk),
		cmocka_unit_test(test_path_escapes),
		cmocka_unit_test(test_refused_escapes_in_a_path),
		cmocka_unit_test(test_dot_segments),
		cmocka_unit_test(test_empty_segments),
		cmocka_unit_test(test_query_is_checked),
		cmocka_unit_test(test_query_pairs),
		cmocka_unit_test(test_query_marks),
		cmocka_unit_test(test_empty_queries),
		cmocka_unit_test(test_unchecked_query),
		cmocka_unit_test(test_authorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
