/*
 * sim.c - see sim.h
 * SPDX-License-Identifier: MIT
 */
#include "sim.h"

#include <stdio.h>

uint32_t world_now;
char world_log[LOG_ROOM];
unsigned long world_allocs;

/* ---- bytes ---- */

void bytes_add(struct bytes *b, const void *from, size_t len)
{
	if (b->len + len + 1 > b->room) {
		b->room = (b->len + len + 1) * 2;
		b->ptr = realloc(b->ptr, b->room);
		assert_non_null(b->ptr);
	}
	if (len > 0)
		memcpy(b->ptr + b->len, from, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void bytes_drop(struct bytes *b, size_t len)
{
	assert_true(len <= b->len);
	if (len == 0)
		return;
	memmove(b->ptr, b->ptr + len, b->len - len + 1);
	b->len -= len;
}

bool bytes_have(const struct bytes *b, const char *text)
{
	return b->len > 0 && strstr(b->ptr, text) != NULL;
}

const char *heard(struct peer *p)
{
	bytes_add(&p->heard, "", 0);
	return p->heard.ptr;
}

/* ---- chance ---- */

uint64_t sim_seed(void)
{
	const char *text = getenv("HATCH_SEED");
	return text == NULL ? 1 : strtoull(text, NULL, 0);
}

bool sim_long(void)
{
	return getenv("HATCH_LONG") != NULL;
}

/* xorshift64* */
uint32_t sim_random(struct world *w, uint32_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (uint32_t)((w->random * 0x2545f4914f6cdd1dull) >> 33) % below;
}

/* ---- the platform ---- */

static uint32_t virtual_now(void)
{
	return world_now;
}

static int64_t virtual_date(void)
{
	return 1700000000;
}

static void *counted_alloc(size_t size)
{
	world_allocs++;
	return malloc(size);
}

static void keep_line(enum hatch_level level, const char *line)
{
	size_t len = strlen(world_log), more = strlen(line);
	(void)level;
	if (len + more + 2 > LOG_ROOM)
		return;
	memcpy(world_log + len, line, more);
	memcpy(world_log + len + more, "\n", 2);
}

void world_open(struct world *w, struct hatch_config config, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->random = seed * 0x9e3779b97f4a7c15ull + 1;
	w->port = hatch_default_port;
	w->port.now_ms = virtual_now;
	w->port.unix_time = virtual_date;
	w->port.alloc = counted_alloc;
	w->port.log = keep_line;
	world_log[0] = '\0';
	world_now = 0xffffffffu - 20000; /* it wraps soon */
	config.platform = &w->port;
	config.port = HATCH_PORT_NONE;
	if (config.identity != NULL)
		sim_tls_seed(seed);
	assert_int_equal(hatch_open(&w->srv, &config), 0);
}

void world_check_pools(struct world *w)
{
	struct hatch *srv = w->srv;
	unsigned exchanges = 0, bodies = 0;
	for (struct hatch_req *req = srv->free_exchanges; req != NULL; req = req->next)
		exchanges++;
	for (struct hx_body_buf *buf = srv->free_bodies; buf != NULL; buf = buf->next)
		bodies++;
	assert_int_equal(exchanges, srv->config.max_requests);
	assert_int_equal(bodies, srv->body_size > 0 ? srv->config.bodies : 0);
	assert_int_equal(srv->stats.conns, 0);
	assert_null(srv->flight.holder);
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		assert_false(srv->conns[i]->used);
}

void world_close(struct world *w)
{
	for (size_t i = 0; i < w->peer_count; i++)
		peer_free(&w->peers[i]);
	world_check_pools(w);
	hatch_close(w->srv);
	w->srv = NULL;
}

/* ---- peers ---- */

static const struct hatch_address somebody = { .text = "192.0.2.7",
	.bytes = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7 } };

int peer_try(struct world *w, bool secure, struct peer **out)
{
	struct peer *p = &w->peers[w->peer_count];
	assert_true(w->peer_count < PEERS_MAX);
	memset(p, 0, sizeof(*p));
	p->secure = secure;
	int ret = hatch_conn_open(&p->conn, w->srv, secure, &somebody, world_now);
	if (ret == 0)
		w->peer_count++;
	*out = ret == 0 ? p : NULL;
	return ret;
}

struct peer *peer_plain(struct world *w, const struct say *script, size_t count)
{
	struct peer *p;
	assert_int_equal(peer_try(w, false, &p), 0);
	p->script = script;
	p->script_count = count;
	return p;
}

struct peer *peer_tls(
	struct world *w, const struct say *script, size_t count, const struct tls_wish *wish)
{
	struct peer *p;
	assert_int_equal(peer_try(w, true, &p), 0);
	p->script = script;
	p->script_count = count;
	sim_tls_open(p, wish);
	return p;
}

/* A plain client that only says this. */
struct peer *peer_text(struct world *w, const char *request)
{
	struct peer *p = peer_plain(w, NULL, 0);
	bytes_add(&p->up, request, strlen(request));
	return p;
}

void peer_hang_up(struct peer *p)
{
	p->want_fin = true;
}

void peer_free(struct peer *p)
{
	if (p->conn != NULL)
		hatch_conn_close(p->conn);
	p->conn = NULL;
	if (p->secure)
		sim_tls_free(p);
	free(p->heard.ptr);
	free(p->up.ptr);
	free(p->down.ptr);
	memset(&p->heard, 0, sizeof(p->heard));
	memset(&p->up, 0, sizeof(p->up));
	memset(&p->down, 0, sizeof(p->down));
}

/* ---- the network ---- */

static size_t portion(struct world *w, const struct peer *p, size_t len)
{
	if (p->split == SPLIT_NONE || len <= 1)
		return len;
	if (p->split == SPLIT_BYTES || sim_random(w, 4) == 0)
		return 1;
	return 1 + sim_random(w, (uint32_t)(len < 3000 ? len : 3000));
}

/* How much may pass before the line breaks. */
static size_t before_cut(size_t total, size_t cut, size_t len)
{
	if (cut == 0 || total + len < cut)
		return len;
	return total < cut ? cut - total : 0;
}

static void line_breaks(struct peer *p)
{
	p->up_broken = p->told_end = true;
	hatch_conn_rx_end(p->conn, p->cut_rude ? HATCH_EGONE : 0);
	if (p->cut_rude)
		hatch_conn_tx_end(p->conn, HATCH_EGONE);
}

static bool carry_down(struct world *w, struct peer *p)
{
	size_t len;
	const void *from = hatch_conn_tx_buf(p->conn, &len);
	if (from == NULL || p->stall_down)
		return false;
	size_t take = before_cut(p->down_total, p->cut_down, portion(w, p, len));
	bytes_add(&p->down, from, take);
	p->down_total += take;
	if (take > 0)
		hatch_conn_tx_ack(p->conn, take);
	if (p->cut_down != 0 && p->down_total >= p->cut_down && !p->told_end) {
		p->cut_rude = true;
		line_breaks(p);
		return true;
	}
	return take > 0;
}

static bool carry_up(struct world *w, struct peer *p)
{
	size_t room;
	void *to = hatch_conn_rx_buf(p->conn, &room);
	if (to == NULL || p->stall_up || p->up_broken)
		return false;
	size_t len = p->up.len < room ? p->up.len : room;
	size_t take = before_cut(p->up_total, p->cut_up, portion(w, p, len));
	if (take > 0) {
		memcpy(to, p->up.ptr, take);
		hatch_conn_rx_ack(p->conn, take);
		bytes_drop(&p->up, take);
		p->up_total += take;
		return true;
	}
	if ((p->cut_up != 0 && p->up_total >= p->cut_up) || (p->want_fin && p->up.len == 0)) {
		line_breaks(p);
		return true;
	}
	return false;
}

/* ---- the client ---- */

static void pump_plain(struct peer *p)
{
	bytes_add(&p->heard, p->down.ptr, p->down.len);
	bytes_drop(&p->down, p->down.len);
	while (p->script_at < p->script_count) {
		const struct say *say = &p->script[p->script_at];
		if (say->after != NULL && !bytes_have(&p->heard, say->after))
			return;
		bytes_add(&p->up, say->text, say->len == 0 ? strlen(say->text) : say->len);
		p->script_at++;
	}
}

static void pump(struct world *w, struct peer *p)
{
	if (p->secure)
		sim_tls_pump(w, p);
	else
		pump_plain(p);
}

/* ---- running ---- */

/* One step and what follows from it.  True if anything has moved. */
static bool turn(struct world *w, struct peer *p)
{
	pump(w, p);
	if (p->conn == NULL)
		return false;
	p->want = hatch_conn_step(p->conn, world_now);
	assert_int_not_equal(p->want, 0);
	if ((p->want & HATCH_WANT_TURN) == 0 && hatch_conn_wait_ms(p->conn, world_now) == 0)
		assert_int_equal(p->want, HATCH_ENDED); /* a deadline has passed: seen to */
	if (p->want == HATCH_ENDED) {
		p->ended = true;
		p->ended_at = world_now;
		p->error = hatch_conn_error(p->conn);
		p->fin = p->fin || hatch_conn_tx_done(p->conn);
		hatch_conn_close(p->conn);
		p->conn = NULL;
		return true;
	}
	bool moved = (p->want & HATCH_WANT_TX) != 0 && carry_down(w, p);
	moved = ((p->want & HATCH_WANT_RX) != 0 && carry_up(w, p)) || moved;
	p->fin = p->fin || hatch_conn_tx_done(p->conn);
	return moved || (p->want & HATCH_WANT_TURN) != 0;
}

void world_settle(struct world *w)
{
	bool moved = true;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < w->peer_count; i++)
			moved = turn(w, &w->peers[i]) || moved;
		w->ticked = false;
		if (w->tick != NULL)
			w->tick(w);
		moved = moved || w->ticked || w->srv->freed;
		w->srv->freed = false;
	}
	for (size_t i = 0; i < w->peer_count; i++)
		pump(w, &w->peers[i]);
}

/* Milliseconds to whatever is due first, at most ms. */
static uint32_t next_due(struct world *w, uint32_t ms)
{
	for (size_t i = 0; i < w->peer_count; i++) {
		if (w->peers[i].conn == NULL)
			continue;
		uint32_t left = hatch_conn_wait_ms(w->peers[i].conn, world_now);
		ms = left < ms ? left : ms;
	}
	return ms == 0 ? 1 : ms;
}

void world_pass(struct world *w, uint32_t ms)
{
	world_settle(w);
	while (ms > 0) {
		uint32_t step = next_due(w, ms);
		world_now += step;
		ms -= step;
		world_settle(w);
	}
}

bool world_until_end(struct world *w, struct peer *p, uint32_t ms)
{
	world_settle(w);
	while (ms > 0 && !p->ended) {
		uint32_t step = next_due(w, ms);
		world_now += step;
		ms -= step;
		world_settle(w);
	}
	return p->ended;
}
