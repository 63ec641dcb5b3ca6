/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch.h>
#include <stdbool.h>

/* wifi.c: what network there is. */
void wifi_init(void);
bool wifi_is_set_up(void);
void wifi_open_setup(void); /* an access point of its own; returns when it is up */
void wifi_join(void);       /* returns when there is an address */
bool wifi_keep(struct hatch_span ssid, struct hatch_span password);

/* setup.c and device.c: what is served, before and after. */
extern const struct hatch_route setup_routes[];
extern const size_t setup_route_count;
extern const struct hatch_route device_routes[];
extern const size_t device_route_count;

/* button.c: held for 3 s it forgets everything, the identity too. */
void button_watch(struct hatch *server);

/* main.c: starts anew when an answer has had the time to arrive. */
void restart_soon(struct hatch *server);

#endif
