/* SPDX-License-Identifier: MIT */
/* See state.h. */
#include "serve/state.h"

#include <limits.h>

#include <hatch_port.h>

#include "serve/device.h"
#include "serve/login.h"
#include "serve/preferences.h"

/* What a connection takes at the most, a log line without its text, and the end behind them. */
enum { CONN_ROOM = 360, LINE_ROOM = 64, END_ROOM = 32 };

static bool has_files;

void state_set_files(bool there_are)
{
	has_files = there_are;
}

uint32_t state_run(void)
{
	static uint32_t run;
	if (run == 0 && hatch_default_port.random((unsigned char *)&run, sizeof(run)) != 0)
		run = watch_now();
	return run |= 1;
}

/* ---- numbers ---- */

void state_add_numbers(struct json *json, struct hatch *srv)
{
	struct hatch_stats s;
	hatch_get_stats(srv, &s);
	json_add(json,
		"\"second\":%lu,\"uptime_ms\":%lu,\"open\":%lu,\"idle\":%lu,\"most\":%lu,\"live\":%lu,",
		(unsigned long)watch.seconds_ever, (unsigned long)s.uptime_ms,
		(unsigned long)s.conns, (unsigned long)s.conns_idle, (unsigned long)s.conns_max,
		(unsigned long)s.live);
	json_add(json, "\"full\":%lu,\"resumed\":%lu,\"failed\":%lu,\"requests\":%lu,",
		(unsigned long)s.handshakes_full, (unsigned long)s.handshakes_resumed,
		(unsigned long)s.handshakes_failed, (unsigned long)s.requests);
	json_add(json, "\"heap\":{\"free\":%lu,\"largest\":%lu,\"tls\":%lu,\"block\":%lu}",
		(unsigned long)s.heap_free, (unsigned long)s.heap_largest,
		(unsigned long)s.tls_heap, (unsigned long)s.memory);
}

void state_add_shake(struct json *json, size_t which)
{
	json_add(json, "{\"ms\":%lu,\"resumed\":%s}", (unsigned long)watch.shake[which].ms,
		json_truth(watch.shake[which].resumed));
}

static void add_history(struct json *json)
{
	json_add(json, "\"shake\":%lu,\"handshakes\":[", (unsigned long)watch.shakes_ever);
	for (size_t i = 0; i < watch.shakes; i++) {
		json_add(json, i == 0 ? "" : ",");
		state_add_shake(json, i);
	}
	json_add(json, "],\"requests_per_s\":[");
	for (size_t i = 0; i < watch.seconds; i++)
		json_add(json, "%s%lu", i == 0 ? "" : ",", (unsigned long)watch.second[i].requests);
	json_add(json, "],\"heap_per_s\":[");
	for (size_t i = 0; i < watch.seconds; i++)
		json_add(json, "%s%lu", i == 0 ? "" : ",", (unsigned long)watch.second[i].heap);
	json_add(json, "],\"largest_per_s\":[");
	for (size_t i = 0; i < watch.seconds; i++)
		json_add(json, "%s%lu", i == 0 ? "" : ",", (unsigned long)watch.second[i].largest);
	json_add(json, "]");
}

/* Who asks: his own address is shown to everybody, and he finds himself in the table by a number.
 */
static void add_you(struct json *json, const struct hatch_req *req)
{
	const struct watch_conn *conn = watch_conn_of(req);
	if (conn == NULL)
		return;
	json_add(json, "\"you\":{\"client\":%u,\"peer\":", (unsigned)conn->client);
	json_add_text(json, conn->peer);
	json_add(json, "},");
}

void state_add_all(struct json *json, const struct hatch_req *req)
{
	json_add(json, "\"run\":%lu,\"files\":%s,", (unsigned long)state_run(),
		json_truth(has_files));
	preferences_add(json);
	json_add(json, ",");
	state_add_numbers(json, hatch_server(req));
	json_add(json, ",");
	add_you(json, req);
	device_add_this(json, req);
	json_add(json, ",");
	device_add_leds(json);
	json_add(json, ",");
	add_history(json);
}

/* ---- connections ---- */

/* Addresses of others are for those who have logged in. */
void state_add_connections(struct json *json, bool member)
{
	uint32_t now = watch_now();
	json_add(json, "\"connections\":[");
	for (size_t i = 0; i < watch.conns && json_left(json) > CONN_ROOM; i++) {
		const struct watch_conn *c = &watch.conn[i];
		json_add(
			json, "%s{\"client\":%u,\"peer\":", i == 0 ? "" : ",", (unsigned)c->client);
		json_add_text(json, member ? c->peer : "");
		json_add(json,
			",\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\",\"resumed\":%s,"
			"\"secure\":%s,\"live\":%s,\"ms\":%lu,\"requests\":%lu,\"seen_ms\":%lu}",
			c->version, c->suite, c->group, json_truth(c->resumed),
			json_truth(c->secure), json_truth(c->live.generation != 0),
			(unsigned long)c->shake_ms, (unsigned long)c->requests,
			(unsigned long)(now - c->seen_ms));
	}
	json_add(json, "]");
}

/* ---- the log ---- */

/* The oldest that is wanted and there; with the newest at the end. */
static uint32_t first_line(struct hatch_req *req)
{
	long since;
	uint32_t first = watch_oldest_line();
	if (hatch_to_long(hatch_query(req, "since"), 0, LONG_MAX, &since) == 0 &&
		(uint32_t)since >= first && (uint32_t)since <= watch.lines)
		first = (uint32_t)since + 1;
	return first;
}

/* The first of those that fit, counted from the newest.  The library has escaped control
 * characters. */
static uint32_t first_that_fits(const struct json *json, uint32_t first)
{
	size_t room = json_left(json) - END_ROOM;
	uint32_t n = watch.lines + 1;
	while (n > first) {
		size_t len = LINE_ROOM + json_text_len(watch.line[(n - 1) % WATCH_LINES].text);
		if (len > room)
			break;
		room -= len;
		n--;
	}
	return n;
}

void state_add_line(struct json *json, const struct watch_line *line)
{
	json_add(json,
		"{\"n\":%lu,\"ago_ms\":%lu,\"level\":%u,\"text\":", (unsigned long)line->number,
		(unsigned long)(watch_now() - line->at_ms), (unsigned)line->level);
	json_add_text(json, line->text);
	json_add(json, "}");
}

void state_add_lines(struct json *json, uint32_t first)
{
	first = first_that_fits(json, first);
	json_add(json, "\"log\":[");
	for (uint32_t n = first; n <= watch.lines; n++) {
		json_add(json, n == first ? "" : ",");
		state_add_line(json, &watch.line[n % WATCH_LINES]);
	}
	json_add(json, "]");
}

int state_get(struct hatch_req *req)
{
	struct json *json = json_begin();
	bool member = hatch_session_of(req, &login_sessions) != NULL;
	json_add(json, "{");
	state_add_all(json, req);
	json_add(json, ",");
	state_add_connections(json, member);
	json_add(json, ",");
	if (!member) /* it has addresses and paths of everybody, too */
		json_add(json, "\"log\":null");
	else
		state_add_lines(json, first_line(req));
	json_add(json, "}\n");
	return json_send(req, json);
}
