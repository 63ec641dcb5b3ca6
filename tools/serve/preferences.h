/* SPDX-License-Identifier: MIT */
/* The device's name and the colour of its LEDs: in memory, until it ends. */
#ifndef TOOLS_SERVE_PREFERENCES_H
#define TOOLS_SERVE_PREFERENCES_H

#include "serve/json.h"

void preferences_add(struct json *json); /* "name":"...","colour":"#..." */
hatch_handler preferences_save;          /* POST, a form with both, behind a guard for forms */

#endif
