/*
 * server.h - struct hatch: what all connections of a server share
 * SPDX-License-Identifier: MIT
 *
 * One block holds everything, laid out once by memory.c:
 * the server, its connections with their TLS state, exchanges, bodies, the post
 * queue, timers and the set that the loop waits on.
 */
#ifndef HX_SERVER_SERVER_H
#define HX_SERVER_SERVER_H

#include <stdatomic.h>

#include "../base/arena.h"
#include "../base/job.h"
#include "conn.h"
#include "live.h"
#include "metrics.h"
#include "rate.h"

struct hx_post {
	hatch_call *call;
	void *arg;
};

/* The n-th listener is secure if n is even. */
enum { HX_ADDRESSES = 2, HX_LISTENERS = 2 * HX_ADDRESSES };

struct hx_queue {
	struct hx_job *first, *last;
};

struct hx_timer {
	hatch_call *call;
	void *arg;
	uint32_t every_ms, at;
};

struct hatch {
	struct hatch_config config; /* defaults filled in */
	const struct hatch_port *port;
	void *owned; /* the block, if hatch_open() allocated it */
	size_t memory;

	/* TLS */
	struct hx_tls_server *tls; /* NULL: plain only */
	bool tls_ready;
	atomic_bool replaced; /* an identity has been offered */
	atomic_bool resumed;  /* a signer that said LATER may be asked again */
	struct hx_flight flight;
	struct hx_rate handshakes, requests;

	/* sockets */
	void *net;
	hatch_sock listeners[HX_LISTENERS]; /* secure, plain; each at up to two addresses */
	uint16_t bound[2];
	struct hatch_wait *set;
	unsigned turn; /* whose turn is first */
	uint32_t accept_after;
	unsigned paused;              /* bit n: the n-th listener's newcomers wait */
	uint32_t tls_peak, tls_block; /* what a TLS connection takes at the most, so far */
	uint32_t heap_said;           /* when it was last said that newcomers wait for memory */
	bool heap_was_said;

	/* connections */
	struct hatch_conn **conns;
	struct hx_tls **conn_tls;
	struct hatch_req **exchanges;
	struct hatch_req *free_exchanges;
	struct hx_body_buf *body_bufs, *free_bodies;
	uint32_t body_size;
	bool freed; /* somebody who waits for a place may go on */

	/* from other tasks */
	void *lock;
	struct hx_post *posts;
	unsigned post_at, post_count;
	atomic_bool stop;
	void *task;

	/* workers */
	const struct hx_work_ops *work; /* NULL: there are none */
	void *work_signal;
	struct hx_queue todo, over;
	void **workers;
	unsigned worker_count;
	atomic_bool workers_end;

	struct hx_lives lives;

	struct hx_timer *timers;
	unsigned timer_count;

	/* numbers */
	struct hatch_stats stats;
	struct hx_metrics metrics;
	uint32_t started;
	uint32_t log_second, log_lines, log_dropped;
};

/* Lays everything out in the arena; NULL while measuring. */
struct hatch *hx_server_lay_out(struct hx_arena *arena, const struct hatch_config *config);

/* Fills in the defaults; 0, or HATCH_EINVAL / HATCH_ENOSYS and why. */
int hx_config_complete(struct hatch_config *out, const struct hatch_config *in, const char **why);
uint32_t hx_config_body_size(const struct hatch_config *config);

struct hatch_conn *hx_conn_take(struct hatch *srv); /* NULL: all are in use */
void hx_conn_give(struct hatch *srv, struct hatch_conn *c);
struct hx_flight *hx_flight(struct hatch *srv);
void hx_conn_wake(struct hatch_conn *c);

/* loop.c */
void hx_close_conn(struct hatch_conn *c);
void hx_last_turns(struct hatch *srv); /* of live connections, as the server closes */

/* replace.c: an identity that was offered takes its place */
void hx_replace_settle(struct hatch *srv);

/* admission.c */
void hx_admission_open(struct hatch *srv); /* what a TLS connection may take, before any was seen */
void hx_admission_learn(struct hatch *srv, const struct hx_heap_account *account);
bool hx_admission_fits(struct hatch *srv);

/* worker.c; through a table, so that only who has workers links them. */
struct hx_work_ops {
	void (*close)(struct hatch *srv);
	void (*submit)(void *srv, struct hx_job *job);
	void (*settle)(struct hatch *srv);      /* on the server's task */
	void (*handler)(struct hatch_req *req); /* calls it on a worker */
	void (*wait_for)(struct hatch_conn *c); /* until it is back */
	const struct hx_sign_ops *sign;
};

/* post.c */
void hx_posts_run(struct hatch *srv, struct hatch *told);
uint32_t hx_timers_run(struct hatch *srv, uint32_t now); /* ms to the next */

#endif
