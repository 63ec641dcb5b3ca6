/*
 * metrics.h - what is counted for hatch_metrics, beside struct hatch_stats
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_SERVER_METRICS_H
#define HX_SERVER_METRICS_H

#include "../hatch.h"

enum { HX_STATUSES = 12, HX_TIMES = 10 };

/* Handshakes by the milliseconds they took, the last without a limit; [1]: resumed ones. */
struct hx_times {
	uint32_t count[HX_TIMES];
	uint64_t sum_ms;
};

struct hx_metrics {
	struct {
		uint16_t status; /* 0: unused */
		uint32_t count;
	} statuses[HX_STATUSES]; /* in the order of their first appearance; the last: all others */
	struct hx_times handshakes[2];
	uint64_t received, sent; /* bytes on the wire */
	uint32_t refused_share, refused_other;
	uint32_t heap_free_min; /* of those times that it was looked at; 0: never */
};

void hx_metrics_status(struct hx_metrics *metrics, int status);
void hx_metrics_handshake(struct hx_metrics *metrics, bool resumed, uint32_t ms);
void hx_metrics_heap(struct hx_metrics *metrics, uint32_t heap_free);

#endif
