/* SPDX-License-Identifier: MIT */
/*
 * A pretended device: a page, LEDs, a log, an echo.  What `make demo` serves, and an example of
 * how a larger program uses the library.
 */
#ifndef TOOLS_SERVE_DEVICE_H
#define TOOLS_SERVE_DEVICE_H

#include <hatch.h>

/* Routes and observer into the configuration; everything else is left alone. */
void device_configure(struct hatch_config *config);

/* After hatch_open(). */
int device_start(struct hatch *srv);

#endif
