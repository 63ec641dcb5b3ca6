/*
 * conn.c - a connection as a machine without I/O, see conn.h and hatch_conn.h
 * SPDX-License-Identifier: MIT
 */
#include "conn.h"

#include "server.h"

/* A step ends by itself when it must wait; this bounds what it does before that. */
enum { STAGES_PER_STEP = 64 };

/* See moves_on(). */
enum { UNREAD_RECORDS = 3 };

static hx_stage handshake, farewell, goodbye, ended;

static const char https_here[] = "HTTP/1.1 400 Bad Request\r\n"
				 "Content-Type: text/plain; charset=utf-8\r\n"
				 "Content-Length: 56\r\n"
				 "Connection: close\r\n"
				 "\r\n"
				 "This port speaks HTTPS: put https:// before the address\n";

void hx_conn_enter(struct hatch_conn *c, hx_stage *stage)
{
	c->stage = stage;
}

static void first_error(struct hatch_conn *c, int error)
{
	if (c->error == 0)
		c->error = error;
}

/* In order, if error is 0. */
static void drop_live(struct hatch_conn *c, int error)
{
	struct hx_live *live = c->live;
	c->live = NULL;
	if (live != NULL)
		live->engine->drop(live, error);
}

void hx_conn_cut(struct hatch_conn *c, int error)
{
	first_error(c, error);
	hx_http1_drop(c, error == 0 ? HATCH_EGONE : error);
	drop_live(c, error == 0 ? HATCH_EGONE : error);
	hx_due_disarm_all(&c->due);
	hx_due_disarm(&c->due, HX_DUE_RECORD);
	hx_conn_enter(c, ended);
}

void hx_conn_goodbye(struct hatch_conn *c, int error, bool linger)
{
	first_error(c, error);
	hx_http1_drop(c, error == 0 ? HATCH_EGONE : error);
	drop_live(c, error);
	hx_due_disarm_all(&c->due);
	hx_due_arm(&c->due, HX_DUE_GOODBYE, c->now, hx_config(c->srv)->goodbye_ms);
	c->linger = linger;
	hx_conn_enter(c, goodbye);
}

void hx_conn_farewell(struct hatch_conn *c, const char *bytes, int error)
{
	first_error(c, error);
	hx_due_disarm_all(&c->due);
	hx_due_arm(&c->due, HX_DUE_GOODBYE, c->now, hx_config(c->srv)->goodbye_ms);
	c->tx = hatch_str(bytes);
	hx_conn_enter(c, farewell);
}

int hx_conn_write(struct hatch_conn *c)
{
	while (c->tx.len > 0) {
		int sent = c->engine->ops->write(c->engine, c->tx.ptr, c->tx.len);
		if (sent == HATCH_LATER) {
			if (!hx_due_armed(&c->due, HX_DUE_SEND))
				hx_due_arm(
					&c->due, HX_DUE_SEND, c->now, hx_config(c->srv)->send_ms);
			return 0;
		}
		if (sent < 0)
			return sent;
		hx_due_disarm(&c->due, HX_DUE_SEND);
		c->tx = hx_span(c->tx.ptr + sent, c->tx.len - (size_t)sent);
	}
	return 1;
}

/* ---- stages ---- */

static void handshake_failed(struct hatch_conn *c, int error)
{
	char reason[96];
	hx_count_handshake(c, NULL);
	if (hx_tls_got_plain_http(hx_conn_tls(c))) {
		hx_log(c->srv, HATCH_INFO, "%s spoke plain HTTP to the TLS port: told so",
			c->peer.text);
		c->engine->ops->free(c->engine);
		hx_record_freed(c->srv);
		hx_wire_free(&c->wire);
		hx_clear_init(&c->clear, &c->wire);
		c->engine = &c->clear.engine;
		hx_conn_farewell(c, https_here, error);
		return;
	}
	hx_tls_reason(hx_conn_tls(c), reason, sizeof(reason));
	hx_log(c->srv, HATCH_INFO, "%s no TLS connection: %s", c->peer.text, reason);
	c->said_bye = true; /* the alert that TLS wanted is on the wire already */
	hx_conn_goodbye(c, error, error == HATCH_ETLS);
}

/* Certificates were optional, and this one is not good: the reason is nowhere else. */
static void say_bad_cert(struct hatch_conn *c, const struct hatch_tls_facts *facts)
{
	char reason[96];
	if (facts->client_cert.ptr == NULL || facts->client_verified)
		return;
	hx_tls_reason(hx_conn_tls(c), reason, sizeof(reason));
	hx_log(c->srv, HATCH_WARN, "%s shows a certificate: %s", c->peer.text, reason);
}

static void handshake_done(struct hatch_conn *c)
{
	struct hatch_tls_facts facts;
	c->wire.gather = false;
	c->moved = c->now;
	c->handshake_ms = c->now - c->opened;
	c->handshake_peak = c->account.peak;
	hx_due_disarm(&c->due, HX_DUE_HANDSHAKE);
	hx_http1_secure.facts(c, &facts);
	if (c->secure) {
		hx_count_handshake(c, &facts);
		hx_admission_learn(c->srv, &c->account);
		hx_log(c->srv, HATCH_INFO, "%s %s %s %s %s in %lu ms, heap %lu, peak %lu",
			c->peer.text, facts.version, facts.suite, facts.group,
			facts.resumed ? "resumed" : "full", (unsigned long)facts.handshake_ms,
			(unsigned long)facts.heap_now, (unsigned long)facts.heap_peak);
		say_bad_cert(c, &facts);
	}
	hx_due_arm(&c->due, HX_DUE_IDLE, c->now, hx_config(c->srv)->idle_ms);
	hx_conn_enter(c, hx_http1_idle);
}

/* The ClientHello begins to arrive: may this client have another handshake now? */
static bool may_begin(struct hatch_conn *c)
{
	if (c->admitted || c->wire.rx_len == 0)
		return true;
	uint32_t wait = hx_handshake_rate(c);
	c->admitted = wait == 0;
	if (wait != 0) {
		hx_due_arm(&c->due, HX_DUE_RATE, c->now, wait);
		/* Its time begins with its turn. */
		c->moved = c->now;
		if (hx_config(c->srv)->handshake_ms != HATCH_FOREVER)
			hx_due_arm(&c->due, HX_DUE_HANDSHAKE, c->now,
				wait + hx_config(c->srv)->handshake_ms);
	}
	if (wait != 0 && !c->delayed)
		hx_count_delayed(c);
	return wait == 0;
}

static enum hx_go handshake(struct hatch_conn *c)
{
	if (c->secure && !may_begin(c))
		return HX_GO_WAIT;
	uint64_t before = hx_cpu_ns(c->srv);
	int ret = c->engine->ops->handshake(c->engine);
	c->handshake_cpu_ns += hx_cpu_ns(c->srv) - before;
	if (ret == HATCH_LATER)
		return HX_GO_WAIT;
	c->moved = c->now;
	if (ret == 1)
		return HX_GO_TURN;
	if (ret < 0)
		handshake_failed(c, ret);
	else
		handshake_done(c);
	return HX_GO_ON;
}

static enum hx_go farewell(struct hatch_conn *c)
{
	while (c->tx.len > 0) {
		int sent = c->engine->ops->write(c->engine, c->tx.ptr, c->tx.len);
		if (sent == HATCH_LATER)
			return HX_GO_WAIT;
		if (sent < 0) {
			hx_conn_cut(c, sent);
			return HX_GO_ON;
		}
		c->tx = hx_span(c->tx.ptr + sent, c->tx.len - (size_t)sent);
	}
	hx_conn_goodbye(c, 0, true);
	return HX_GO_ON;
}

static enum hx_go goodbye(struct hatch_conn *c)
{
	if (!c->said_bye) {
		if (c->engine->ops->close(c->engine) == HATCH_LATER)
			return HX_GO_WAIT;
		c->said_bye = true;
	}
	if (hx_wire_wants_tx(&c->wire))
		return HX_GO_WAIT;
	c->tx_done = true;
	/* Closing a socket with bytes unread resets it, and the peer loses our last words. */
	if (c->linger && !c->wire.rx_ended) {
		hx_wire_drain(&c->wire);
		return HX_GO_WAIT;
	}
	hx_conn_cut(c, 0);
	return HX_GO_ON;
}

static enum hx_go ended(struct hatch_conn *c)
{
	(void)c;
	return HX_GO_WAIT;
}

/* ---- the driver's side ---- */

static void out_of_time(struct hatch_conn *c)
{
	if (hx_conn_is_handshake(c)) {
		hx_count_handshake(c, NULL);
		hx_log(c->srv, HATCH_INFO, "%s no TLS connection: out of time", c->peer.text);
	}
	hx_conn_cut(c, HATCH_ETIME);
}

static void overdue(struct hatch_conn *c, enum hx_due_name which)
{
	hx_due_disarm(&c->due, which);
	if (which == HX_DUE_GOODBYE) {
		hx_conn_cut(c, 0);
	} else if (which == HX_DUE_RECORD) {
		c->record_late = true;
	} else if (which == HX_DUE_HANDSHAKE) {
		out_of_time(c);
	} else if (which == HX_DUE_SEND) {
		hx_conn_cut(c, HATCH_ETIME);
	} else if (which == HX_DUE_IDLE && c->waits_record) {
		/* Its request has come: it is for us to take it. */
		hx_due_arm(&c->due, HX_DUE_IDLE, c->now, hx_config(c->srv)->idle_ms);
	} else if (which == HX_DUE_IDLE) {
		hx_conn_goodbye(c, 0, false);
	} else if (which == HX_DUE_LIVE) {
		c->live->engine->due(c->live);
	} else if (which != HX_DUE_RATE) { /* after that the handshake itself asks again */
		hx_http1_overdue(c, which);
	}
}

/*
 * Whether the peer keeps us from giving record buffers back.  An application that does not take
 * the body yet is not the peer; a request that was sent before its turn is.
 */
static bool peer_keeps_buffers(const struct hatch_conn *c, unsigned rest, enum hx_go go)
{
	if ((rest & HX_REST_HOLDS) == 0 || (rest & HX_REST_WORKS) != 0 || go != HX_GO_WAIT)
		return false;
	if ((rest & HX_REST_UNREAD) == 0 || hx_wire_wants_tx(&c->wire))
		return true;
	return c->live == NULL && (c->ex == NULL || c->body.done || c->stage != hx_http1_exchange);
}

/*
 * Each record has its time.  But who has sent more than is read cannot pass its buffers on between
 * two records: he has the time of a few, however many there are.
 */
static bool moves_on(struct hatch_conn *c, unsigned rest)
{
	if ((rest & HX_REST_GAVE) != 0)
		c->record_moves = 0;
	if ((rest & HX_REST_MOVED) == 0 || (rest & HX_REST_UNREAD) == 0)
		return (rest & HX_REST_MOVED) != 0;
	if (c->record_late || c->record_moves >= UNREAD_RECORDS)
		return false;
	c->record_moves++;
	return true;
}

/* At the end of a step. */
static void settle_buffers(struct hatch_conn *c, enum hx_go go)
{
	unsigned rest = c->engine->ops->rest(c->engine);
	if ((rest & HX_REST_GAVE) != 0)
		hx_record_freed(c->srv);
	if (!peer_keeps_buffers(c, rest, go)) {
		hx_due_disarm(&c->due, HX_DUE_RECORD);
		c->record_late = false;
	} else if (moves_on(c, rest) ||
		   (!c->record_late && !hx_due_armed(&c->due, HX_DUE_RECORD))) {
		hx_due_arm(&c->due, HX_DUE_RECORD, c->now, hx_config(c->srv)->record_ms);
		c->record_late = false;
	}
	c->waits_record = (rest & HX_REST_WAITS) != 0;
	c->waits_work = (rest & HX_REST_WORKS) != 0;
	if (c->waits_work)
		c->moved = c->now;
	if (c->waits_record) {
		c->moved = c->now; /* it is not the peer that keeps it */
		hx_record_hurry(c->srv);
	}
}

/* What is shared is given back at once, whenever the driver closes. */
static void leave(struct hatch_conn *c)
{
	c->waits_record = c->record_late = c->waits_pool = c->waits_work = false;
	hx_wire_free(&c->wire);
	c->engine->ops->abandon(c->engine);
	hx_record_freed(c->srv);
}

unsigned hatch_conn_step(struct hatch_conn *c, uint32_t now_ms)
{
	enum hx_due_name which;
	enum hx_go go = HX_GO_ON;
	if (hx_conn_stands_still(c))
		return HATCH_WANT_APP;
	c->now = now_ms;
	if (c->tx_progress && hx_due_armed(&c->due, HX_DUE_SEND))
		hx_due_arm(&c->due, HX_DUE_SEND, now_ms, hx_config(c->srv)->send_ms);
	c->tx_progress = false;
	while ((which = hx_due_passed(&c->due, now_ms)) != HX_DUE_NONE)
		overdue(c, which);
	if (c->record_late && hx_record_awaited(c->srv))
		out_of_time(c);
	for (unsigned i = 0; go == HX_GO_ON && i < STAGES_PER_STEP; i++)
		go = c->stage(c);
	if (hx_conn_stands_still(c))
		return HATCH_WANT_APP;
	if (c->stage == ended) {
		leave(c);
		return HATCH_ENDED;
	}
	settle_buffers(c, go);
	/* A flight leaves when it is whole: what is gathered waits while the handshake has more. */
	bool more = go == HX_GO_TURN && hx_wire_only_gathers(&c->wire);
	unsigned want = (hx_wire_wants_rx(&c->wire) ? (unsigned)HATCH_WANT_RX : 0u) |
			(hx_wire_wants_tx(&c->wire) && !more ? (unsigned)HATCH_WANT_TX : 0u);
	if (go != HX_GO_WAIT)
		want |= HATCH_WANT_TURN;
	return want != 0 ? want : (unsigned)HATCH_WANT_APP;
}

uint32_t hatch_conn_wait_ms(const struct hatch_conn *c, uint32_t now_ms)
{
	return hx_conn_stands_still(c) ? HATCH_FOREVER : hx_due_wait(&c->due, now_ms);
}

void *hatch_conn_rx_buf(struct hatch_conn *c, size_t *room)
{
	return hx_wire_rx_buf(&c->wire, room);
}

void hatch_conn_rx_ack(struct hatch_conn *c, size_t len)
{
	hx_wire_rx_ack(&c->wire, len);
}

void hatch_conn_rx_end(struct hatch_conn *c, int error)
{
	hx_wire_rx_end(&c->wire, error);
}

const void *hatch_conn_tx_buf(struct hatch_conn *c, size_t *len)
{
	return hx_wire_tx_buf(&c->wire, len);
}

void hatch_conn_tx_ack(struct hatch_conn *c, size_t len)
{
	hx_wire_tx_ack(&c->wire, len);
	c->tx_progress = len > 0 || c->tx_progress;
}

void hatch_conn_tx_end(struct hatch_conn *c, int error)
{
	hx_wire_tx_end(&c->wire, error);
}

bool hatch_conn_tx_done(const struct hatch_conn *c)
{
	return c->tx_done;
}

int hatch_conn_error(const struct hatch_conn *c)
{
	return c->error;
}

bool hx_conn_stands_still(const struct hatch_conn *c)
{
	return c->working;
}

bool hx_conn_is_idle(const struct hatch_conn *c)
{
	return c->used && ((c->stage == hx_http1_idle && !c->waits_pool && !c->waits_record &&
				   !hx_wire_wants_tx(&c->wire) && c->wire.rx_len == 0) ||
				  (c->stage == goodbye && c->tx_done));
}

bool hx_conn_is_handshake(const struct hatch_conn *c)
{
	return c->secure && c->stage == handshake;
}

bool hx_conn_is_delayed(const struct hatch_conn *c)
{
	return c->used && hx_conn_is_handshake(c) && c->delayed && !c->admitted;
}

uint32_t hx_conn_stuck_in_ms(const struct hatch_conn *c, uint32_t now_ms)
{
	uint32_t since = now_ms - c->moved;
	if (!c->used || !hx_conn_is_handshake(c) || c->waits_record || c->waits_work ||
		hx_conn_is_delayed(c))
		return HATCH_FOREVER;
	return since < HATCH_HANDSHAKE_GRACE_MS ? HATCH_HANDSHAKE_GRACE_MS - since : 0;
}

uint32_t hx_conn_fresh_ms(const struct hatch_conn *c, uint32_t now_ms)
{
	uint32_t since = now_ms - c->moved;
	if (!hx_conn_is_idle(c) || c->asked || c->tx_done || since >= HATCH_HEAD_GRACE_MS)
		return 0;
	return HATCH_HEAD_GRACE_MS - since;
}

bool hx_conn_is_head(const struct hatch_conn *c)
{
	return c->used && c->stage == hx_http1_head;
}

/* ---- opening and closing ---- */

static int open_engine(struct hatch_conn *c)
{
	if (!c->secure) {
		hx_clear_init(&c->clear, &c->wire);
		c->engine = &c->clear.engine;
		return 0;
	}
	c->wire.gather = true;
	c->engine = hx_tls_engine(hx_conn_tls(c));
	return hx_tls_open(hx_conn_tls(c), hx_tls_shared(c->srv), &c->wire, &c->account);
}

int hatch_conn_open(struct hatch_conn **out, struct hatch *srv, bool secure,
	const struct hatch_address *peer, uint32_t now_ms)
{
	struct hatch_conn *c = hx_conn_take(srv);
	*out = NULL;
	if (c == NULL)
		return HATCH_EFULL;
	if (secure && hx_tls_shared(srv) == NULL) {
		hx_conn_give(srv, c);
		return HATCH_ESTATE;
	}
	size_t from = offsetof(struct hatch_conn, stage);
	memset((char *)c + from, 0, sizeof(*c) - from);
	c->secure = secure;
	c->peer = *peer;
	c->now = c->opened = c->moved = now_ms;
	c->account.max = hx_config(srv)->tls_heap_max;
	hx_wire_init(&c->wire, hx_flight(srv));
	int error = open_engine(c);
	if (error < 0) {
		hx_wire_free(&c->wire);
		hx_conn_give(srv, c);
		return error;
	}
	hx_due_arm(&c->due, HX_DUE_HANDSHAKE, now_ms, hx_config(srv)->handshake_ms);
	hx_conn_enter(c, handshake);
	*out = c;
	return 0;
}

void hatch_conn_close(struct hatch_conn *c)
{
	if (c->working)
		c->srv->work->wait_for(c);
	hx_conn_cut(c, 0);
	c->engine->ops->free(c->engine);
	hx_record_freed(c->srv);
	hx_wire_free(&c->wire);
	hx_conn_give(c->srv, c);
}
