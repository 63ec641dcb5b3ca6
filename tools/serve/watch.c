/* SPDX-License-Identifier: MIT */
/* See watch.h. */
#include "serve/watch.h"

#include <stdio.h>
#include <string.h>

#include <hatch_port.h>

struct watch watch;
static uint32_t requests_before;

uint32_t watch_now(void)
{
	return hatch_default_port.now_ms();
}

/* ---- connections ---- */

/* A row for a newcomer, at the top. */
static struct watch_conn *push(const char *peer)
{
	size_t kept = watch.conns < WATCH_CONNS ? watch.conns++ : WATCH_CONNS - 1;
	memmove(&watch.conn[1], &watch.conn[0], kept * sizeof(watch.conn[0]));
	memset(&watch.conn[0], 0, sizeof(watch.conn[0]));
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
}

/* The row of whoever asks; a connection without TLS has one for its address. */
static struct watch_conn *find(const struct hatch_req *req, const char *peer)
{
	struct hatch_tls_facts facts;
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
	char peer[46];
	struct hatch_span span = hatch_peer(req);
	(void)user;
	(void)status;
	(void)sent;
	(void)error;
	snprintf(peer, sizeof(peer), "%.*s", (int)span.len, span.ptr);
	struct watch_conn *conn = find(req, peer);
	if (conn == NULL)
		return;
	conn->requests++;
	conn->seen_ms = watch_now();
}

const struct hatch_observer watch_observer = { .handshake = on_handshake, .exchange = on_exchange };

/* ---- the log ---- */

void watch_log(enum hatch_level level, const char *line)
{
	struct watch_line *place = &watch.line[++watch.lines % WATCH_LINES];
	place->number = watch.lines;
	place->at_ms = watch_now();
	place->level = (uint8_t)level;
	snprintf(place->text, sizeof(place->text), "%s", line);
}

/* ---- seconds ---- */

/* The heap that is free, where the platform knows; else what TLS has taken of it. */
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
	requests_before = stats.requests;
}

int watch_start(struct hatch *srv)
{
	return hatch_every(srv, 1000, second, NULL);
}
