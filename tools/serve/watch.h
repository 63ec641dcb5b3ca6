/* SPDX-License-Identifier: MIT */
/*
 * What somebody who watches the server sees: its last connections and handshakes, a minute of
 * numbers, the last lines of its log.  Tables of fixed size, the newest first.
 */
#ifndef TOOLS_SERVE_WATCH_H
#define TOOLS_SERVE_WATCH_H

#include <hatch_live.h>

enum {
	WATCH_CONNS = 10,
	WATCH_SHAKES = 32,
	WATCH_SECONDS = 60,
	WATCH_LINES = 24,
	WATCH_LINE = 120
};

/*
 * The library tells of a handshake, of each exchange and of the end of a live connection, not of
 * that of others.
 */
struct watch_conn {
	char peer[46];
	char version[12], suite[48], group[16];
	bool secure, resumed;
	uint32_t shake_ms; /* the handshake's time */
	uint64_t shake_ns; /* its processor time: with the peer, what tells connections apart */
	uint32_t seen_ms;  /* when it last did something, as watch_now() */
	uint32_t requests;
	uint16_t client; /* a number in its address's place, for those who may not see that */
	struct hatch_live_ref live; /* generation 0: it is none */
};

struct watch_line {
	uint32_t number, at_ms; /* from 1 on */
	uint8_t level;
	char text[WATCH_LINE];
};

struct watch {
	struct watch_conn conn[WATCH_CONNS];
	size_t conns;
	bool conns_changed; /* for whoever looks at them: it takes it back */
	struct {
		uint32_t ms;
		bool resumed;
	} shake[WATCH_SHAKES];
	size_t shakes;
	uint32_t shakes_ever;
	/* one each second, the newest last */
	struct {
		uint32_t requests;
		uint32_t heap;    /* free, where the platform knows; else what TLS has taken */
		uint32_t largest; /* free block; 0: not known */
	} second[WATCH_SECONDS];
	size_t seconds;
	uint32_t seconds_ever;
	struct watch_line line[WATCH_LINES]; /* a ring: line number n is at n % WATCH_LINES */
	uint32_t lines;
};

extern struct watch watch;
extern const struct hatch_observer watch_observer; /* for config.observer */

/* Who is told at once, on the task on which it happens; NULL: nobody is. */
struct watch_listener {
	void (*second)(struct hatch *srv);
	void (*handshake)(void); /* watch.shake[0] */
	void (*line)(const struct watch_line *line);
};
extern const struct watch_listener *watch_listener;

uint32_t watch_now(void); /* ms */

/* The row of this connection; NULL: it has none any more. */
const struct watch_conn *watch_conn_of(const struct hatch_req *req);

/* This connection has become a live one, and that one has ended. */
void watch_live(const struct hatch_req *req, struct hatch_live_ref who);
void watch_ended(struct hatch_live_ref who);

uint32_t watch_oldest_line(void); /* its number; over watch.lines: there is none */
void watch_log(enum hatch_level level, const char *line);

/* Begins to count seconds, after hatch_open(). */
int watch_start(struct hatch *srv);

#endif
