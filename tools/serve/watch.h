/* SPDX-License-Identifier: MIT */
/*
 * What somebody who watches the server sees: its last connections and handshakes, a minute of
 * numbers, the last lines of its log.  Tables of fixed size, the newest first.
 */
#ifndef TOOLS_SERVE_WATCH_H
#define TOOLS_SERVE_WATCH_H

#include <hatch.h>

enum {
	WATCH_CONNS = 10,
	WATCH_SHAKES = 32,
	WATCH_SECONDS = 60,
	WATCH_LINES = 24,
	WATCH_LINE = 120
};

/* The library tells of a handshake and of each exchange, not of the end of a connection. */
struct watch_conn {
	char peer[46];
	char version[12], suite[48], group[16];
	bool secure, resumed;
	uint32_t shake_ms; /* the handshake's time */
	uint64_t shake_ns; /* its processor time: with the peer, what tells connections apart */
	uint32_t seen_ms;  /* when it last did something, as watch_now() */
	uint32_t requests;
};

struct watch_line {
	uint32_t number, at_ms; /* from 1 on */
	uint8_t level;
	char text[WATCH_LINE];
};

struct watch {
	struct watch_conn conn[WATCH_CONNS];
	size_t conns;
	struct {
		uint32_t ms;
		bool resumed;
	} shake[WATCH_SHAKES];
	size_t shakes;
	/* one each second, the newest last */
	struct {
		uint32_t requests, heap;
	} second[WATCH_SECONDS];
	size_t seconds;
	struct watch_line line[WATCH_LINES]; /* a ring: line number n is at n % WATCH_LINES */
	uint32_t lines;
};

extern struct watch watch;
extern const struct hatch_observer watch_observer; /* for config.observer */

uint32_t watch_now(void); /* ms */
void watch_log(enum hatch_level level, const char *line);

/* Begins to count seconds, after hatch_open(). */
int watch_start(struct hatch *srv);

#endif
