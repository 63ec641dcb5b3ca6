/*
 * live.c - live connections: their slots, and the stage that drives them
 * SPDX-License-Identifier: MIT
 *
 * A connection that waits for the peer has asked its engine for bytes, as an idle one has: so it
 * holds no record buffers, and its deadlines are those of its kind and HX_DUE_SEND.
 */
#include "../live/live.h"

#include "../app/respond.h"
#include "server.h"

/* How often a turn goes from reading to writing: others have theirs. */
enum { ROUNDS_PER_TURN = 4 };

static struct hatch_conn *conn_of(const struct hx_live *live)
{
	return live->conn;
}

/* ---- slots ---- */

struct hx_live *hx_live_at(struct hatch *srv, uint32_t slot)
{
	if (slot >= srv->config.max_live || !srv->lives.slots[slot].used)
		return NULL;
	return &srv->lives.slots[slot];
}

struct hx_live *hx_live_find(struct hatch *srv, struct hatch_live_ref ref)
{
	struct hx_live *live = hx_live_at(srv, ref.slot);
	return live != NULL && live->generation == ref.generation ? live : NULL;
}

/* One client leaves one slot to the others. */
static bool has_its_share(struct hatch *srv, const struct hatch_conn *asks)
{
	uint32_t held = 0, most = srv->config.max_live;
	for (uint32_t i = 0; i < most; i++) {
		const struct hx_live *live = hx_live_at(srv, i);
		if (live != NULL && hx_same_client(&conn_of(live)->peer, &asks->peer))
			held++;
	}
	return held >= (most > 1 ? most - 1 : most);
}

static struct hx_live *free_slot(struct hatch *srv, const struct hatch_conn *asks)
{
	if (has_its_share(srv, asks))
		return NULL;
	for (uint32_t i = 0; i < srv->config.max_live; i++)
		if (!srv->lives.slots[i].used)
			return &srv->lives.slots[i];
	return NULL;
}

static hx_stage live_stage;

static void begin(struct hx_live *live)
{
	struct hatch_conn *c = conn_of(live);
	c->live = live;
	hx_due_disarm_all(&c->due);
	hx_conn_enter(c, live_stage);
	live->ops->begin(live);
}

/* The slot may be another's before the connection is over: nothing is received into it. */
static void forget_place(struct hx_live *live)
{
	struct hx_wire *wire = &conn_of(live)->wire;
	uintptr_t at = (uintptr_t)wire->rx, in = (uintptr_t)live->in;
	if (at >= in && at < in + live->in_room)
		hx_wire_forget(wire);
}

static void drop(struct hx_live *live, int error)
{
	const struct hx_live_ops *ops = live->ops;
	if (!live->used)
		return;
	forget_place(live);
	ops->end(live, live->error != 0 ? live->error : error);
	hx_live_give(live);
}

static void due(struct hx_live *live)
{
	live->ops->due(live);
}

static const struct hx_live_engine engine = { begin, drop, due };

struct hx_live *hx_live_take(struct hatch_req *req, const struct hx_live_ops *ops)
{
	struct hatch *srv = req->srv;
	struct hatch_conn *c = req->carrier_self;
	if (hx_conn_stands_still(c)) {
		hx_log(srv, HATCH_ERROR, "a live handler is not for a policy that says worker");
		hx_respond_plain(req, 500);
		return NULL;
	}
	struct hx_live *live = free_slot(srv, c);
	if (live == NULL) {
		if (srv->config.max_live == 0)
			hx_log(srv, HATCH_ERROR, "there are no live slots: set config.max_live");
		else
			hx_log(srv, HATCH_WARN,
				"%s: no live slot: config.max_live is %u, of which one client may "
				"have %s",
				c->peer.text, (unsigned)srv->config.max_live,
				srv->config.max_live > 1 ? "all but one" : "all");
		(void)hatch_set_field(req, "Retry-After", "10");
		hx_respond_plain(req, 503);
		return NULL;
	}
	size_t from = offsetof(struct hx_live, used);
	memset((char *)live + from, 0, sizeof(*live) - from);
	live->out.at = live->out.len = 0;
	live->used = true;
	live->srv = srv;
	if (++live->generation == 0)
		live->generation = 1; /* 0 is nobody's */
	live->engine = &engine;
	live->conn = c;
	live->ops = ops;
	live->route = req->route;
	live->arg = req->arg;
	srv->stats.live++;
	return live;
}

void hx_live_give(struct hx_live *live)
{
	live->used = false;
	live->srv->stats.live--;
}

void hx_live_count_drop(struct hatch *srv, uint32_t messages)
{
	srv->stats.live_dropped += messages;
}

/* ---- what a kind asks for ---- */

void hx_live_timer(struct hx_live *live, uint32_t ms)
{
	struct hatch_conn *c = conn_of(live);
	hx_due_arm(&c->due, HX_DUE_LIVE, c->now, ms);
}

void hx_live_wake(struct hx_live *live)
{
	hx_conn_wake(conn_of(live));
}

void hx_live_finish(struct hx_live *live, int error)
{
	live->finish = true;
	live->error = error;
	hx_live_wake(live);
}

void hx_live_cut(struct hx_live *live, int error)
{
	live->cut = true;
	live->error = error;
	hx_live_wake(live);
}

/* ---- the stage ---- */

static bool has_place(const struct hatch_conn *c)
{
	char *at;
	return !c->live->finish && !c->live->cut && c->live->ops->place(c->live, &at) > 0;
}

/* What has arrived: 0 to wait for more, 1 if there was some, or an error. */
static int receive(struct hatch_conn *c)
{
	char *at;
	size_t room = c->live->ops->place(c->live, &at);
	int got = c->engine->ops->read(c->engine, at, room);
	if (got == HATCH_LATER)
		return 0;
	if (got <= 0)
		return got == 0 ? HATCH_EGONE : got;
	c->live->ops->take(c->live, (size_t)got);
	return 1;
}

/* What waits: 0 if it has to wait longer, 1 when nothing does, or an error. */
static int transmit(struct hatch_conn *c)
{
	struct hx_ring *out = &c->live->out;
	for (;;) {
		if (c->tx.len == 0)
			c->tx = hx_ring_front(out);
		if (c->tx.len == 0)
			return 1;
		size_t before = c->tx.len;
		int ret = hx_conn_write(c);
		hx_ring_drop(out, before - c->tx.len);
		if (ret != 1)
			return ret;
	}
}

static enum hx_go cut(struct hatch_conn *c, int error)
{
	hx_conn_cut(c, error == 0 ? HATCH_EGONE : error);
	return HX_GO_ON;
}

/* The peer has said its last.  What it has not taken yet stands in the slot's memory. */
static enum hx_go left(struct hatch_conn *c, int error)
{
	if (c->live->out.len > 0 || hx_wire_wants_tx(&c->wire))
		return cut(c, error);
	c->said_bye = error != HATCH_EGONE;
	hx_conn_goodbye(c, error, false);
	return HX_GO_ON;
}

/* One round of reading and writing. */
static enum hx_go go_round(struct hatch_conn *c)
{
	struct hx_live *live = c->live;
	bool open = has_place(c);
	int got = open ? receive(c) : 0;
	if (got < 0)
		return left(c, got);
	live->ops->fill(live);
	if (live->cut)
		return cut(c, live->error);
	int sent = transmit(c);
	if (sent < 0)
		return cut(c, sent);
	live->ops->fill(live); /* there may be room again */
	if (live->finish && live->out.len == 0) {
		hx_conn_goodbye(c, live->error, true);
		return HX_GO_ON;
	}
	bool more = got > 0 || (sent == 1 && live->out.len > 0) || (!open && has_place(c));
	return more || c->woken ? HX_GO_TURN : HX_GO_WAIT;
}

static enum hx_go live_stage(struct hatch_conn *c)
{
	struct hx_live *live = c->live;
	enum hx_go go = HX_GO_TURN;
	if (hx_stopping(c->srv) && !live->stopping) {
		live->stopping = true;
		live->ops->stop(live);
	}
	for (unsigned i = 0; i < ROUNDS_PER_TURN && go == HX_GO_TURN; i++) {
		c->woken = false; /* by what the application does meanwhile */
		go = go_round(c);
	}
	return go;
}
