/*
 * hatch_live.h - connections that stay: server-sent events, WebSockets, and publishing to them
 * SPDX-License-Identifier: MIT
 *
 * Each is linked only if the program names it.  The conventions are those of hatch.h.
 *
 * A live connection has one of config.max_conns places and one of config.max_live slots, and
 * no exchange.  Its memory is in the one block: config.live_buffer bytes for what waits to be sent
 * and config.live_piece for what arrives.
 */
#ifndef HATCH_LIVE_H
#define HATCH_LIVE_H

#include "hatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- whom a message is for -------------------------------------------------- */

/* One live connection.  A number, free to copy and to lose; any task may hold it.  slot is under
   config.max_live, and nobody else's while the connection lasts. */
struct hatch_live_ref {
	uint32_t slot, generation;
};

/* Whom: made by the functions below.  What is zeroed, or NULL, is nobody: HATCH_EINVAL. */
enum hatch_to_kind { HATCH_TO_ALL = 1, HATCH_TO_PATH, HATCH_TO_ARG, HATCH_TO_ONE };
struct hatch_to {
	enum hatch_to_kind kind;
	const char *path;
	const void *arg;
	struct hatch_live_ref one;
};

static inline struct hatch_to hatch_to_all(void)
{
	struct hatch_to to = { HATCH_TO_ALL, NULL, NULL, { 0, 0 } };
	return to;
}

/* Everybody on one route: its path as in the table, with its group's prefix before it. */
static inline struct hatch_to hatch_to_path(const char *path)
{
	struct hatch_to to = { HATCH_TO_PATH, path, NULL, { 0, 0 } };
	return to;
}

/* Everybody on the routes with this argument: a stream, or a struct hatch_ws_ops. */
static inline struct hatch_to hatch_to_arg(const void *arg)
{
	struct hatch_to to = { HATCH_TO_ARG, NULL, arg, { 0, 0 } };
	return to;
}

static inline struct hatch_to hatch_to_one(struct hatch_live_ref one)
{
	struct hatch_to to = { HATCH_TO_ONE, NULL, NULL, { 0, 0 } };
	to.one = one;
	return to;
}

/* ---- server-sent events: HTML, section "Server-sent events" ------------------ */

enum hatch_slow {
	HATCH_SLOW_SKIP = 0,  /* who is too slow misses the oldest events */
	HATCH_SLOW_CLOSE = 1, /* or is disconnected, and may come back with its Last-Event-ID */
};

/*
 * A stream of events, the route's argument.  The last events stand in memory, for all subscribers
 * at once: a subscriber that is slow has its place there, and one that comes back goes on behind
 * its Last-Event-ID, if that is still there, else from the oldest.  Of one server, and kept for as
 * long as it.
 */
struct hatch_event_stream {
	char *memory; /* the application's; an event takes its text and 2 bytes */
	size_t memory_len;
	uint32_t retry_ms;     /* told to clients; 0: nothing is */
	uint32_t keepalive_ms; /* a comment after so long without an event; default 15000 */
	enum hatch_slow slow;
	/*
	 * May be NULL.  Somebody is about to subscribe: 0, or a response that refuses it, or an
	 * error.  What is published to_one(who) from here comes before all that is published later.
	 */
	int (*open)(struct hatch_req *req, struct hatch_live_ref who);
	void (*close)(struct hatch_live_ref who, const void *stream); /* may be NULL */

	size_t at, len; /* hatch's own, as all below */
	uint64_t begin, end;
	uint32_t first, next;
	bool marked;
};

/*
 * Route: HATCH_ROUTE_ARG(HATCH_GET, "/events", hatch_events, &stream), where stream is a struct
 * hatch_event_stream.  503 when there is no slot.
 */
hatch_handler hatch_events;

struct hatch_event {
	struct hatch_span data; /* UTF-8; its lines become lines */
	const char *event, *id; /* NULL: none.  Without CR and LF; an id is not empty */
};

/*
 * Publishes an event: to a stream (hatch_to_path(), hatch_to_arg()), to all streams, or to one
 * subscriber, which leaves no trace in the stream.  Copied.  Safe from any task, never blocks.
 * EFULL: config.publish_queue is full, and the event is dropped.  EBIG: longer than the queue, the
 * stream's memory or config.live_buffer can take.  EINVAL: CR or LF in event or id; no such route,
 * or none of hatch_events.  ESTATE: config.max_live is 0.
 */
int hatch_publish_event(struct hatch *srv, struct hatch_to to, const struct hatch_event *event);

/*
 * Ends subscriptions: of a stream, of all, or one.  Browsers come back by themselves, through the
 * route's guards: so after a logout, or when somebody is not to hear more.  On the server's task.
 * How many there were; EINVAL as above.
 */
int hatch_end_events(struct hatch *srv, struct hatch_to to);

/* ---- WebSocket: RFC 6455 ------------------------------------------------------ */

struct hatch_ws;

/* A message, or a piece of one. */
struct hatch_ws_piece {
	struct hatch_span data; /* writable; valid until the call returns 0 */
	bool text;              /* UTF-8, which has been checked as far as it is here */
	bool first, last;       /* both, if the message is whole */
};

/*
 * permessage-deflate (RFC 7692) with zlib, which the program links (-lz; on ESP-IDF the component
 * "zlib" of the registry).  Each connection that compresses has a part of memory,
 * HATCH_WS_INFLATE_SIZE(); all of them share one compressor, HATCH_WS_DEFLATE_SIZE(), which begins
 * each message anew.  Who finds no part is served without compression, and so is who offers no
 * window as small as ours.  Of one server, and kept for as long as it.
 */
struct hatch_ws_codec;
extern const struct hatch_ws_codec hatch_ws_zlib;
#define HATCH_WS_DEFLATE_SIZE(bits)               (8192 + (7u << (bits)))
#define HATCH_WS_INFLATE_SIZE(bits, message_room) (8192 + (1u << (bits)) + (message_room))
struct hatch_ws_deflate {
	const struct hatch_ws_codec *codec; /* &hatch_ws_zlib */
	void *memory;                       /* aligned as malloc() aligns */
	size_t memory_len;
	uint8_t window_bits;   /* 9 to 15, both ways; default 9 */
	uint16_t message_room; /* bytes of a message, unpacked, at once; default 1024 */

	void *seal; /* hatch's own, as all below */
	uint8_t *parts;
	uint16_t part_count;
	bool laid_out;
};

/* What a WebSocket route does; its argument.  All run on the server's task; those may be NULL. */
struct hatch_ws_ops {
	/* 0, or a response that refuses it, or an error. */
	int (*open)(struct hatch_ws *ws, struct hatch_req *req);
	/*
	 * A message.  0: taken.  HATCH_LATER: not now, it comes again after hatch_ws_resume(), and
	 * the client is held back meanwhile.  An error closes with 1011.
	 */
	int (*message)(struct hatch_ws *ws, const struct hatch_ws_piece *piece);
	void (*writable)(
		struct hatch_ws *ws); /* there is room again for what hatch_ws_send() refused */
	/* It is over.  code: the client's, ours, 1005 (it gave none) or 1006 (it was cut). */
	void (*close)(struct hatch_ws *ws, int code);

	const char *protocols; /* subprotocols, comma separated, in our order of preference */
	const char *origins;   /* whose pages may: "https://a.example, ..." or "*"; NULL: our own */
	bool in_pieces;        /* messages come piece by piece, as they arrive, instead of whole */
	/* A longer one closes with 1009.  Whole: at most config.live_piece, and by default that (or
	 * deflate->message_room, if compressed).  In pieces: default 1 MB. */
	uint32_t message_max;
	uint32_t ping_ms; /* after so long of silence; default 20000; HATCH_FOREVER: none */
	uint32_t pong_ms; /* and so long after it, unanswered, the end; default 10000 */
	struct hatch_ws_deflate *deflate; /* NULL: never compressed */
};

/*
 * Route: HATCH_ROUTE_ARG(HATCH_GET, "/ws", hatch_websocket, &ops).  Refuses with 400, 403 (Origin),
 * 405, 426 and 503 (no slot).
 */
hatch_handler hatch_websocket;

enum hatch_ws_kind { HATCH_WS_TEXT = 1, HATCH_WS_BINARY = 2 };

/*
 * A whole message, copied: 0, or HATCH_LATER when there is no room for it now: nothing was taken,
 * writable() tells.  EBIG: it is longer than config.live_buffer less 10 bytes; send it in pieces.
 * ESTATE: one in pieces is not finished, or it is closing.  Text must be UTF-8: that is not
 * checked.
 */
int hatch_ws_send(struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data);

/* The same as a fragment; the message ends with the piece that is last.  Not compressed. */
int hatch_ws_send_piece(
	struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data, bool last);

/* Ends it: 1000 to 4999 as RFC 6455 section 7.4 has them.  EINVAL for others, ESTATE if it is. */
int hatch_ws_close(struct hatch_ws *ws, int code);

/* Asks message() again, which has said HATCH_LATER. */
void hatch_ws_resume(struct hatch_ws *ws);

void **hatch_ws_user(struct hatch_ws *ws); /* the application's; NULL at open() */
struct hatch *hatch_ws_server(const struct hatch_ws *ws);
struct hatch_span hatch_ws_protocol(const struct hatch_ws *ws); /* ptr NULL: none was agreed on */
bool hatch_ws_is_compressed(const struct hatch_ws *ws);         /* permessage-deflate is on */
struct hatch_live_ref hatch_ws_ref_of(const struct hatch_ws *ws);
struct hatch_ws *hatch_ws_find(struct hatch *srv, struct hatch_live_ref ref); /* NULL: gone */

/*
 * Publishes a message to the WebSockets named.  Copied.  Safe from any task, never blocks.  EFULL:
 * config.publish_queue is full, and it is dropped; EBIG: over half of that, or longer than
 * hatch_ws_send() takes; EINVAL: no such route, or none of hatch_websocket.  ESTATE:
 * config.max_live is 0.  Who has no room for it when its turn comes, or is being sent a message in
 * pieces, misses it: struct hatch_stats counts those (live_dropped).
 */
int hatch_publish(
	struct hatch *srv, struct hatch_to to, enum hatch_ws_kind kind, struct hatch_span data);

#ifdef __cplusplus
}
#endif
#endif /* HATCH_LIVE_H */
