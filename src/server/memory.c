/*
 * memory.c - the one block: who gets what of it
 * SPDX-License-Identifier: MIT
 */
#include "server.h"

static void lay_out_conns(
	struct hatch *srv, struct hx_arena *arena, const struct hatch_config *config, bool tls)
{
	struct hatch_conn **conns = hx_arena_take(arena, config->max_conns * sizeof(*conns));
	struct hx_tls **conn_tls = hx_arena_take(arena, config->max_conns * sizeof(*conn_tls));
	struct hatch_wait *set = hx_arena_take(
		arena, ((size_t)config->max_conns + HX_LISTENERS) * sizeof(*set));
	for (uint32_t i = 0; i < config->max_conns; i++) {
		struct hatch_conn *c = hx_arena_take(arena, sizeof(*c));
		struct hx_tls *engine = tls ? hx_arena_take(arena, hx_tls_size()) : NULL;
		if (srv == NULL)
			continue;
		memset(c, 0, sizeof(*c));
		c->srv = srv;
		c->slot = i;
		c->sock = -1;
		conns[i] = c;
		conn_tls[i] = engine;
	}
	if (srv == NULL)
		return;
	srv->conns = conns;
	srv->conn_tls = conn_tls;
	srv->set = set;
}

static void lay_out_exchanges(
	struct hatch *srv, struct hx_arena *arena, const struct hatch_config *config)
{
	struct hatch_req **exchanges = hx_arena_take(
		arena, config->max_requests * sizeof(*exchanges));
	for (uint32_t i = 0; i < config->max_requests; i++) {
		struct hatch_req *req = hx_exchange_lay_out(arena, config);
		if (srv == NULL)
			continue;
		req->srv = srv;
		req->slot = i;
		req->phase = HX_OVER;
		req->next = srv->free_exchanges;
		srv->free_exchanges = req;
		exchanges[i] = req;
	}
	if (srv != NULL)
		srv->exchanges = exchanges;
}

static void lay_out_bodies(
	struct hatch *srv, struct hx_arena *arena, const struct hatch_config *config)
{
	uint32_t size = hx_config_body_size(config);
	for (uint32_t i = 0; size > 0 && i < config->bodies; i++) {
		struct hx_body_buf *buf = hx_arena_take(arena, sizeof(*buf));
		char *bytes = hx_arena_take(arena, size);
		if (srv == NULL)
			continue;
		buf->bytes = bytes;
		buf->next = srv->free_bodies;
		srv->free_bodies = buf;
	}
	if (srv != NULL)
		srv->body_size = size;
}

static void lay_out_lives(
	struct hatch *srv, struct hx_arena *arena, const struct hatch_config *config)
{
	size_t in_room = (size_t)config->live_piece + HX_LIVE_SLACK;
	if (config->max_live == 0)
		return;
	struct hx_live *slots = hx_arena_take(arena, config->max_live * sizeof(*slots));
	uint32_t queue_room = config->publish_queue / 16 *
			      16; /* each message begins at such a place */
	unsigned char *queue = hx_arena_take(arena, queue_room);
	for (uint32_t i = 0; i < config->max_live; i++) {
		char *in = hx_arena_take(arena, in_room);
		char *out = hx_arena_take(arena, config->live_buffer);
		if (srv == NULL)
			continue;
		memset(&slots[i], 0, sizeof(slots[i]));
		slots[i].slot = i;
		slots[i].in = in;
		slots[i].in_room = in_room;
		slots[i].out.bytes = out;
		slots[i].out.room = config->live_buffer;
	}
	if (srv == NULL)
		return;
	srv->lives.slots = slots;
	srv->lives.queue = queue;
	srv->lives.room = queue_room;
}

/* NULL where there is no limit, and while measuring. */
static struct hx_bucket *take_buckets(struct hx_arena *arena, uint16_t per_min)
{
	return per_min == HATCH_UNLIMITED
		       ? NULL
		       : hx_arena_take(arena, HX_RATE_CLIENTS * sizeof(struct hx_bucket));
}

struct hatch *hx_server_lay_out(struct hx_arena *arena, const struct hatch_config *config)
{
	bool tls = config->identity != NULL;
	struct hatch *srv = hx_arena_take(arena, sizeof(*srv));
	if (srv != NULL) {
		memset(srv, 0, sizeof(*srv));
		srv->config = *config;
		srv->port = config->platform;
		for (unsigned i = 0; i < HX_LISTENERS; i++)
			srv->listeners[i] = -1;
	}
	struct hx_tls_server *shared = tls ? hx_arena_take(arena, hx_tls_server_size()) : NULL;
	lay_out_conns(srv, arena, config, tls);
	lay_out_exchanges(srv, arena, config);
	lay_out_bodies(srv, arena, config);
	lay_out_lives(srv, arena, config);
	struct hx_post *posts = hx_arena_take(arena, config->posts * sizeof(*posts));
	struct hx_timer *timers = hx_arena_take(arena, config->timers * sizeof(*timers));
	struct hx_bucket *handshakes = take_buckets(
		arena, tls ? config->client_handshakes_per_min : (uint16_t)HATCH_UNLIMITED);
	struct hx_bucket *requests = take_buckets(arena, config->client_requests_per_min);
	void **workers = hx_arena_take(
		arena, (config->workers == NULL ? 0u : config->workers->count) * sizeof(*workers));
	if (srv == NULL)
		return NULL;
	srv->workers = workers;
	srv->tls = shared;
	srv->posts = posts;
	srv->timers = timers;
	hx_rate_init(&srv->handshakes, handshakes, config->client_handshakes_per_min);
	hx_rate_init(&srv->requests, requests, config->client_requests_per_min);
	return srv;
}

/* ---- the pools ---- */

struct hatch_conn *hx_conn_take(struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (c->used)
			continue;
		c->used = true;
		c->sock = -1;
		c->shut = c->woken = false;
		srv->stats.conns++;
		if (srv->stats.conns > srv->stats.conns_max)
			srv->stats.conns_max = srv->stats.conns;
		return c;
	}
	return NULL;
}

void hx_conn_give(struct hatch *srv, struct hatch_conn *c)
{
	c->used = false;
	srv->stats.conns--;
}

/* Somebody who is slow with a head, or with what is only thrown away, gives way to one who waits.
 */
static void hurry(struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (c->used && c->stage == hx_http1_discard)
			hx_conn_wake(c);
		if (!hx_conn_is_head(c))
			continue;
		uint32_t since = c->now - c->began;
		uint32_t grace = since < HATCH_HEAD_GRACE_MS ? HATCH_HEAD_GRACE_MS - since : 0;
		if (!hx_due_armed(&c->due, HX_DUE_HEAD) ||
			hx_due_left(&c->due, HX_DUE_HEAD, c->now) > grace)
			hx_due_arm(&c->due, HX_DUE_HEAD, c->now, grace);
	}
}

/* One client, however many connections it has, leaves one exchange to the others. */
static bool has_its_share(const struct hatch *srv, const struct hatch_conn *asks)
{
	uint32_t held = 0,
		 share = srv->config.max_requests > 1 ? srv->config.max_requests - 1u : 1u;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		const struct hatch_conn *c = srv->conns[i];
		if (c->used && c->ex != NULL && hx_same_client(&c->peer, &asks->peer))
			held++;
	}
	return held >= share;
}

struct hatch_req *hx_exchange_take(struct hatch_conn *asks)
{
	struct hatch *srv = asks->srv;
	struct hatch_req *req = has_its_share(srv, asks) ? NULL : srv->free_exchanges;
	if (req == NULL)
		hurry(srv);
	else
		srv->free_exchanges = req->next;
	return req;
}

bool hx_exchange_free(const struct hatch_conn *asks)
{
	return asks->srv->free_exchanges != NULL && !has_its_share(asks->srv, asks);
}

bool hx_exchange_awaited(const struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && srv->conns[i]->waits_pool && srv->conns[i]->ex == NULL)
			return true;
	return false;
}

void hx_exchange_give(struct hatch *srv, struct hatch_req *req)
{
	req->next = srv->free_exchanges;
	srv->free_exchanges = req;
	srv->freed = true;
}

struct hx_body_buf *hx_body_buf_take(struct hatch *srv)
{
	struct hx_body_buf *buf = srv->free_bodies;
	if (buf != NULL)
		srv->free_bodies = buf->next;
	return buf;
}

void hx_body_buf_give(struct hatch *srv, struct hx_body_buf *buf)
{
	buf->next = srv->free_bodies;
	srv->free_bodies = buf;
	srv->freed = true;
}

/* ---- record buffers ---- */

bool hx_record_awaited(const struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && srv->conns[i]->waits_record)
			return true;
	return false;
}

/* Who has had a pair for too long looks at whether somebody waits for it. */
void hx_record_hurry(struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && srv->conns[i]->record_late)
			hx_conn_wake(srv->conns[i]);
}

void hx_record_freed(struct hatch *srv)
{
	srv->freed = true;
}
