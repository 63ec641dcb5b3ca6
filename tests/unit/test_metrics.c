/*
 * What is counted: the table of statuses when it is full, and the limits of the histogram.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/metrics.h"

static void statuses(void **state)
{
	struct hx_metrics metrics = { 0 };
	(void)state;
	for (int round = 0; round < 2; round++)
		for (int status = 200; status < 200 + HX_STATUSES + 3; status++)
			hx_metrics_status(&metrics, status);
	for (int i = 0; i < HX_STATUSES - 1; i++) {
		assert_int_equal(metrics.statuses[i].status, 200 + i);
		assert_int_equal(metrics.statuses[i].count, 2);
	}
	assert_int_equal(metrics.statuses[HX_STATUSES - 1].status, 0); /* all others */
	assert_int_equal(metrics.statuses[HX_STATUSES - 1].count, 8);
}

static void times(void **state)
{
	static const uint32_t at[] = { 0, 5, 6, 10, 11, 2500, 2501, 0xffffffff };
	static const unsigned bucket[] = { 0, 0, 1, 1, 2, 8, 9, 9 };
	struct hx_metrics metrics = { 0 };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(at); i++) {
		memset(&metrics, 0, sizeof(metrics));
		hx_metrics_handshake(&metrics, i % 2 == 1, at[i]);
		assert_int_equal(metrics.handshakes[i % 2].count[bucket[i]], 1);
		assert_int_equal(metrics.handshakes[i % 2].sum_ms, at[i]);
	}
}

static void heap(void **state)
{
	struct hx_metrics metrics = { 0 };
	(void)state;
	hx_metrics_heap(&metrics, 0); /* not known */
	assert_int_equal(metrics.heap_free_min, 0);
	hx_metrics_heap(&metrics, 100);
	hx_metrics_heap(&metrics, 200);
	hx_metrics_heap(&metrics, 50);
	hx_metrics_heap(&metrics, 60);
	assert_int_equal(metrics.heap_free_min, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(times),
		cmocka_unit_test(heap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
