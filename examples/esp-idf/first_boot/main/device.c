/*
 * device.c - what the device serves once it is on a network
 * SPDX-License-Identifier: MIT
 */
#include "app.h"

static int status(struct hatch_req *req)
{
	struct hatch_stats stats;
	hatch_get_stats(hatch_server(req), &stats);
	return hatch_send_json(req, 200,
		"{\"uptime_ms\":%lu,\"heap_free\":%lu,\"connections\":%lu}\n",
		(unsigned long)stats.uptime_ms, (unsigned long)stats.heap_free,
		(unsigned long)stats.conns);
}

const struct hatch_route device_routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", status),
};
const size_t device_route_count = HATCH_COUNT(device_routes);
