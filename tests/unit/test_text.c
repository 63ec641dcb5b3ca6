/*
 * test_text.c - text that fits, and text that does not
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "exact.h"

static void assert_text(const struct hx_text *text, const char *expected)
{
	assert_int_equal(text->len, strlen(expected));
	assert_memory_equal(text->ptr, expected, text->len);
}

static void test_everything_fits_exactly(void **state)
{
	char buf[10];
	struct hx_text text;

	(void)state;
	hx_text_init(&text, buf, sizeof(buf));
	hx_text_str(&text, "abc");
	hx_text_span(&text, hx_span("defg", 3));
	hx_text_uint(&text, 123);
	hx_text_char(&text, '.');
	assert_int_equal(text.error, 0);
	assert_text(&text, "abcdef123.");
	hx_text_span(&text, hx_span(NULL, 0));
	assert_int_equal(text.error, 0);
	hx_text_char(&text, 'x');
	assert_int_equal(text.error, HATCH_EBIG);
	assert_text(&text, "abcdef123.");
}

static void test_what_does_not_fit_is_left_out_whole_and_sticks(void **state)
{
	char buf[4];
	struct hx_text text;

	(void)state;
	hx_text_init(&text, buf, sizeof(buf));
	hx_text_str(&text, "ab");
	hx_text_str(&text, "cde");
	assert_int_equal(text.error, HATCH_EBIG);
	assert_text(&text, "ab");
	hx_text_char(&text, 'c');
	hx_text_uint(&text, 1);
	assert_text(&text, "ab");
}

static void test_no_room_at_all(void **state)
{
	struct hx_text text;

	(void)state;
	hx_text_init(&text, NULL, 0);
	hx_text_str(&text, "");
	assert_int_equal(text.error, 0);
	hx_text_uint(&text, 0);
	assert_int_equal(text.error, HATCH_EBIG);
}

static void test_numbers(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = { { 0, "0" }, { 9, "9" }, { 10, "10" }, { 4294967296, "4294967296" },
		{ UINT64_MAX, "18446744073709551615" } };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		char buf[20];
		struct hx_text text;

		hx_text_init(&text, buf, sizeof(buf));
		hx_text_uint(&text, cases[i].value);
		assert_int_equal(text.error, 0);
		assert_text(&text, cases[i].text);
	}
}

static void test_escapes(void **state)
{
	char buf[23];
	struct hx_text text;

	(void)state;
	hx_text_init(&text, buf, sizeof(buf));
	hx_text_escaped(&text, hx_span(" a~\\\0\r\x7f\xff", 8));
	assert_int_equal(text.error, 0);
	assert_text(&text, " a~\\\\\\x00\\x0d\\x7f\\xff");

	/* A byte less, and not even the first one is there. */
	hx_text_init(&text, buf, 20);
	hx_text_escaped(&text, hx_span(" a~\\\0\r\x7f\xff", 8));
	assert_int_equal(text.error, HATCH_EBIG);
	assert_int_equal(text.len, 0);
}

static void test_escapes_in_place(void **state)
{
	static const char from[] = "a\\\n~\xff"; /* 1 + 2 + 4 + 1 + 4 */
	static const char whole[] = "a\\\\\\x0a~\\xff";
	static const size_t fits[] = { 0, 1, 1, 3, 3, 3, 3, 7, 8, 8, 8, 8, 12, 12 };
	(void)state;
	assert_int_equal(strlen(whole), 12);
	for (size_t room = 0; room < HATCH_COUNT(fits); room++) {
		size_t given = room < 5 ? room : 5;
		char *block = calloc(1, room > 0 ? room : 1);
		assert_non_null(block);
		memcpy(block, from, given);
		size_t len = hx_escape(block, given, room);
		assert_int_equal(len, fits[room]);
		assert_memory_equal(block, whole, len);
		free(block);
	}
}

static void test_every_error_has_its_sentence(void **state)
{
	(void)state;
	for (int error = HATCH_ENOSYS; error <= 0; error++) {
		assert_string_not_equal(hatch_strerror(error), "unknown error");
		for (int other = HATCH_ENOSYS; other < error; other++)
			assert_string_not_equal(hatch_strerror(error), hatch_strerror(other));
	}
	assert_string_equal(hatch_strerror(HATCH_ENOSYS - 1), "unknown error");
	assert_string_equal(hatch_strerror(1), "unknown error");
	assert_string_equal(hatch_strerror(HATCH_LATER), "not now");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_fits_exactly),
		cmocka_unit_test(test_what_does_not_fit_is_left_out_whole_and_sticks),
		cmocka_unit_test(test_no_room_at_all),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_escapes_in_place),
		cmocka_unit_test(test_every_error_has_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
