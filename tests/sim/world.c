/*
 * world.c - see world.h
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

uint32_t world_now;
struct hatch_port world_platform;
char world_log[8192];
unsigned world_allocs;

static uint32_t virtual_now(void)
{
	return world_now;
}

static int64_t virtual_unix(void)
{
	return 0; /* no Date: answers are the same in every run */
}

static void keep_line(enum hatch_level level, const char *line)
{
	size_t len = strlen(world_log), more = strlen(line);
	(void)level;
	if (len + more + 2 > sizeof(world_log))
		len = 0;
	memcpy(world_log + len, line, more);
	memcpy(world_log + len + more, "\n", 2);
}

static void *counted_alloc(size_t size)
{
	world_allocs++;
	return malloc(size);
}

void world_reset(void)
{
	world_now = 0xffffffffu - 3000; /* wraps within the first seconds */
	world_log[0] = '\0';
	world_allocs = 0;
	world_platform = hatch_default_port;
	world_platform.now_ms = virtual_now;
	world_platform.unix_time = virtual_unix;
	world_platform.log = keep_line;
	world_platform.alloc = counted_alloc;
}

/* xorshift32: any seed but 0 */
uint32_t world_random(struct world *w)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 17;
	w->seed ^= w->seed << 5;
	return w->seed;
}

void world_connect(struct world *w, struct hatch *srv, bool secure, uint32_t seed)
{
	struct hatch_address peer = { "192.0.2.7", 4711, { 0 } };
	memset(w, 0, sizeof(*w));
	w->srv = srv;
	w->seed = seed == 0 ? 1 : seed;
	w->up.bytes = malloc(WORLD_ROOM);
	w->down.bytes = malloc(WORLD_ROOM);
	w->up.piece = w->down.piece = WORLD_ROOM;
	assert_non_null(w->up.bytes);
	assert_non_null(w->down.bytes);
	assert_int_equal(hatch_conn_open(&w->c, srv, secure, &peer, world_now), 0);
	w->tls = secure ? tls_client_open(w) : NULL;
}

void world_close(struct world *w)
{
	if (w->c != NULL)
		hatch_conn_close(w->c);
	if (w->tls != NULL)
		tls_client_close(w->tls);
	free(w->up.bytes);
	free(w->down.bytes);
	memset(w, 0, sizeof(*w));
}

void world_say(struct world *w, const void *bytes, size_t len)
{
	if (w->tls != NULL) {
		tls_client_say(w->tls, bytes, len);
		return;
	}
	assert_true(len <= WORLD_ROOM - w->up.len);
	memcpy(w->up.bytes + w->up.len, bytes, len);
	w->up.len += len;
}

/* How many bytes the net moves now, of so many. */
static size_t portion(struct world *w, const struct line *line, size_t len)
{
	size_t most = line->piece != 0 ? line->piece : 1 + world_random(w) % 2000;
	return len < most ? len : most;
}

static bool deliver_up(struct world *w)
{
	size_t room, len = w->up.len - w->up.taken;
	void *place;
	if (w->up.stopped || (w->want & HATCH_WANT_RX) == 0)
		return false;
	if (w->up.cut_at != 0 && w->up.taken + len >= w->up.cut_at) {
		len = w->up.cut_at - w->up.taken;
		w->up.ended = true;
	}
	if (len == 0) {
		if (w->up.ended)
			hatch_conn_rx_end(w->c, 0);
		return w->up.ended;
	}
	place = hatch_conn_rx_buf(w->c, &room);
	if (place == NULL)
		return false;
	len = portion(w, &w->up, len < room ? len : room);
	memcpy(place, w->up.bytes + w->up.taken, len);
	w->up.taken += len;
	hatch_conn_rx_ack(w->c, len);
	return true;
}

static bool deliver_down(struct world *w)
{
	size_t len;
	const void *bytes;
	if (w->down.stopped || (w->want & HATCH_WANT_TX) == 0)
		return false;
	bytes = hatch_conn_tx_buf(w->c, &len);
	if (bytes == NULL)
		return false;
	if (w->down.cut_at != 0 && w->down.len >= w->down.cut_at) {
		hatch_conn_tx_end(w->c, HATCH_EGONE);
		return true;
	}
	len = portion(w, &w->down, len);
	if (w->down.cut_at != 0 && len > w->down.cut_at - w->down.len)
		len = w->down.cut_at - w->down.len;
	assert_true(len <= WORLD_ROOM - w->down.len);
	memcpy(w->down.bytes + w->down.len, bytes, len);
	w->down.len += len;
	hatch_conn_tx_ack(w->c, len);
	return true;
}

bool world_once(struct world *w)
{
	bool moved;
	if (w->want == HATCH_ENDED)
		return w->tls != NULL && tls_client_step(w->tls);
	w->want = hatch_conn_step(w->c, world_now);
	w->steps++;
	if (w->want == HATCH_ENDED)
		return true;
	moved = (w->want & HATCH_WANT_TURN) != 0;
	moved = deliver_down(w) || moved;
	moved = (w->tls != NULL && tls_client_step(w->tls)) || moved;
	/* A client that has heard our last word closes as well. */
	if (!w->stays && hatch_conn_tx_done(w->c) && w->up.taken == w->up.len)
		w->up.ended = true;
	return deliver_up(w) || moved;
}

bool world_settle(struct world *w)
{
	unsigned rounds = 0;
	while (world_once(w)) {
		if (++rounds > 20000000)
			fail_msg("seed %u: the connection never comes to rest", w->seed);
	}
	return w->want != HATCH_ENDED;
}

void world_pass(struct world *w, uint32_t ms)
{
	world_now += ms;
	(void)world_settle(w);
}

const char *world_heard(struct world *w, size_t *len)
{
	if (w->tls != NULL)
		return tls_client_heard(w->tls, len);
	*len = w->down.len;
	return (const char *)w->down.bytes;
}
