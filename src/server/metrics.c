/*
 * metrics.c - counting, see metrics.h
 * SPDX-License-Identifier: MIT
 */
#include "metrics.h"

#include "metrics_text.h"

const uint16_t hx_times_limit[HX_TIMES - 1] = { 5, 10, 25, 50, 100, 250, 500, 1000, 2500 };

void hx_metrics_status(struct hx_metrics *metrics, int status)
{
	size_t i = 0;
	while (i < HX_STATUSES - 1 && metrics->statuses[i].status != 0 &&
		metrics->statuses[i].status != status)
		i++;
	if (i < HX_STATUSES - 1)
		metrics->statuses[i].status = (uint16_t)status;
	metrics->statuses[i].count++;
}

void hx_metrics_handshake(struct hx_metrics *metrics, bool resumed, uint32_t ms)
{
	struct hx_times *times = &metrics->handshakes[resumed ? 1 : 0];
	size_t i = 0;
	while (i < HX_TIMES - 1 && ms > hx_times_limit[i])
		i++;
	times->count[i]++;
	times->sum_ms += ms;
}

void hx_metrics_heap(struct hx_metrics *metrics, uint32_t heap_free)
{
	if (heap_free != 0 && (metrics->heap_free_min == 0 || heap_free < metrics->heap_free_min))
		metrics->heap_free_min = heap_free;
}
