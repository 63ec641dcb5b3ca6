/*
 * loop.c - sockets and connections: who may come, whose turn it is, when to wait
 * SPDX-License-Identifier: MIT
 *
 * Each round every connection that is ready has one bounded turn.  A handshake
 * gives its turn back after every step, so that nobody waits longer than one
 * private-key operation of somebody else.
 */
#include "server.h"

/* How often in one turn a connection may go from step to socket and back. */
enum { TRIPS_PER_TURN = 8 };

/* How long to leave newcomers in the listen queue when there is no socket for them. */
enum { ACCEPT_PAUSE_MS = 100, EVICT_PAUSE_MS = 10 };

/* How long nothing is said again about too little memory. */
enum { MEMORY_SAID_MS = 60000 };

/* ---- accepting ---- */

/* What has arrived and not been looked at yet is no fault of the peer. */
static bool heard(const struct hatch *srv, const struct hatch_conn *c)
{
	return c->woken || srv->set[HX_LISTENERS + c->slot].ready != 0;
}

/*
 * The idle connection that has been so for longest; of one client, if peer is not NULL.  A browser
 * does not try again what it has asked for on a new connection.  And one from which something has
 * arrived, a request or its end, goes only where there is no other.
 */
static struct hatch_conn *longest_idle(
	struct hatch *srv, const struct hatch_address *peer, uint32_t now)
{
	struct hatch_conn *best = NULL, *heard_of = NULL;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (!hx_conn_is_idle(c) || (peer != NULL && !hx_same_client(peer, &c->peer)) ||
			hx_conn_fresh_ms(c, now) > 0)
			continue;
		if (srv->set[HX_LISTENERS + i].ready != 0)
			heard_of = c;
		else if (best == NULL || hx_due_wait(&c->due, now) < hx_due_wait(&best->due, now))
			best = c;
	}
	return best != NULL ? best : heard_of;
}

/* Of those whose peers have left their handshakes where they are: for longest. */
static struct hatch_conn *longest_stuck(
	struct hatch *srv, const struct hatch_address *peer, uint32_t now)
{
	struct hatch_conn *best = NULL;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (hx_conn_stuck_in_ms(c, now) != 0 || heard(srv, c) ||
			(peer != NULL && !hx_same_client(peer, &c->peer)))
			continue;
		if (best == NULL || now - c->moved > now - best->moved)
			best = c;
	}
	return best;
}

/* Of those who have had too many handshakes and wait for another: who came first. */
static struct hatch_conn *longest_delayed(struct hatch *srv, const struct hatch_address *peer)
{
	struct hatch_conn *best = NULL;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (!hx_conn_is_delayed(c) || (peer != NULL && !hx_same_client(peer, &c->peer)))
			continue;
		if (best == NULL || (int32_t)(c->opened - best->opened) < 0)
			best = c;
	}
	return best;
}

/*
 * Who gives way to a newcomer.  A handshake that does not go on is worth less than an idle
 * connection, which would have to make another.  Who waits for its own rate goes last.
 */
static struct hatch_conn *gives_way(
	struct hatch *srv, const struct hatch_address *peer, uint32_t now)
{
	struct hatch_conn *c = longest_stuck(srv, peer, now);
	if (c == NULL)
		c = longest_idle(srv, peer, now);
	return c != NULL ? c : longest_delayed(srv, peer);
}

/* Until a handshake may give way, or somebody who has come and asks for nothing. */
static uint32_t stuck_in_ms(const struct hatch *srv, uint32_t now)
{
	uint32_t least = HATCH_FOREVER;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		uint32_t ms = hx_conn_stuck_in_ms(srv->conns[i], now);
		uint32_t fresh = hx_conn_fresh_ms(srv->conns[i], now);
		ms = fresh > 0 && fresh < ms ? fresh : ms;
		least = ms < least ? ms : least;
	}
	return least;
}

static uint32_t count_client(struct hatch *srv, const struct hatch_address *peer)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && hx_same_client(peer, &srv->conns[i]->peer))
			count++;
	return count;
}

void hx_close_conn(struct hatch_conn *c)
{
	struct hatch *srv = c->srv;
	hatch_sock sock = c->sock;
	/* Who takes nothing any more will not take the rest from TCP either, which would keep it
	 * for minutes: on a device that is memory for other connections. */
	bool gone = hatch_conn_error(c) == HATCH_ETIME && !c->shut;
	hatch_conn_close(c);
	srv->paused = 0; /* what somebody waits for may be there now */
	if (sock >= 0 && gone)
		srv->port->reset(sock);
	else if (sock >= 0)
		srv->port->close(sock);
}

static void evict(struct hatch *srv, struct hatch_conn *c)
{
	bool stuck = hx_conn_is_handshake(c);
	srv->stats.evicted++;
	hx_log(srv, HATCH_DEBUG, "%s %s, closed to make room", c->peer.text,
		stuck ? "stuck in its handshake" : "idle");
	if (stuck) {
		hx_count_handshake(c, NULL);
		hx_conn_cut(c, HATCH_ETIME);
	}
	hx_close_conn(c);
}

static bool has_room(struct hatch *srv, uint32_t now)
{
	return srv->stats.conns < srv->config.max_conns || gives_way(srv, NULL, now) != NULL;
}

/* Only once somebody is there: an idle connection is worth keeping. */
static void make_room(struct hatch *srv, uint32_t now)
{
	if (srv->stats.conns < srv->config.max_conns)
		return;
	struct hatch_conn *c = gives_way(srv, NULL, now);
	if (c != NULL)
		evict(srv, c);
}

static bool over_client_limit(struct hatch *srv, const struct hatch_address *peer, uint32_t now)
{
	if (count_client(srv, peer) < srv->config.client_conns)
		return false;
	struct hatch_conn *c = gives_way(srv, peer, now);
	if (c == NULL)
		return true;
	evict(srv, c);
	return false;
}

static void refuse_newcomer(
	struct hatch *srv, hatch_sock sock, const struct hatch_address *peer, const char *why)
{
	srv->stats.refused++;
	hx_log(srv, HATCH_WARN, "%s refused: %s", peer->text, why);
	srv->port->close(sock);
}

/* The platform has no socket left: one comes free if somebody goes; else later. */
static void no_socket(struct hatch *srv, uint32_t now, int error)
{
	struct hatch_conn *c = gives_way(srv, NULL, now);
	hx_log(srv, HATCH_WARN, "cannot accept: %s", hatch_strerror(error));
	if (c != NULL)
		evict(srv, c);
	srv->paused = ~0u;
	srv->accept_after = now + ACCEPT_PAUSE_MS;
}

/* The n-th listener is secure if n is even. */
enum { SECURE_LISTENERS = 0x55555555 };

static void say_memory_is_short(struct hatch *srv, uint32_t now)
{
	if (srv->heap_was_said && now - srv->heap_said < MEMORY_SAID_MS)
		return;
	hx_log(srv, HATCH_WARN,
		"no memory for another TLS connection, which takes %lu bytes: newcomers wait",
		(unsigned long)srv->tls_peak);
	srv->heap_was_said = true;
	srv->heap_said = now;
}

/*
 * Somebody is there: does the heap carry another connection, if need be without one that gives
 * way?  Only one goes at a time: if that was not enough, nobody knows what is.
 */
static bool make_memory(struct hatch *srv, uint32_t now)
{
	struct hatch_conn *c;
	if (hx_admission_fits(srv))
		return true;
	if ((c = gives_way(srv, NULL, now)) != NULL)
		evict(srv, c);
	if (c != NULL && hx_admission_fits(srv))
		return true;
	if (c == NULL)
		say_memory_is_short(srv, now);
	srv->paused |= SECURE_LISTENERS;
	srv->accept_after = now + (c == NULL ? ACCEPT_PAUSE_MS : EVICT_PAUSE_MS);
	return false;
}

/*
 * One newcomer.  False: there is none, or none can be taken.  Only of the first is it known that
 * somebody is there: Linux lacks a descriptor also where nobody waits for one.
 */
static bool accept_one(struct hatch *srv, unsigned which, uint32_t now, bool first)
{
	struct hatch_address peer;
	struct hatch_conn *c;
	hatch_sock sock;
	if (!has_room(srv, now))
		return false;
	if (which % 2 == 0 && !(first ? make_memory(srv, now) : hx_admission_fits(srv)))
		return false;
	int ret = srv->port->accept(srv->net, srv->listeners[which], &sock, &peer);
	if (ret < 0 && first)
		no_socket(srv, now, ret);
	if (ret != 0)
		return false;
	if (over_client_limit(srv, &peer, now)) {
		srv->metrics.refused_share++;
		refuse_newcomer(srv, sock, &peer, "this client has its share of connections");
		return true;
	}
	make_room(srv, now);
	int error = hatch_conn_open(&c, srv, which % 2 == 0, &peer, now);
	while (error == HATCH_ENOMEM && (c = gives_way(srv, NULL, now)) != NULL) {
		evict(srv, c);
		error = hatch_conn_open(&c, srv, which % 2 == 0, &peer, now);
	}
	if (error < 0) {
		srv->metrics.refused_other++;
		refuse_newcomer(srv, sock, &peer, hatch_strerror(error));
		return true;
	}
	c->sock = sock;
	c->woken = true;
	srv->stats.accepted++;
	return true;
}

static void accept_some(struct hatch *srv, uint32_t now)
{
	for (unsigned which = 0; which < HX_LISTENERS; which++) {
		if (srv->listeners[which] < 0 || srv->set[which].ready == 0)
			continue;
		for (uint32_t i = 0;
			i < srv->config.max_conns && accept_one(srv, which, now, i == 0); i++)
			;
	}
}

/* ---- a connection's turn ---- */

/* True if bytes were moved. */
static bool transmit(struct hatch_conn *c)
{
	size_t len;
	const void *bytes = hatch_conn_tx_buf(c, &len);
	if (bytes == NULL)
		return false;
	int sent = c->srv->port->send(c->sock, bytes, len);
	if (sent == HATCH_LATER)
		return false;
	if (sent < 0)
		hatch_conn_tx_end(c, sent);
	else
		hatch_conn_tx_ack(c, (size_t)sent);
	c->srv->metrics.sent += sent > 0 ? (unsigned)sent : 0u;
	return true;
}

static bool receive(struct hatch_conn *c)
{
	size_t room;
	void *place = hatch_conn_rx_buf(c, &room);
	if (place == NULL)
		return false;
	int got = c->srv->port->recv(c->sock, place, room);
	if (got == HATCH_LATER)
		return false;
	if (got <= 0)
		hatch_conn_rx_end(c, got);
	else
		hatch_conn_rx_ack(c, (size_t)got);
	c->srv->metrics.received += got > 0 ? (unsigned)got : 0u;
	return true;
}

static void turn(struct hatch_conn *c)
{
	struct hatch *srv = c->srv;
	unsigned want = 0;
	bool moved = true;
	c->woken = false;
	for (unsigned trip = 0; moved && trip < TRIPS_PER_TURN; trip++) {
		want = hatch_conn_step(c, srv->port->now_ms());
		if (want == HATCH_ENDED) {
			hx_log(srv, HATCH_DEBUG, "%s closed: %s", c->peer.text,
				hatch_strerror(hatch_conn_error(c)));
			hx_close_conn(c);
			return;
		}
		moved = (want & HATCH_WANT_TX) != 0 && transmit(c);
		moved = ((want & HATCH_WANT_RX) != 0 && receive(c)) || moved;
		if (hatch_conn_tx_done(c) && !c->shut) {
			c->shut = true;
			srv->port->shutdown(c->sock);
		}
		if ((want & HATCH_WANT_TURN) != 0)
			break;
	}
	c->woken = c->woken || moved || (want & HATCH_WANT_TURN) != 0;
}

void hx_last_turns(struct hatch *srv)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && srv->conns[i]->sock >= 0 && srv->conns[i]->live != NULL)
			turn(srv->conns[i]);
}

static bool ready(struct hatch_conn *c, uint32_t now)
{
	return c->woken || c->srv->set[HX_LISTENERS + c->slot].ready != 0 ||
	       hatch_conn_wait_ms(c, now) == 0;
}

static void turns(struct hatch *srv)
{
	uint32_t now = srv->port->now_ms(), count = srv->config.max_conns;
	/* Somebody else is first each time, also among those who wait for a place. */
	srv->turn = (srv->turn + 1) % count;
	for (uint32_t i = 0; i < count; i++) {
		struct hatch_conn *c = srv->conns[(srv->turn + i) % count];
		/* Those without a socket are driven by somebody else. */
		if (c->used && c->sock >= 0 && !hx_conn_stands_still(c) && ready(c, now)) {
			srv->set[HX_LISTENERS + c->slot].ready = 0;
			turn(c);
		}
	}
}

/* ---- waiting ---- */

/* What to wait for, and how long at most. */
static uint32_t prepare(struct hatch *srv, uint32_t now, uint32_t wait)
{
	if (srv->paused != 0 && (int32_t)(srv->accept_after - now) <= 0)
		srv->paused = 0;
	if (srv->paused != 0 && srv->accept_after - now < wait)
		wait = srv->accept_after - now;
	bool open = has_room(srv, now);
	uint32_t stuck = open ? HATCH_FOREVER : stuck_in_ms(srv, now);
	wait = stuck < wait ? stuck : wait;
	for (unsigned i = 0; i < HX_LISTENERS; i++) {
		srv->set[i].sock = srv->listeners[i];
		srv->set[i].want = open && (srv->paused >> i & 1u) == 0 && srv->listeners[i] >= 0
					   ? HATCH_WAIT_RX
					   : 0;
		srv->set[i].ready = 0;
	}
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		struct hatch_wait *entry = &srv->set[HX_LISTENERS + i];
		entry->sock = c->sock;
		entry->want = entry->ready = 0;
		if (!c->used || c->sock < 0 || hx_conn_stands_still(c))
			continue;
		entry->want = (uint8_t)((hx_wire_wants_rx(&c->wire) ? HATCH_WAIT_RX : 0) |
					(hx_wire_wants_tx(&c->wire) ? HATCH_WAIT_TX : 0));
		uint32_t left = hatch_conn_wait_ms(c, now);
		c->woken = c->woken ||
			   ((c->waits_pool || c->waits_record || c->waits_work) && srv->freed);
		if (c->woken)
			left = 0;
		wait = left < wait ? left : wait;
	}
	srv->freed = false;
	uint32_t spare = srv->tls_ready ? hx_tls_spare_wait_ms(srv->tls, now) : HATCH_FOREVER;
	return spare < wait ? spare : wait;
}

/* Nobody is ready, and nobody has asked for a turn. */
static bool is_quiet(const struct hatch *srv)
{
	for (size_t i = 0; i < (size_t)srv->config.max_conns + HX_LISTENERS; i++)
		if (srv->set[i].ready != 0)
			return false;
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used && srv->conns[i]->woken)
			return false;
	return true;
}

/* Who comes while a spare key is made waits for no more than a third of a handshake's step. */
static void use_quiet(struct hatch *srv)
{
	uint32_t now = srv->port->now_ms();
	if (srv->tls_ready && hx_tls_spare_wait_ms(srv->tls, now) == 0)
		hx_tls_spare_make(srv->tls, now);
}

int hatch_poll(struct hatch *srv, uint32_t wait_ms)
{
	uint32_t now = srv->port->now_ms();
	uint32_t timer_ms = hx_timers_run(srv, now);
	hx_posts_run(srv, srv);
	if (srv->work != NULL)
		srv->work->settle(srv);
	hx_replace_settle(srv);
	uint32_t wait = prepare(srv, now, wait_ms < timer_ms ? wait_ms : timer_ms);
	if (hx_stopping(srv))
		return 1;
	int error = srv->port->wait(
		srv->net, srv->set, (size_t)srv->config.max_conns + HX_LISTENERS, wait);
	if (error < 0) {
		hx_log(srv, HATCH_ERROR, "the platform cannot wait: %s", hatch_strerror(error));
		return error;
	}
	bool quiet = is_quiet(srv);
	accept_some(srv, srv->port->now_ms());
	turns(srv);
	hx_posts_run(srv, srv);
	if (quiet && !hx_stopping(srv))
		use_quiet(srv);
	return hx_stopping(srv) ? 1 : 0;
}

void hx_conn_wake(struct hatch_conn *c)
{
	c->woken = true;
}
