/*
 * events.h - server-sent events: their text, the stream that keeps them, a subscriber
 * SPDX-License-Identifier: MIT
 *
 * The stream's memory is a ring of events, each with its length in two bytes before it.  A place in
 * it is counted from the stream's beginning, so that it says by itself whether it is still there.
 */
#ifndef HX_LIVE_EVENTS_H
#define HX_LIVE_EVENTS_H

#include "../base/text.h"
#include "../hatch_live.h"

enum { HX_EVENT_PREFIX = 2, HX_EVENT_CHUNK = 8 }; /* in a stream; of a chunk around it */

struct hx_event_client {
	struct hatch_event_stream *stream;
	uint64_t at;   /* the next event */
	uint32_t next; /* its number */
	bool opened;   /* the application has let it in */
	bool hello;    /* retry is to be said */
	bool quiet;    /* a comment is to be sent */
	uint32_t sent; /* when something was, ms */
	uint32_t discarded;
};

struct hx_live;
extern const struct hx_live_ops hx_events_ops;
bool hx_events_put(struct hx_live *live, const char *text, size_t len); /* false: no room */

/* 0, or EINVAL.  The text of an event; out->error is EBIG if it did not fit. */
int hx_event_check(const struct hatch_event *event);
size_t hx_event_size(const struct hatch_event *event);
void hx_event_write(struct hx_text *out, const struct hatch_event *event);

/* Appends, and forgets the oldest for it.  EBIG. */
int hx_stream_add(struct hatch_event_stream *stream, struct hatch_span text);

/* The length of the event at a place, and a part of its text. */
size_t hx_stream_len(const struct hatch_event_stream *stream, uint64_t at);
void hx_stream_copy(
	const struct hatch_event_stream *stream, uint64_t at, size_t from, char *to, size_t len);

/* The place behind the event of that id, and its number.  False: it is not there (any more). */
bool hx_stream_after(const struct hatch_event_stream *stream, struct hatch_span id, uint64_t *at,
	uint32_t *next);

#endif
