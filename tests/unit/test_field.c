/*
 * test_field.c - names, values and lists of fields
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "exact.h"
#include "http/field.h"

static void assert_span(struct hatch_span got, const char *expected)
{
	assert_non_null(got.ptr);
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.ptr, expected, got.len);
}

static void test_every_byte_of_a_token(void **state)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte;
		bool alnum = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
			     (byte >= 'a' && byte <= 'z');
		bool mark = byte != 0 && byte < 128 && strchr(marks, (int)byte) != NULL;

		assert_int_equal(hx_is_tchar(c), alnum || mark);
		assert_int_equal(hx_is_token(hx_span(&c, 1)), alnum || mark);
	}
	assert_false(hx_is_token(hatch_str("")));
	assert_false(hx_is_token(hatch_str("a b")));
	assert_false(hx_is_token(hatch_str("a:")));
	assert_true(hx_is_token(hatch_str("X-y_1")));
}

static void test_every_byte_of_a_value(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte;

		assert_int_equal(hx_is_field_value(hx_span(&c, 1)),
			byte == '\t' || (byte >= 32 && byte != 127));
	}
	assert_true(hx_is_field_value(hatch_str("")));
	assert_false(hx_is_field_value(hatch_str("a\r\nB: c")));
}

static void test_trim(void **state)
{
	(void)state;
	assert_span(hx_trim_ows(hatch_str(" \t a b\t ")), "a b");
	assert_span(hx_trim_ows(hatch_str(" \t")), "");
	assert_span(hx_trim_ows(hatch_str("")), "");
	assert_span(hx_trim_ows(hatch_str("\v")), "\v");
}

static void test_take(void **state)
{
	struct hatch_span lines = hatch_str("A: 1\r\nb:\r\nC:\t x:y \r\n"), name, value;

	(void)state;
	assert_true(hx_field_take(&lines, &name, &value));
	assert_span(name, "A");
	assert_span(value, "1");
	assert_true(hx_field_take(&lines, &name, &value));
	assert_span(name, "b");
	assert_span(value, "");
	assert_true(hx_field_take(&lines, &name, &value));
	assert_span(name, "C");
	assert_span(value, "x:y");
	assert_false(hx_field_take(&lines, &name, &value));
	lines = hx_span(NULL, 0);
	assert_false(hx_field_take(&lines, &name, &value));
}

static void test_take_from_what_is_no_line(void **state)
{
	static const char *const odd[] = { "\n", "\r", "\r\n", "a", "a\n", ":", ":\n", "a:b",
		"a:b\r" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(odd); i++) {
		size_t len = strlen(odd[i]);
		char *copy = exact_copy(odd[i], len);
		struct hatch_span lines = hx_span(copy, len), name, value;

		assert_true(hx_field_take(&lines, &name, &value));
		assert_int_equal(value.ptr == NULL, strchr(odd[i], ':') == NULL);
		assert_false(hx_field_take(&lines, &name, &value));
		free(copy);
	}
}

static void test_find_and_count(void **state)
{
	struct hatch_span lines = hatch_str("Host: a\r\nX: 1\r\nhOST: b\r\nEmpty:\r\n");

	(void)state;
	assert_span(hx_field_find(lines, "HOST"), "a");
	assert_span(hx_field_find(lines, "empty"), "");
	assert_null(hx_field_find(lines, "Hos").ptr);
	assert_null(hx_field_find(lines, "Host:").ptr);
	assert_null(hx_field_find(lines, "").ptr);
	assert_int_equal(hx_field_count(lines, "host"), 2);
	assert_int_equal(hx_field_count(lines, "x"), 1);
	assert_int_equal(hx_field_count(lines, "y"), 0);
}

static void test_lists(void **state)
{
	struct hatch_span list = hatch_str(" , a ,\t\"b,c\\\",\" , ,d;e=\"f,g\","), element;

	(void)state;
	assert_true(hx_list_take(&list, &element));
	assert_span(element, "a");
	assert_true(hx_list_take(&list, &element));
	assert_span(element, "\"b,c\\\",\"");
	assert_true(hx_list_take(&list, &element));
	assert_span(element, "d;e=\"f,g\"");
	assert_false(hx_list_take(&list, &element));

	/* Outside of quotes a backslash means nothing. */
	list = hatch_str("a\\,b");
	assert_true(hx_list_take(&list, &element));
	assert_span(element, "a\\");
	assert_true(hx_list_take(&list, &element));
	assert_span(element, "b");

	list = hatch_str("");
	assert_false(hx_list_take(&list, &element));
	list = hatch_str(" , ,");
	assert_false(hx_list_take(&list, &element));
}

static void test_list_with_open_quotes(void **state)
{
	static const char *const open[] = { "\"a, b", "\"", "\"\\", "\"a\\\"" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(open); i++) {
		size_t len = strlen(open[i]);
		char *copy = exact_copy(open[i], len);
		struct hatch_span list = hx_span(copy, len), element;

		assert_true(hx_list_take(&list, &element));
		assert_span(element, open[i]);
		assert_false(hx_list_take(&list, &element));
		free(copy);
	}
}

static void test_has_token(void **state)
{
	struct hatch_span lines = hatch_str(
		"Connection: x\r\nA: close\r\nconnection: y, Close ,z\r\n");

	(void)state;
	assert_true(hx_field_has_token(lines, "Connection", "close"));
	assert_true(hx_field_has_token(lines, "Connection", "x"));
	assert_true(hx_field_has_token(lines, "Connection", "z"));
	assert_false(hx_field_has_token(lines, "Connection", "clos"));
	assert_false(hx_field_has_token(lines, "B", "close"));
	assert_false(
		hx_field_has_token(hatch_str("Connection: not close\r\n"), "Connection", "close"));
	assert_false(
		hx_field_has_token(hatch_str("Connection: \"close\"\r\n"), "Connection", "close"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_of_a_token),
		cmocka_unit_test(test_every_byte_of_a_value),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_take_from_what_is_no_line),
		cmocka_unit_test(test_find_and_count),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_list_with_open_quotes),
		cmocka_unit_test(test_has_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
