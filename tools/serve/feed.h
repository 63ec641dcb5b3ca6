/* SPDX-License-Identifier: MIT */
/*
 * What pages are sent as it changes: server-sent events.
 *
 * feed_events, for everybody; "all" comes first, the others follow:
 *	all          the whole state, as GET /api/state has it, without "connections" and "log"
 *	state        its numbers, and those of the last second, each second
 *	connections  the table without addresses, each second in which it has changed
 *	handshake    {"shake":N,"ms":...,"resumed":...}, the N-th
 *	leds         the LEDs, when one has been switched
 *	settings     name and colour, when they have been saved
 *
 * feed_members, for who has logged in, as these have everybody's addresses; "log" comes first:
 *	log          {"run":...,"log":[...]}: the last lines, then each as it is written
 *	connections  the table with addresses
 */
#ifndef TOOLS_SERVE_FEED_H
#define TOOLS_SERVE_FEED_H

#include <hatch_live.h>

/* config.live_buffer and, at least, config.publish_queue. */
enum { FEED_BUFFER = 4096, FEED_QUEUE = 12288 };

extern struct hatch_event_stream feed_events, feed_members; /* arguments of hatch_events */

void feed_start(struct hatch *srv); /* after hatch_open() */
void feed_stop(void);               /* before hatch_close() */

#endif
