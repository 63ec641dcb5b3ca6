/* SPDX-License-Identifier: MIT */
/* See state.h. */
#include "serve/state.h"

#include <limits.h>

#include "serve/device.h"
#include "serve/login.h"
#include "serve/preferences.h"
#include "serve/watch.h"

/* What a connection takes at the most, a log line without its text, and the end behind them. */
enum { CONN_ROOM = 320, LINE_ROOM = 64, END_ROOM = 32 };

static bool has_files;

void state_set_files(bool there_are)
{
	has_files = there_are;
}

static void add_server(struct json *json, const struct hatch_req *req)
{
	struct hatch_stats s;
	hatch_get_stats(hatch_server(req), &s);
	json_add(json,
		"\"uptime_ms\":%lu,\"open\":%lu,\"idle\":%lu,\"most\":%lu,\"full\":%lu,"
		"\"resumed\":%lu,\"failed\":%lu,\"requests\":%lu,",
		(unsigned long)s.uptime_ms, (unsigned long)s.conns, (unsigned long)s.conns_idle,
		(unsigned long)s.conns_max, (unsigned long)s.handshakes_full,
		(unsigned long)s.handshakes_resumed, (unsigned long)s.handshakes_failed,
		(unsigned long)s.requests);
	json_add(json, "\"heap\":{\"free\":%lu,\"largest\":%lu,\"tls\":%lu,\"block\":%lu},",
		(unsigned long)s.heap_free, (unsigned long)s.heap_largest,
		(unsigned long)s.tls_heap, (unsigned long)s.memory);
}

static void add_history(struct json *json)
{
	json_add(json, ",\"handshakes\":[");
	for (size_t i = 0; i < watch.shakes; i++)
		json_add(json, "%s{\"ms\":%lu,\"resumed\":%s}", i == 0 ? "" : ",",
			(unsigned long)watch.shake[i].ms, json_truth(watch.shake[i].resumed));
	json_add(json, "],\"requests_per_s\":[");
	for (size_t i = 0; i < watch.seconds; i++)
		json_add(json, "%s%lu", i == 0 ? "" : ",", (unsigned long)watch.second[i].requests);
	json_add(json, "],\"heap_per_s\":[");
	for (size_t i = 0; i < watch.seconds; i++)
		json_add(json, "%s%lu", i == 0 ? "" : ",", (unsigned long)watch.second[i].heap);
	json_add(json, "]");
}

/* Addresses of others are for those who have logged in. */
static void add_connections(struct json *json, struct hatch_req *req, bool member)
{
	uint32_t now = watch_now();
	json_add(json, ",\"connections\":[");
	for (size_t i = 0; i < watch.conns && json_left(json) > CONN_ROOM; i++) {
		const struct watch_conn *c = &watch.conn[i];
		json_add(json, "%s{\"peer\":", i == 0 ? "" : ",");
		json_add_text(json, member || hatch_eq(hatch_peer(req), c->peer) ? c->peer : "");
		json_add(json,
			",\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\",\"resumed\":%s,"
			"\"secure\":%s,\"ms\":%lu,\"requests\":%lu,\"seen_ms\":%lu}",
			c->version, c->suite, c->group, json_truth(c->resumed),
			json_truth(c->secure), (unsigned long)c->shake_ms,
			(unsigned long)c->requests, (unsigned long)(now - c->seen_ms));
	}
	json_add(json, "]");
}

/* The oldest that is wanted and there; with the newest at the end. */
static uint32_t first_line(struct hatch_req *req)
{
	long since;
	uint32_t first = watch.lines < WATCH_LINES ? 1 : watch.lines - WATCH_LINES + 1;
	if (hatch_to_long(hatch_query(req, "since"), 0, LONG_MAX, &since) == 0 &&
		(uint32_t)since >= first && (uint32_t)since <= watch.lines)
		first = (uint32_t)since + 1;
	return first;
}

/* Once its quotation marks and backslashes are escaped; the library has escaped the rest. */
static size_t escaped_len(const char *text)
{
	size_t len = 0;
	for (; *text != '\0'; text++)
		len += *text == '"' || *text == '\\' ? 2 : 1;
	return len;
}

/* The first of those that fit, counted from the newest. */
static uint32_t first_that_fits(const struct json *json, uint32_t first)
{
	size_t room = json_left(json) - END_ROOM;
	uint32_t n = watch.lines + 1;
	while (n > first) {
		size_t len = LINE_ROOM + escaped_len(watch.line[(n - 1) % WATCH_LINES].text);
		if (len > room)
			break;
		room -= len;
		n--;
	}
	return n;
}

/* For those who have logged in, too: it has addresses and paths of everybody. */
static void add_log(struct json *json, struct hatch_req *req, bool member)
{
	uint32_t now = watch_now(), first = first_that_fits(json, first_line(req));
	if (!member) {
		json_add(json, ",\"log\":null");
		return;
	}
	json_add(json, ",\"log\":[");
	for (uint32_t n = first; n <= watch.lines; n++) {
		const struct watch_line *line = &watch.line[n % WATCH_LINES];
		json_add(json,
			"%s{\"n\":%lu,\"ago_ms\":%lu,\"level\":%u,\"text\":", n == first ? "" : ",",
			(unsigned long)n, (unsigned long)(now - line->at_ms),
			(unsigned)line->level);
		json_add_text(json, line->text);
		json_add(json, "}");
	}
	json_add(json, "]");
}

int state_get(struct hatch_req *req)
{
	struct json *json = json_begin();
	bool member = hatch_session_of(req, &login_sessions) != NULL;
	json_add(json, "{");
	preferences_add(json);
	json_add(json, ",\"files\":%s,", json_truth(has_files));
	add_server(json, req);
	device_add_this(json, req);
	json_add(json, ",");
	device_add_leds(json);
	add_history(json);
	add_connections(json, req, member);
	add_log(json, req, member);
	json_add(json, "}\n");
	return json_send(req, json);
}
