/*
 * app.h - an application with a handler of every kind, and what it counts
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_APP_H
#define SIM_APP_H

#include "world.h"

struct app_counts {
	unsigned begun, ended; /* of those who asked for hatch_on_end() */
	int last_error;
	unsigned guards, after;
	bool guard_opens, sink_takes;
	struct hatch_ref held; /* of the last handler, guard or sink that said LATER */
	int second_response;   /* what the second of two responses returned */
};
extern struct app_counts app;

/* Routes, platform and identity into a configuration that listens nowhere. */
void app_configure(struct hatch_config *config);
struct hatch *app_open(const struct hatch_config *config);

/* Everything is back in its pool: fails the test if not. */
void app_check_idle(struct hatch *srv);

#endif
