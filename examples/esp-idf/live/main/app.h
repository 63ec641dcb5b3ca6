/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch_live.h>
#include <stdbool.h>

/* network.c: joins the Wi-Fi and returns when there is an address; then the name. */
void network_up(const char *hostname);

/* Live connections at once: a browser that shows the page has two. */
enum { LIVE = 6 };

/* chat.c: a WebSocket's route, /chat, and what is to be called each second. */
enum { NAME_BYTES = 16, TEXT_BYTES = 120 };
extern const struct hatch_ws_ops chat;
uint32_t chat_queue(void); /* for config.publish_queue */
hatch_call chat_second;

/* signal.c: a stream of events with the Wi-Fi's strength, and what measures. */
enum { MEASURE_MS = 500 };
extern struct hatch_event_stream signal_events;
hatch_call signal_measure;

/* pages.c: what config has to have for all of this; and on the server's task, once it runs. */
void pages_configure(struct hatch_config *config);
hatch_call pages_begin;

#endif
