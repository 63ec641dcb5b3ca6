/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch_web.h>
#include <stdint.h>

/* network.c: joins the Wi-Fi and returns when there is an address; then the name. */
void network_up(const char *hostname);

/* web.c */
extern const struct hatch_route web_routes[];
extern const size_t web_route_count;

/* update.c: where a new image goes. */
extern struct hatch_updater update;
void update_init(void);

/* trial.c: a new image is on trial until somebody who may update it again has reached it. */
void trial_init(void);
hatch_handler trial_pass; /* a guard, behind the one that asks who it is */

/* restart.c: from any task; who comes last decides when. */
void restart_init(void);
void restart_in(uint32_t ms);
void restart_never(void);

#endif
