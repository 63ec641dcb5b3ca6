/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch.h>
#include <stdbool.h>
#include <stdint.h>

/* wifi.c: what network there is. */
void wifi_init(void);
bool wifi_is_set_up(void);
void wifi_open_setup(void); /* an access point of its own; returns when it is up */
bool wifi_join(void);       /* returns when there is an address; false: there will be none */
bool wifi_keep(struct hatch_span ssid, struct hatch_span password);

/* setup.c and device.c: what is served, before and after. */
extern const struct hatch_route setup_routes[];
extern const size_t setup_route_count;
extern const struct hatch_route device_routes[];
extern const size_t device_route_count;

/* button.c: held for 3 s it forgets everything, the identity too.  Needs NVS, and nothing else. */
void button_watch(void);

/* restart.c: from any task; who comes last decides when. */
void restart_init(void);
void restart_in(uint32_t ms);

#endif
