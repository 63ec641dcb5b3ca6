/* SPDX-License-Identifier: MIT */
/*
 * What the page shows, as JSON: all of it in one answer to GET /api/state (?since=N: only log lines
 * after N), and its parts, for whoever sends them as they change (feed.h).
 */
#ifndef TOOLS_SERVE_STATE_H
#define TOOLS_SERVE_STATE_H

#include "serve/json.h"
#include "serve/watch.h"

hatch_handler state_get;

/* Which parts of the page there are: files, if uploads have a folder. */
void state_set_files(bool there_are);

/* Members of an object, without a comma before the first or behind the last. */
void state_add_all(struct json *json, const struct hatch_req *req); /* but connections and log */
void state_add_numbers(struct json *json, struct hatch *srv);
void state_add_connections(struct json *json, bool member); /* with addresses, or without */
void state_add_lines(struct json *json, uint32_t first);    /* "log":[...], from that number on */

/* Elements of lists. */
void state_add_shake(struct json *json, size_t which);
void state_add_line(struct json *json, const struct watch_line *line);

/* Of this run: what was numbered in another is of no use. */
uint32_t state_run(void);

#endif
