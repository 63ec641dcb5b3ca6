/*
 * signal.c - how strong the Wi-Fi is, twice a second, as server-sent events
 * SPDX-License-Identifier: MIT
 *
 * It stands for any sensor that is quick to read.  A slow one has a task of its own, from which
 * hatch_publish_event() may be called just the same.
 */
#include <esp_wifi.h>
#include <stdio.h>

#include "app.h"

enum { KEPT = 120 }; /* the page shows so many: a minute */

static int greet(struct hatch_req *req, struct hatch_live_ref who);

/* An event is its text, "id: 12345\ndata: -67\n\n", and 2 bytes. */
static char memory[KEPT * 24];
struct hatch_event_stream signal_events = {
	.memory = memory, .memory_len = sizeof(memory), .retry_ms = 2000, .open = greet
};

static int8_t past[KEPT]; /* dBm */
static unsigned count;    /* of all that were measured */

void signal_measure(struct hatch *server, void *arg)
{
	char id[16], text[8];
	struct hatch_event event = { .id = id };
	wifi_ap_record_t ap;
	(void)arg;
	if (esp_wifi_sta_get_ap_info(&ap) != ESP_OK)
		return; /* not connected: nobody would hear it */
	past[count % KEPT] = ap.rssi;
	snprintf(id, sizeof(id), "%u", ++count);
	snprintf(text, sizeof(text), "%d", ap.rssi);
	event.data = hatch_str(text);
	/* A full queue: this value is missing in the plot, and the next one will do. */
	(void)hatch_publish_event(server, hatch_to_arg(&signal_events), &event);
}

/* Who comes for the first time has the past in one event; who comes back, from the stream. */
static int greet(struct hatch_req *req, struct hatch_live_ref who)
{
	static char text[KEPT * 5]; /* the server's task's alone */
	char id[16];
	struct hatch_event event = { .event = "past", .id = id };
	size_t len = 0;
	if (hatch_field(req, "Last-Event-ID").len > 0 || count == 0)
		return 0;
	for (unsigned n = count < KEPT ? 0 : count - KEPT; n < count; n++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%d ", past[n % KEPT]);
	snprintf(id, sizeof(id), "%u", count);
	event.data.ptr = text;
	event.data.len = len - 1; /* without the last space */
	return hatch_publish_event(hatch_server(req), hatch_to_one(who), &event);
}
