/*
 * test_date.c - dates, there and back
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "exact.h"
#include "hatch.h"
#include "http/date.h"

static void assert_format(int64_t unix_time, const char *expected)
{
	char out[HX_DATE_LEN + 1];

	assert_true(hx_date_format(unix_time, out));
	assert_string_equal(out, expected);
}

static bool parse(const char *text, int64_t *unix_time)
{
	size_t len = strlen(text);
	char *copy = exact_copy(text, len);
	bool ok = hx_date_parse(copy, (unsigned)len, unix_time);

	free(copy);
	return ok;
}

static void assert_parse(const char *text, int64_t expected)
{
	int64_t unix_time = -1;

	assert_true(parse(text, &unix_time));
	assert_int_equal(unix_time, expected);
}

static void test_format(void **state)
{
	(void)state;
	assert_format(0, "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_format(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_format(951782399, "Mon, 28 Feb 2000 23:59:59 GMT");
	assert_format(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
	assert_format(951868800, "Wed, 01 Mar 2000 00:00:00 GMT");
	assert_format(2147483648, "Tue, 19 Jan 2038 03:14:08 GMT");
	assert_format(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"); /* 2100 has no leap day */
	assert_format(4107542399, "Sun, 28 Feb 2100 23:59:59 GMT");
	assert_format(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void test_format_refuses_other_years(void **state)
{
	char out[HX_DATE_LEN + 1];

	(void)state;
	assert_false(hx_date_format(-1, out));
	assert_false(hx_date_format(253402300800, out));
	assert_false(hx_date_format(INT64_MAX, out));
	assert_false(hx_date_format(INT64_MIN, out));
}

static void test_three_forms(void **state)
{
	(void)state;
	assert_parse("Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
	assert_parse("Sunday, 06-Nov-94 08:49:37 GMT", 784111777);
	assert_parse("Sun Nov  6 08:49:37 1994", 784111777);
	assert_parse("Wed Nov 16 08:49:37 1994", 784975777);
	assert_parse("Wed Nov 06 08:49:37 1994", 784111777);
}

static void test_two_digits_of_a_year(void **state)
{
	(void)state;
	assert_parse("Thursday, 01-Jan-70 00:00:00 GMT", 0);
	assert_parse("Friday, 31-Dec-99 23:59:59 GMT", 946684799);
	assert_parse("Saturday, 01-Jan-00 00:00:00 GMT", 946684800);
	assert_parse("Tuesday, 01-Jan-69 00:00:00 GMT", 3124224000);
}

static void test_edges(void **state)
{
	(void)state;
	assert_parse("Wed, 31 Dec 1969 23:59:59 GMT", -1);
	assert_parse("Sat, 01 Jan 0000 00:00:00 GMT", -62167219200);
	assert_parse("Wed, 01 Mar 0000 00:00:00 GMT", -62162035200);
	assert_parse("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799);
	assert_parse("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800); /* a leap second */
	assert_parse("Tue, 29 Feb 2000 00:00:00 GMT", 951782400);
}

static void test_not_a_date(void **state)
{
	static const char *const bad[] = { "", "S", "0", "Sun, 06 Nov 1994 08:49:37 GM",
		"Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
		"sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 gmt", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
		"Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT", "Tue, 29 Feb 1900 00:00:00 GMT",
		"Tue, 29 Feb 2001 00:00:00 GMT", "Tue, 30 Feb 2000 00:00:00 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
		"Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
		"Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov   6 08:49:37 1994",
		"Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT",
		"Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 0a:49:37 GMT", "784111777" };
	int64_t unix_time;

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		assert_false(parse(bad[i], &unix_time));
}

/* Every day from 1970 to 9999, counted against the calendar by hand. */
static void test_every_day(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t days = 0;
	char out[HX_DATE_LEN + 1];

	(void)state;
	for (int year = 1970; year <= 9999; year++) {
		bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);

		for (int month = 0; month < 12; month++) {
			int length = lengths[month] + (leap && month == 1);

			for (int day = 1; day <= length; day++, days++) {
				int64_t back;
				int shown_day, shown_year;

				assert_true(hx_date_format(days * 86400 + 86399, out));
				shown_day = (out[5] - '0') * 10 + out[6] - '0';
				shown_year = (out[12] - '0') * 1000 + (out[13] - '0') * 100 +
					     (out[14] - '0') * 10 + out[15] - '0';
				assert_true(shown_day == day && shown_year == year);
				assert_true(hx_date_parse(out, HX_DATE_LEN, &back));
				assert_true(back == days * 86400 + 86399);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_refuses_other_years),
		cmocka_unit_test(test_three_forms),
		cmocka_unit_test(test_two_digits_of_a_year),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_not_a_date),
		cmocka_unit_test(test_every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
