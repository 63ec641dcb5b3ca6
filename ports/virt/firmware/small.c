/*
 * small.c - the demo's device alone: what a firmware with a REST interface links
 * SPDX-License-Identifier: MIT
 */
#include "firmware/demo.h"
#include "serve/device.h"
#include "serve/watch.h"

int demo_configure(struct hatch_config *config, const char **password)
{
	(void)password;
	config->groups = &device_group;
	config->group_count = 1;
	config->observer = &watch_observer;
	config->copy_max = JSON_ROOM;
	return 0;
}

int demo_start(struct hatch *srv)
{
	return device_start(srv);
}
