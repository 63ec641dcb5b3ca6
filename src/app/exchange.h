/*
 * exchange.h - struct hatch_req: one request and the response being given to it
 * SPDX-License-Identifier: MIT
 *
 * An exchange knows nothing of connections.  What carries it (HTTP/1.1 in
 * server/conn.c; a stream of HTTP/2 would be another carrier) fills in the
 * request, calls hx_exchange_run(), feeds it the body, and takes the response
 * out of it.
 *
 *	guards --> collect --> handler --> waiting --> responded --> over
 *	   |          |           |______________________^              ^
 *	   |__________|__ a response, or an error that becomes one _____|
 *
 * Memory: in[] holds the head as it came, then the bytes that follow it;
 * out[] is  gap | field lines | CRLF | body : the status line is written into
 * the gap when all is known, so that head and first bytes are one piece.
 */
#ifndef HX_APP_EXCHANGE_H
#define HX_APP_EXCHANGE_H

#include "../base/text.h"
#include "../hatch.h"
#include "../hatch_conn.h"
#include "../hatch_limits.h"
#include "../http/body.h"
#include "../http/framing.h"
#include "../http/uri.h"

/* Before the field lines: status line, Date and what frames the message. */
enum { HX_OUT_GAP = 256 };

/* The longest name of somebody who has logged in. */
enum { HX_WHO_MAX = 40 };

enum hx_phase {
	HX_GUARDS,    /* guards are being asked, from guard_at on */
	HX_COLLECT,   /* the body is being collected for the handler */
	HX_HANDLER,   /* the handler is to be called */
	HX_WAITING,   /* it said LATER */
	HX_RESPONDED, /* there is a response */
	HX_OVER,      /* on_end has been called */
};

/* What a carrier does for its exchange. */
struct hx_carrier {
	int (*read)(void *self, void *buf, size_t room); /* as hatch_read() */
	void (*wake)(void *self);                        /* something has changed; step soon */
	void (*facts)(void *self, struct hatch_tls_facts *out);
	const struct hatch_address *(*peer)(void *self);
	bool secure;
};

struct hatch_digest;

struct hx_on_end {
	hatch_end *call;
	void *arg;
};

/* A collected body's place; a server has config.bodies of them. */
struct hx_body_buf {
	struct hx_body_buf *next; /* free ones */
	char *bytes;
};

struct hx_live;

struct hx_param {
	struct hatch_span name, value;
};

struct hatch_req {
	struct hatch *srv;
	const struct hx_carrier *carrier;
	void *carrier_self;
	struct hatch_req *next; /* free ones */
	uint32_t slot, generation;

	/* memory, for good */
	char *in, *out, *scratch;
	size_t in_room, out_room, scratch_room;

	/* ---- from here on cleared for each exchange ---- */
	size_t in_len; /* bytes in in[] */

	/* the request */
	enum hatch_method method;
	struct hx_head head;
	struct hx_framing framing;
	struct hx_target target;
	struct hatch_span query; /* decoded; ptr NULL until asked for */
	struct hx_param params[HATCH_PARAMS_MAX];
	struct hatch_span rest;
	unsigned param_count;

	/* where it goes */
	enum hx_phase phase;
	const struct hatch_group *group;
	const struct hatch_route *route;
	hatch_handler *handler;
	const void *arg; /* what hatch_arg() says */
	size_t guard_at;
	bool asleep;         /* said LATER and waits for hatch_resume() */
	bool waits_for_body; /* a source that found no body to pull */
	int worker_ret;      /* what the handler has returned there */
	uint32_t defer_ms;   /* the time that hatch_defer() asked for */
	bool defer_new;      /* ... and the carrier has not seen yet */
	uint32_t resume_ms;  /* of hatch_resume_after() */
	bool resume_new;
	char who[HX_WHO_MAX]; /* whom a guard has let through */
	uint8_t who_len;
	bool has_who;
	const struct hatch_digest *passed; /* the one that has let it through */
	hatch_handler
		*before; /* runs before the handler, once the body is collected; NULL: nothing */
	const void *before_arg;

	/* the body */
	struct hx_body_buf *collected;
	size_t collected_len, collected_max;
	hatch_sink *sink;
	void *sink_arg;
	struct hatch_span form; /* decoded; empty until asked for */
	bool form_read;
	bool body_ended; /* the sink or the collector has seen its end */

	/* the response */
	int status;
	int sticky;      /* the first error of the fields */
	bool length_set; /* by hatch_set_length(), or known */
	bool close_after;
	uint64_t length;
	struct hx_text fields; /* in out[] */
	uint32_t fields_sum;   /* of them, then */
	size_t fields_before;  /* their length when the response was begun */
	size_t body_len;       /* copied, right behind the fields' CRLF */
	struct hatch_span borrowed;
	hatch_source *source;
	void *source_arg;
	bool body_started;    /* by the carrier: the head is on its way */
	struct hx_live *live; /* its connection is to become that, live/live.h; NULL: nothing */
	bool becomes_live;    /* with this response */
	const char *upgrade;  /* the field Upgrade, and so "Connection: Upgrade" */
	uint64_t sent;        /* bytes of body, for the log */

	struct hx_on_end on_end[HATCH_ON_END_MAX];
	unsigned on_end_count;
	size_t scratch_used;
};

/* Lays memory out for one exchange; with req NULL only counts (see arena.h). */
struct hx_arena;
struct hatch_req *hx_exchange_lay_out(struct hx_arena *arena, const struct hatch_config *config);

/* Clears everything that belongs to one exchange and gives it a new generation. */
void hx_exchange_begin(struct hatch_req *req);

/* Forgets the response that was being made, so that another can be given; fields go too. */
void hx_exchange_drop_response(struct hatch_req *req);

/*
 * Finds the route and goes on as far as possible: guards, collecting (it
 * returns for the carrier to bring the body), handler.  Harmless to call again.
 */
void hx_exchange_route(struct hatch_req *req);
void hx_exchange_run(struct hatch_req *req);

/* The handler's call, and what follows from what it returned: apart where a worker calls. */
int hx_exchange_call(struct hatch_req *req);
void hx_exchange_called(struct hatch_req *req, int ret);

/* Whether the application wants body bytes now; a discarded body is nobody's. */
bool hx_exchange_wants_body(const struct hatch_req *req);

/* A piece of the body, empty at its end: 0 taken, HATCH_LATER, or an error (made a response of). */
int hx_exchange_give_body(struct hatch_req *req, struct hatch_span piece);

/* hatch_arg(); NULL where the route gives none, and then the log has what is wanted. */
const void *hx_arg(const struct hatch_req *req, const char *wanted);

/* Responds on behalf of the server, if nothing has been sent; the connection closes after it. */
void hx_exchange_fail(struct hatch_req *req, int status);

/* The exchange is over: tells whoever asked, exactly once, and frees a collected body. */
void hx_exchange_end(struct hatch_req *req, int error);

/* ---- what the server does for exchanges (server/) ---- */

const struct hatch_config *hx_config(const struct hatch *srv);
struct hx_body_buf *hx_body_buf_take(struct hatch *srv); /* NULL: none is free */
void hx_body_buf_give(struct hatch *srv, struct hx_body_buf *buf);
uint32_t hx_body_buf_size(const struct hatch *srv);
void hx_exchange_work(struct hatch_req *req);  /* calls the handler on a worker */
int64_t hx_unix_time(const struct hatch *srv); /* 0: not known */
uint32_t hx_now_ms(const struct hatch *srv);
void hx_log(const struct hatch *srv, enum hatch_level level, const char *format, ...)
	HATCH_PRINTF(3, 4);

#endif
