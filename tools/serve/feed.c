/* SPDX-License-Identifier: MIT */
/* See feed.h. */
#include "serve/feed.h"

#include "serve/device.h"
#include "serve/login.h"
#include "serve/preferences.h"
#include "serve/state.h"

enum {
	AGAIN_S = 600,
	RETRY_MS = 2000,
	RECENT = 6144,
	RECENT_PRIVATE = 6144,
	CONNS_MAX = 3584,
	LINES_MAX = 3072
};

/* A line, with all of its characters escaped, and what stands around it. */
enum { LINE_MAX = 2 * WATCH_LINE + 128 };

static struct hatch *server; /* NULL: nothing is sent */
static bool owes_leds, owes_settings;

static int newcomer(struct hatch_req *req, struct hatch_live_ref who);
static int member(struct hatch_req *req, struct hatch_live_ref who);

static void leaves(struct hatch_live_ref who, const void *stream)
{
	(void)stream;
	watch_ended(who);
}

static char recent[RECENT], recent_private[RECENT_PRIVATE];

/* Who is too slow comes again, and is sent the whole; of the log he misses some lines. */
struct hatch_event_stream feed_events = { .memory = recent,
	.memory_len = sizeof(recent),
	.retry_ms = RETRY_MS,
	.slow = HATCH_SLOW_CLOSE,
	.open = newcomer,
	.close = leaves };
struct hatch_event_stream feed_members = { .memory = recent_private,
	.memory_len = sizeof(recent_private),
	.retry_ms = RETRY_MS,
	.open = member,
	.close = leaves };

/* ---- who comes ---- */

/* What it is sent first.  Without room for that it is not let in, and may come again. */
static int begin(
	struct hatch_req *req, struct hatch_live_ref who, const char *name, const struct json *json)
{
	struct hatch_event event = { .event = name, .data = json_span(json) };
	int error = hatch_publish_event(hatch_server(req), hatch_to_one(who), &event);
	if (error == HATCH_EFULL) {
		(void)hatch_set_field(req, "Retry-After", "1");
		return hatch_send_text(req, 503, "Too many at once.\n");
	}
	if (error == 0)
		watch_live(req, who);
	return error;
}

static int newcomer(struct hatch_req *req, struct hatch_live_ref who)
{
	struct json *json = json_begin();
	json_add(json, "{");
	state_add_all(json, req);
	json_add(json, "}");
	watch.conns_changed = true; /* the table comes with the next second */
	return begin(req, who, "all", json);
}

static void add_run(struct json *json)
{
	json_add(json, "{\"run\":%lu,", (unsigned long)state_run());
}

static int member(struct hatch_req *req, struct hatch_live_ref who)
{
	struct json *json = json_begin(), part = json_in(json->bytes, LINES_MAX);
	add_run(&part);
	state_add_lines(&part, watch_oldest_line());
	json_add(&part, "}");
	watch.conns_changed = true;
	return begin(req, who, "log", &part);
}

/* ---- what changes ---- */

static bool somebody_looks(void)
{
	struct hatch_stats stats;
	if (server == NULL)
		return false;
	hatch_get_stats(server, &stats);
	return stats.live > 0;
}

/* False: there is no room now. */
static bool send(struct hatch_event_stream *stream, const char *name, const struct json *json)
{
	struct hatch_event event = { .event = name, .data = json_span(json) };
	return hatch_publish_event(server, hatch_to_arg(stream), &event) == 0;
}

static void handshake(void)
{
	if (!somebody_looks())
		return;
	struct json *json = json_begin();
	json_add(json, "{\"shake\":%lu,\"last\":", (unsigned long)watch.shakes_ever);
	state_add_shake(json, 0);
	json_add(json, "}");
	(void)send(&feed_events, "handshake", json);
}

static void leds(void)
{
	if (!somebody_looks())
		return;
	struct json *json = json_begin();
	json_add(json, "{");
	device_add_leds(json);
	json_add(json, "}");
	owes_leds = !send(&feed_events, "leds", json);
}

static void settings(void)
{
	if (!somebody_looks())
		return;
	struct json *json = json_begin();
	json_add(json, "{");
	preferences_add(json);
	json_add(json, "}");
	owes_settings = !send(&feed_events, "settings", json);
}

/* Somebody may be making JSON while a line is written: this has memory of its own. */
static void line(const struct watch_line *written)
{
	static char bytes[LINE_MAX];
	if (!somebody_looks())
		return;
	struct json json = json_in(bytes, sizeof(bytes));
	add_run(&json);
	json_add(&json, "\"log\":[");
	state_add_line(&json, written);
	json_add(&json, "]}");
	(void)send(&feed_members, "log", &json);
}

static void numbers(struct hatch *srv)
{
	struct json *json = json_begin();
	json_add(json, "{");
	state_add_numbers(json, srv);
	json_add(json, ",\"last\":{\"requests\":%lu,\"heap\":%lu,\"largest\":%lu}}",
		(unsigned long)watch.second[watch.seconds - 1].requests,
		(unsigned long)watch.second[watch.seconds - 1].heap,
		(unsigned long)watch.second[watch.seconds - 1].largest);
	(void)send(&feed_events, "state", json);
}

/* False: there is no room now. */
static bool connections(struct hatch_event_stream *stream, bool addresses)
{
	struct json *json = json_begin(), part = json_in(json->bytes, CONNS_MAX);
	json_add(&part, "{");
	state_add_connections(&part, addresses);
	json_add(&part, "}");
	return send(stream, "connections", &part);
}

/* Whose session is still good comes back through the guard by itself. */
static void members_again(void)
{
	if (server != NULL)
		(void)hatch_end_events(server, hatch_to_arg(&feed_members));
}

static void second(struct hatch *srv)
{
	static uint32_t seconds;
	if (!somebody_looks())
		return;
	if (++seconds % AGAIN_S == 0) /* sessions also end by themselves */
		members_again();
	numbers(srv);
	if (watch.conns_changed)
		watch.conns_changed = !(
			connections(&feed_events, false) && connections(&feed_members, true));
	if (owes_leds)
		leds();
	if (owes_settings)
		settings();
}

static const struct watch_listener listener = {
	.second = second, .handshake = handshake, .line = line
};

void feed_start(struct hatch *srv)
{
	server = srv;
	watch_listener = &listener;
	device_changed = leds;
	preferences_changed = settings;
	login_over = members_again;
}

void feed_stop(void)
{
	server = NULL;
	watch_listener = NULL;
}
