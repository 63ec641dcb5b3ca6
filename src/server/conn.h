/*
 * conn.h - one connection, from inside
 * SPDX-License-Identifier: MIT
 *
 *  handshake --> idle <--> head --> exchange --> discard --+
 *      |          |         |          |  |        |       |
 *      |          |         +----------+  |        |       |
 *      v          v                       v        v       |
 *   farewell --> goodbye <-----------------(close)---------+--> idle (keep-alive)
 *                   |  ^                   |
 *                   |  '------ live <------' (events, WebSockets)
 *                   v
 *                 ended       (from any stage when there is nobody to talk to)
 *
 * conn.c has the connection's own stages, http1.c those of HTTP/1.1, live.c the last.
 */
#ifndef HX_SERVER_CONN_H
#define HX_SERVER_CONN_H

#include "../app/exchange.h"
#include "../hatch_conn.h"
#include "../hatch_port.h"
#include "../tls/engine.h"
#include "../base/client.h"
#include "../base/job.h"
#include "due.h"

struct hx_live;

enum hx_go {
	HX_GO_ON,   /* call the stage again, it may be another one by now */
	HX_GO_WAIT, /* nothing to do until something happens */
	HX_GO_TURN, /* there is more to do, after the others */
};
typedef enum hx_go hx_stage(struct hatch_conn *c);

struct hatch_conn {
	struct hatch *srv;
	uint32_t slot;
	bool used, secure;

	/* the server's own, not the machine's */
	hatch_sock sock;
	bool shut;  /* our side of the socket is shut down */
	bool woken; /* to have a turn without waiting for its socket */

	/* ---- from here on cleared for each connection ---- */
	hx_stage *stage;
	struct hx_job job; /* its handler on a worker */
	bool working;      /* so it is: nothing else happens to the connection */
	struct hx_due due;
	uint32_t now, opened; /* milliseconds */
	int error;            /* the first one; it sticks */
	struct hatch_address peer;

	struct hx_engine *engine;
	struct hx_wire wire;
	struct hx_clear clear;
	struct hx_heap_account account;
	uint32_t handshake_ms, handshake_peak;
	uint32_t moved; /* when the handshake last went on, milliseconds */
	uint64_t handshake_cpu_ns;
	bool asked;           /* a request has begun on it, sometime */
	bool admitted;        /* its handshake counts against its client's rate */
	bool delayed;         /* its client has had too many */
	bool linger;          /* the peer may still be sending: read it away before closing */
	bool said_bye;        /* close_notify is out, or not to be sent */
	bool tx_done;         /* everything is out */
	bool tx_progress;     /* the peer has taken bytes since the last step */
	bool waits_pool;      /* for an exchange or a body buffer */
	bool waits_record;    /* for a pair of record buffers */
	bool waits_work;      /* for a signature */
	bool record_late;     /* has had one for longer than it should */
	uint8_t record_moves; /* so many records went out with others unread */

	struct hx_live *live; /* what it has become; NULL: HTTP */

	/* HTTP/1.1 */
	struct hatch_req *ex; /* NULL between requests */
	struct hx_head_scan scan;
	struct hx_body body;
	size_t raw_at;          /* in ex->in[]: what follows is not decoded yet */
	struct hatch_span held; /* a piece that the sink did not take */
	struct hatch_span tx;   /* being written */
	uint64_t discarded;
	uint32_t began;   /* when the head began, milliseconds */
	int refused_with; /* the status for a body that hatch_read() found broken */
	int ex_error;     /* why the exchange failed, for those who asked for its end */
	bool continued;   /* 100 has been sent */
	bool has_piece;   /* held is a piece (it may be empty: the end) */
	bool keep;        /* another request may follow this one */
	bool broken;      /* the request was refused: what follows it is not understood */
	bool chunked;     /* the response is */
	bool source_done;
};

/* Changes the stage. */
void hx_conn_enter(struct hatch_conn *c, hx_stage *stage);

/* Ends politely: what was said so far goes out, then TLS and TCP are closed. */
void hx_conn_goodbye(struct hatch_conn *c, int error, bool linger);

/* Ends at once. */
void hx_conn_cut(struct hatch_conn *c, int error);

/* Sends these static bytes, then goodbye. */
void hx_conn_farewell(struct hatch_conn *c, const char *bytes, int error);

/* Writes c->tx: 1 when it is out, 0 to wait, or an error. */
int hx_conn_write(struct hatch_conn *c);

/* Idle between requests: may make room for a newcomer. */
bool hx_conn_is_idle(const struct hatch_conn *c);
bool hx_conn_is_handshake(const struct hatch_conn *c);
bool hx_conn_is_head(const struct hatch_conn *c);

/* A worker has it. */
bool hx_conn_stands_still(const struct hatch_conn *c);

/* It waits for its client's rate to let it begin. */
bool hx_conn_is_delayed(const struct hatch_conn *c);

/* It has come and not asked yet: so long it has time for that; 0: no more, or it has. */
uint32_t hx_conn_fresh_ms(const struct hatch_conn *c, uint32_t now_ms);

/* Until its handshake, which the peer has left where it is, gives way; HATCH_FOREVER: never. */
uint32_t hx_conn_stuck_in_ms(const struct hatch_conn *c, uint32_t now_ms);

/* The exchange that waits for an answer of the application has something new. */
extern const struct hx_carrier hx_http1_plain, hx_http1_secure;

hx_stage hx_http1_idle, hx_http1_head, hx_http1_exchange, hx_http1_discard;

/* A deadline of the HTTP stages has passed. */
void hx_http1_overdue(struct hatch_conn *c, enum hx_due_name which);

/* Ends the exchange, if there is one, and gives it back. */
void hx_http1_drop(struct hatch_conn *c, int error);

/* ---- what the server does for its connections ---- */

/* NULL: all are in use, or this client has its share of them. */
struct hatch_req *hx_exchange_take(struct hatch_conn *asks);
void hx_exchange_give(struct hatch *srv, struct hatch_req *req);
bool hx_exchange_free(const struct hatch_conn *asks); /* take() would give one */
bool hx_exchange_awaited(const struct hatch *srv);    /* somebody waits for one */
bool hx_record_awaited(const struct hatch *srv);      /* somebody waits for record buffers */
void hx_record_hurry(struct hatch *srv);
void hx_record_freed(struct hatch *srv);

/* Whether this client may have another: 0, else how long it is to wait, ms. */
uint32_t hx_handshake_rate(const struct hatch_conn *asks);
uint32_t hx_request_rate(const struct hatch_conn *asks);

struct hx_tls_server *hx_tls_shared(struct hatch *srv);
struct hx_tls *hx_conn_tls(struct hatch_conn *c);
void hx_count_handshake(
	struct hatch_conn *c, const struct hatch_tls_facts *facts); /* NULL: failed */
void hx_count_delayed(struct hatch_conn *c);
void hx_count_exchange(struct hatch_conn *c, int error);
bool hx_stopping(const struct hatch *srv);
uint64_t hx_cpu_ns(const struct hatch *srv);

#endif
