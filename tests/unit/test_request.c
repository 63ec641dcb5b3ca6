/*
 * Reading a request, without a connection: numbers, fields, parameters, scratch memory.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"

static void numbers(void **state)
{
	char text[32];
	long got;
	static const char *bad[] = { "", "-", "+1", " 1", "1 ", "0x1", "1.0", "--1",
		"99999999999999999999", "-99999999999999999999", "9223372036854775808",
		"-9223372036854775809" };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		if (hatch_to_long(hatch_str(bad[i]), LONG_MIN, LONG_MAX, &got) != HATCH_EINVAL)
			fail_msg("%s is a number", bad[i]);
	static const long edges[] = { LONG_MIN, LONG_MIN + 1, -1, 0, 1, LONG_MAX - 1, LONG_MAX };
	for (size_t i = 0; i < HATCH_COUNT(edges); i++) {
		snprintf(text, sizeof(text), "%ld", edges[i]);
		assert_int_equal(hatch_to_long(hatch_str(text), LONG_MIN, LONG_MAX, &got), 0);
		assert_true(got == edges[i]);
	}
	static const struct {
		const char *text;
		long min, max;
		bool good;
	} cases[] = {
		{ "3", 0, 3, true },
		{ "4", 0, 3, false },
		{ "-1", 0, 3, false },
		{ "0", 0, 0, true },
		{ "-0", 0, 0, true },
		{ "007", 7, 7, true },
		{ "5", 6, 9, false },
		{ "6", 6, 9, true },
		{ "-5", -5, -2, true },
		{ "-6", -5, -2, false },
		{ "-1", -5, -2, false },
		{ "1", -5, -2, false },
		{ "0", -5, -2, false },
	};
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		int ret = hatch_to_long(hatch_str(cases[i].text), cases[i].min, cases[i].max, &got);
		if ((ret == 0) != cases[i].good)
			fail_msg("%s in %ld..%ld: %d", cases[i].text, cases[i].min, cases[i].max,
				ret);
	}
}

static void fields(void **state)
{
	static struct hatch_req req;
	struct hatch_field field = HATCH_DEFAULTS;
	(void)state;
	req.head.fields = hatch_str("Host: a\r\nAccept: x\r\naccept:  y \r\nEmpty:\r\n");
	assert_true(hatch_eq(hatch_field(&req, "ACCEPT"), "x"));
	assert_null(hatch_field(&req, "Acc").ptr);
	assert_non_null(hatch_field(&req, "Empty").ptr);
	assert_int_equal(hatch_field(&req, "Empty").len, 0);
	static const char *values[] = { "a", "x", "y", "" };
	for (size_t i = 0; i < HATCH_COUNT(values); i++) {
		assert_true(hatch_next_field(&req, &field));
		assert_true(hatch_eq(field.value, values[i]));
	}
	assert_false(hatch_next_field(&req, &field));
	assert_false(hatch_next_field(&req, &field));
}

static void no_log(enum hatch_level level, const char *line)
{
	(void)level;
	(void)line;
}

static void scratch(void **state)
{
	static struct hatch srv;
	static struct hatch_req req;
	static _Alignas(max_align_t) char memory[256];
	struct hatch_port platform = hatch_default_port;
	(void)state;
	platform.log = no_log;
	srv.port = &platform;
	req.srv = &srv;
	req.scratch = memory;
	req.scratch_room = sizeof(memory);
	char *one = hatch_scratch(&req, 1);
	assert_ptr_equal(one, memory);
	char *two = hatch_scratch(&req, 100);
	assert_int_equal((uintptr_t)two % _Alignof(max_align_t), 0);
	assert_true(two > one);
	size_t left = sizeof(memory) - (size_t)(two - memory) - 112;
	assert_null(hatch_scratch(&req, left + 1));
	assert_non_null(hatch_scratch(&req, left));
	assert_null(hatch_scratch(&req, 1));
	assert_null(hatch_scratch(&req, SIZE_MAX));
}

static void wrong_use(void **state)
{
	static struct hatch_req req;
	char byte;
	(void)state;
	assert_int_equal(hatch_read(&req, &byte, 0), HATCH_EINVAL);
	assert_int_equal(hatch_on_end(&req, NULL, NULL), HATCH_EINVAL);
	assert_int_equal(hatch_receive(&req, NULL, NULL), HATCH_EINVAL);
	req.phase = HX_GUARDS;
	assert_int_equal(
		hatch_defer(&req, 1), HATCH_ESTATE); /* a guard returns HATCH_LATER instead */
	req.phase = HX_OVER;
	assert_int_equal(hatch_read(&req, &byte, 1), HATCH_ESTATE);
	assert_int_equal(hatch_add_field(&req, "A", "b"), HATCH_ESTATE);
	assert_string_equal(hatch_strerror(0), "no error");
	for (int error = -1; error >= HATCH_ENOSYS; error--)
		assert_true(strlen(hatch_strerror(error)) > 5);
	assert_non_null(hatch_strerror(12345));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(fields),
		cmocka_unit_test(scratch),
		cmocka_unit_test(wrong_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
