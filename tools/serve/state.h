/* SPDX-License-Identifier: MIT */
/* GET /api/state: all that the page shows, in one answer; ?since=N: only log lines after N. */
#ifndef TOOLS_SERVE_STATE_H
#define TOOLS_SERVE_STATE_H

#include <hatch.h>

hatch_handler state_get;

/* Which parts of the page there are: files, if uploads have a folder. */
void state_set_files(bool there_are);

#endif
