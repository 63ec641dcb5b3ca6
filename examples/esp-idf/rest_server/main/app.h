/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch.h>
#include <stdbool.h>

/* network.c: joins the Wi-Fi and returns when there is an address; then the clock and the name. */
void network_up(const char *hostname);

/* api.c */
void leds_setup(void);
extern const struct hatch_group api;

/* temperature.c, or on a chip without a sensor no_temperature.c */
bool temperature_setup(void);
bool temperature_celsius(float *out);

#endif
