/*
 * test_html.c - what a page is told, however hostile it is
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "hatch_web.h"

static void assert_escaped(struct hatch_span text, const char *expected)
{
	char buf[128];
	memset(buf, '#', sizeof(buf));
	assert_int_equal(hatch_escape_html(buf, sizeof(buf), text), strlen(expected));
	assert_string_equal(buf, expected);
	assert_int_equal(buf[strlen(expected) + 1], '#');
}

static void test_what_means_something_is_a_reference(void **state)
{
	(void)state;
	assert_escaped(hatch_str("&<>\"'"), "&amp;&lt;&gt;&quot;&#39;");
	assert_escaped(hatch_str("<script>alert('&amp;')</script>"),
		"&lt;script&gt;alert(&#39;&amp;amp;&#39;)&lt;/script&gt;");
}

static void test_the_rest_is_left_alone(void **state)
{
	struct hatch_span part = { "a<b", 1 };
	(void)state;
	assert_escaped(hatch_str("K\303\244se; 100 % = #1/`\n"), "K\303\244se; 100 % = #1/`\n");
	assert_escaped(part, "a");
	assert_escaped(hatch_str(""), "");
	assert_escaped(hatch_str(NULL), "");
}

/* At every size: all of it or an empty string, and never a byte behind the room. */
static void test_it_fits_or_nothing_is_there(void **state)
{
	static const char expected[] = "x&quot;y&#39;&amp;";
	(void)state;
	for (size_t room = 0; room <= sizeof(expected) + 1; room++) {
		char buf[sizeof(expected) + 2];
		memset(buf, '#', sizeof(buf));
		int len = hatch_escape_html(buf, room, hatch_str("x\"y'&"));
		assert_int_equal(buf[room], '#');
		if (room >= sizeof(expected)) {
			assert_int_equal(len, sizeof(expected) - 1);
			assert_string_equal(buf, expected);
			continue;
		}
		assert_int_equal(len, HATCH_EBIG);
		if (room > 0)
			assert_int_equal(buf[0], '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_means_something_is_a_reference),
		cmocka_unit_test(test_the_rest_is_left_alone),
		cmocka_unit_test(test_it_fits_or_nothing_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
