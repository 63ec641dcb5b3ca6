/*
 * live.h - a live connection: what a connection becomes when an exchange has turned it into
 * server-sent events or a WebSocket
 * SPDX-License-Identifier: MIT
 *
 * The handler takes a slot from the server's pool and hands it over with its response.  When the
 * head is out, the carrier gives the exchange back and drives the slot:
 *
 *	begin --> (place, take | due | fill)* --> end
 *
 * What arrives goes to where place() says; what is to be sent is put into out by fill(), whenever
 * there is room.  Neither knows of connections, TLS or sockets.
 */
#ifndef HX_LIVE_LIVE_H
#define HX_LIVE_LIVE_H

#include "../app/exchange.h"
#include "events.h"
#include "ring.h"
#include "ws.h"

/* Behind live_piece bytes of a message there is always room for the next frame's head. */
enum { HX_LIVE_SLACK = 16 };

struct hx_live;

struct hx_live_ops {
	enum hx_live_kind { HX_LIVE_EVENTS, HX_LIVE_WS } kind;
	void (*begin)(struct hx_live *live); /* the head is out */
	/* Where bytes may arrive: the room, 0 for not now.  The place stays until take(). */
	size_t (*place)(struct hx_live *live, char **at);
	void (*take)(struct hx_live *live, size_t len); /* so many have arrived there */
	void (*fill)(struct hx_live *live);             /* puts into out what waits and fits */
	void (*due)(struct hx_live *live);              /* the time of hx_live_timer() is up */
	void (*stop)(struct hx_live *live);             /* the server closes: say goodbye */
	void (*end)(struct hx_live *live, int error);   /* it is over; 0: in order */
};

struct hx_live {
	struct hatch *srv;
	uint32_t slot, generation;
	const struct hx_live_engine *engine;
	char *in; /* live_piece + HX_LIVE_SLACK bytes */
	size_t in_room;
	struct hx_ring out;

	/* ---- from here on cleared for each connection ---- */
	bool used;
	void *conn; /* the carrier's */
	const struct hx_live_ops *ops;
	const struct hatch_route *route;
	const void *arg;
	bool chunked;  /* what is sent goes in chunks */
	bool stopping; /* stop() has been called */
	bool finish;   /* goodbye when out is empty */
	bool cut;      /* end at once */
	int error;     /* why, for both */
	union {
		struct hx_event_client events;
		struct hatch_ws ws;
	} as;
};

/* How the carrier drives it. */
struct hx_live_engine {
	void (*begin)(struct hx_live *live);           /* instead of going on with HTTP */
	void (*drop)(struct hx_live *live, int error); /* gives the slot back */
	void (*due)(struct hx_live *live);
};

/* ---- what the server does (server/live.c) ---- */

/*
 * A slot for the exchange's connection.  NULL: config.max_live are in use, or this client has its
 * share; then the response (503) has been given and the log says so.
 */
struct hx_live *hx_live_take(struct hatch_req *req, const struct hx_live_ops *ops);
void hx_live_give(struct hx_live *live);

void hx_live_timer(struct hx_live *live, uint32_t ms);        /* HATCH_FOREVER: none */
void hx_live_wake(struct hx_live *live);                      /* it has something to do */
void hx_live_finish(struct hx_live *live, int error);         /* goodbye, after what waits in out */
void hx_live_cut(struct hx_live *live, int error);            /* without it */
struct hx_live *hx_live_at(struct hatch *srv, uint32_t slot); /* NULL: over max_live, or unused */
struct hx_live *hx_live_find(struct hatch *srv, struct hatch_live_ref ref);
void hx_live_count_drop(struct hatch *srv, uint32_t messages); /* a slow client has lost so many */

/* ---- publishing (server/publish.c) ---- */

/* Whom a message is for, in a form that outlives the call. */
struct hx_whom {
	enum hatch_to_kind to;
	const void *key; /* the route, or its argument */
	struct hatch_live_ref one;
};

/* EINVAL: no route of this path and handler. */
int hx_whom(struct hx_whom *out, const struct hatch_config *config, struct hatch_to to,
	hatch_handler *handler);

struct hx_posted;
typedef void hx_deliver(struct hatch *srv, const struct hx_posted *posted);
struct hx_posted {
	hx_deliver *deliver; /* on the server's task */
	struct hx_whom whom;
	uint32_t len;
	uint8_t flags;
	char bytes[]; /* len of them */
};

/*
 * Reserves room in the queue, and has the lock until hx_publish_end(): the caller fills in flags
 * and bytes, without delay.  EFULL, EBIG (over half of the queue), ESTATE (no queue).
 */
int hx_publish_begin(struct hatch *srv, const struct hx_whom *whom, uint32_t len,
	hx_deliver *deliver, struct hx_posted **out);
void hx_publish_end(struct hatch *srv);
/* Of events: a path is its route's stream from here on.  EINVAL: no stream of this server. */
int hx_events_find(struct hx_whom *whom, const struct hatch_config *config, struct hatch_to to);
bool hx_posted_is_for(const struct hx_posted *posted, const struct hx_live *live);

#endif
