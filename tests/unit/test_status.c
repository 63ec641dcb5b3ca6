/*
 * test_status.c - reason phrases
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/status.h"

static void test_known_and_unknown(void **state)
{
	(void)state;
	assert_string_equal(hx_status_reason(100), "Continue");
	assert_string_equal(hx_status_reason(200), "OK");
	assert_string_equal(hx_status_reason(404), "Not Found");
	assert_string_equal(hx_status_reason(431), "Request Header Fields Too Large");
	assert_string_equal(hx_status_reason(505), "HTTP Version Not Supported");
	assert_string_equal(hx_status_reason(199), "Informational");
	assert_string_equal(hx_status_reason(299), "Successful");
	assert_string_equal(hx_status_reason(399), "Redirection");
	assert_string_equal(hx_status_reason(499), "Client Error");
	assert_string_equal(hx_status_reason(599), "Server Error");
	assert_string_equal(hx_status_reason(0), "Unknown");
	assert_string_equal(hx_status_reason(-404), "Unknown");
	assert_string_equal(hx_status_reason(600), "Unknown");
}

static void test_bodiless(void **state)
{
	(void)state;
	for (int status = 0; status < 700; status++) {
		bool expected = (status >= 100 && status < 200) || status == 204 || status == 304;

		assert_int_equal(hx_status_bodiless(status), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_and_unknown),
		cmocka_unit_test(test_bodiless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
