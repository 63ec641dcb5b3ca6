/* SPDX-License-Identifier: MIT */
/* See watch.h. */
#include "serve/watch.h"

#include <stdio.h>
#include <string.h>

#include <hatch_port.h>

struct watch watch;
const struct watch_listener *watch_listener;
static uint32_t requests_before;

uint32_t watch_now(void)
{
	return hatch_default_port.now_ms();
}

/* ---- connections ---- */

/* The row that is to go: the oldest, rather of a connection that may be over than of a live one. */
static size_t oldest(void)
{
	size_t at = WATCH_CONNS - 1;
	while (at > 0 && watch.conn[at].live.generation != 0)
		at--;
	return watch.conn[at].live.generation != 0 ? WATCH_CONNS - 1 : at;
}

/* The number of this address, for as long as it has a row. */
static uint16_t number_of(const char *peer)
{
	static uint16_t last;
	for (size_t i = 0; i < watch.conns; i++)
		if (strcmp(watch.conn[i].peer, peer) == 0)
			return watch.conn[i].client;
	return ++last;
}

/* A row for a newcomer, at the top. */
static struct watch_conn *push(const char *peer)
{
	uint16_t number = number_of(peer);
	size_t kept = watch.conns < WATCH_CONNS ? watch.conns++ : oldest();
	memmove(&watch.conn[1], &watch.conn[0], kept * sizeof(watch.conn[0]));
	memset(&watch.conn[0], 0, sizeof(watch.conn[0]));
	watch.conns_changed = true;
	watch.conn[0].client = number;
	snprintf(watch.conn[0].peer, sizeof(watch.conn[0].peer), "%s", peer);
	return &watch.conn[0];
}

static void on_handshake(void *user, const char *peer, const struct hatch_tls_facts *facts)
{
	(void)user;
	struct watch_conn *conn = push(peer);
	conn->secure = true;
	conn->resumed = facts->resumed;
	conn->shake_ms = facts->handshake_ms;
	conn->shake_ns = facts->handshake_cpu_ns;
	conn->seen_ms = watch_now();
	snprintf(conn->version, sizeof(conn->version), "%s", facts->version);
	snprintf(conn->suite, sizeof(conn->suite), "%s", facts->suite);
	snprintf(conn->group, sizeof(conn->group), "%s", facts->group);
	memmove(&watch.shake[1], &watch.shake[0], (WATCH_SHAKES - 1) * sizeof(watch.shake[0]));
	watch.shake[0].ms = facts->handshake_ms;
	watch.shake[0].resumed = facts->resumed;
	if (watch.shakes < WATCH_SHAKES)
		watch.shakes++;
	watch.shakes_ever++;
	if (watch_listener != NULL)
		watch_listener->handshake();
}

/* The row of whoever asks; a connection without TLS has one for its address. */
static struct watch_conn *find(const struct hatch_req *req)
{
	struct hatch_tls_facts facts;
	struct hatch_span span = hatch_peer(req);
	char peer[46];
	snprintf(peer, sizeof(peer), "%.*s", (int)span.len, span.ptr);
	bool secure = hatch_tls_facts_of(req, &facts) == 0;
	for (size_t i = 0; i < watch.conns; i++) {
		struct watch_conn *conn = &watch.conn[i];
		if (conn->secure == secure && strcmp(conn->peer, peer) == 0 &&
			(!secure || (conn->shake_ms == facts.handshake_ms &&
					    conn->shake_ns == facts.handshake_cpu_ns)))
			return conn;
	}
	return secure ? NULL : push(peer);
}

static void on_exchange(void *user, struct hatch_req *req, int status, uint64_t sent, int error)
{
	(void)user;
	(void)status;
	(void)sent;
	(void)error;
	struct watch_conn *conn = find(req);
	if (conn == NULL)
		return;
	conn->requests++;
	conn->seen_ms = watch_now();
	watch.conns_changed = true;
}

const struct watch_conn *watch_conn_of(const struct hatch_req *req)
{
	return find(req);
}

void watch_live(const struct hatch_req *req, struct hatch_live_ref who)
{
	struct watch_conn *conn = find(req);
	if (conn != NULL)
		conn->live = who;
}

void watch_ended(struct hatch_live_ref who)
{
	for (size_t i = 0; i < watch.conns; i++) {
		struct watch_conn *conn = &watch.conn[i];
		if (conn->live.generation != who.generation || conn->live.slot != who.slot)
			continue;
		conn->live.generation = 0;
		conn->seen_ms = watch_now();
		watch.conns_changed = true;
	}
}

const struct hatch_observer watch_observer = { .handshake = on_handshake, .exchange = on_exchange };

/* ---- the log ---- */

uint32_t watch_oldest_line(void)
{
	return watch.lines < WATCH_LINES ? 1 : watch.lines - WATCH_LINES + 1;
}

void watch_log(enum hatch_level level, const char *line)
{
	struct watch_line *place = &watch.line[++watch.lines % WATCH_LINES];
	place->number = watch.lines;
	place->at_ms = watch_now();
	place->level = (uint8_t)level;
	snprintf(place->text, sizeof(place->text), "%s", line);
	if (watch_listener != NULL)
		watch_listener->line(place);
}

/* ---- seconds ---- */

static void second(struct hatch *srv, void *arg)
{
	struct hatch_stats stats;
	(void)arg;
	hatch_get_stats(srv, &stats);
	if (watch.seconds == WATCH_SECONDS)
		memmove(&watch.second[0], &watch.second[1],
			(WATCH_SECONDS - 1) * sizeof(watch.second[0]));
	else
		watch.seconds++;
	watch.second[watch.seconds - 1].requests = stats.requests - requests_before;
	watch.second[watch.seconds - 1].heap = stats.heap_free != 0 ? stats.heap_free
								    : stats.tls_heap;
	watch.second[watch.seconds - 1].largest = stats.heap_largest;
	watch.seconds_ever++;
	requests_before = stats.requests;
	if (watch_listener != NULL)
		watch_listener->second(srv);
}

int watch_start(struct hatch *srv)
{
	return hatch_every(srv, 1000, second, NULL);
}
