/* SPDX-License-Identifier: MIT */
/*
 * A pretended device: LEDs, a log, an echo, answers that take a while.  What `make demo` serves
 * below /api, and an example of how a larger program uses the library.
 */
#ifndef TOOLS_SERVE_DEVICE_H
#define TOOLS_SERVE_DEVICE_H

#include "serve/json.h"

extern const struct hatch_group device_group; /* needs JSON_ROOM as config.copy_max */

/* "this":{...}, the connection that asks; and "leds":[...]. */
void device_add_this(struct json *json, const struct hatch_req *req);
void device_add_leds(struct json *json);

/* After hatch_open(). */
int device_start(struct hatch *srv);

#endif
