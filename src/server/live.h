/*
 * live.h - the server's side of live connections
 * SPDX-License-Identifier: MIT
 *
 * A program that names no handler of hatch_live.h links none of it: the rest of the server knows
 * them through pointers (struct hx_live_engine, struct hx_lives.deliver).
 */
#ifndef HX_SERVER_LIVE_H
#define HX_SERVER_LIVE_H

#include <stdatomic.h>

#include "../live/live.h"

/* What a server has for them. */
struct hx_lives {
	struct hx_live *slots; /* config.max_live of them */

	/* The queue of what is published; under the server's lock, but for bytes that are queued.
	 */
	unsigned char *queue;
	size_t room, at, used;
	atomic_bool full;                   /* nothing was taken out since a message did not fit */
	atomic_uint dropped;                /* messages */
	void (*deliver)(struct hatch *srv); /* NULL: nothing is queued */
};

#endif
