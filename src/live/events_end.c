/*
 * events_end.c - subscriptions that the application ends
 * SPDX-License-Identifier: MIT
 */
#include "../base/check.h"
#include "live.h"

static bool is_meant(const struct hx_live *live, const struct hx_whom *whom)
{
	if (live->ops != &hx_events_ops || live->stopping)
		return false;
	if (whom->to == HATCH_TO_ONE)
		return live->slot == whom->one.slot && live->generation == whom->one.generation;
	return whom->to == HATCH_TO_ALL || live->as.events.stream == whom->key;
}

int hatch_end_events(struct hatch *srv, struct hatch_to to)
{
	struct hx_whom whom;
	struct hx_live *live;
	int count = 0;
	HX_TRY(hx_events_find(&whom, hx_config(srv), to));
	for (uint32_t i = 0; i < hx_config(srv)->max_live; i++) {
		live = hx_live_at(srv, i);
		if (live == NULL || !is_meant(live, &whom))
			continue;
		live->stopping = true;
		live->ops->stop(live);
		count++;
	}
	return count;
}
