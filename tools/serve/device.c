/* SPDX-License-Identifier: MIT */
/*
 * The pretended device, see device.h.  Everything here runs on the server's task, so its state
 * needs no locks.
 */
#include "serve/device.h"

#include <stdio.h>
#include <string.h>

#include "serve/json.h"
#include "serve/watch.h"

enum {
	LED_COUNT = 4,
	SHOWN_MAX = 8,
	SLOW_MAX = 32,
	SLOW_MS = 300,
	TICK_MS = 20,
	LOG_ROWS = 100000
};

struct slow { /* an answer that is due later */
	struct hatch_ref ref;
	unsigned ticks;
};

static struct {
	bool led[LED_COUNT];
	struct slow slow[SLOW_MAX];
	size_t slow_count;
} device;

void (*device_changed)(void);

/* ---- status ---- */

void device_add_this(struct json *text, const struct hatch_req *req)
{
	struct hatch_tls_facts facts;
	bool secure = hatch_tls_facts_of(req, &facts) == 0;
	json_add(text, "\"this\":{\"secure\":%s", json_truth(secure));
	if (secure)
		json_add(text,
			",\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\",\"resumed\":%s,\"ms\":%lu,"
			"\"heap_now\":%lu,\"heap_peak\":%lu",
			facts.version, facts.suite, facts.group, json_truth(facts.resumed),
			(unsigned long)facts.handshake_ms, (unsigned long)facts.heap_now,
			(unsigned long)facts.heap_peak);
	json_add(text, "}");
}

static void add_stats(struct json *text, struct hatch *srv)
{
	struct hatch_stats s;
	hatch_get_stats(srv, &s);
	json_add(text, "\"uptime_ms\":%lu,\"memory\":%lu,\"tls_heap\":%lu,\"connections\":%lu,",
		(unsigned long)s.uptime_ms, (unsigned long)s.memory, (unsigned long)s.tls_heap,
		(unsigned long)s.conns);
	json_add(text,
		"\"connections_idle\":%lu,\"connections_max\":%lu,\"accepted\":%lu,\"evicted\":%lu,"
		"\"refused\":%lu,",
		(unsigned long)s.conns_idle, (unsigned long)s.conns_max, (unsigned long)s.accepted,
		(unsigned long)s.evicted, (unsigned long)s.refused);
	json_add(text,
		"\"handshakes_full\":%lu,\"handshakes_resumed\":%lu,\"handshakes_failed\":%lu,"
		"\"requests\":%lu,",
		(unsigned long)s.handshakes_full, (unsigned long)s.handshakes_resumed,
		(unsigned long)s.handshakes_failed, (unsigned long)s.requests);
}

void device_add_leds(struct json *text)
{
	json_add(text, "\"leds\":[");
	for (size_t i = 0; i < LED_COUNT; i++)
		json_add(text, "%s%s", i == 0 ? "" : ",", json_truth(device.led[i]));
	json_add(text, "]");
}

/* Our own words: nothing here needs escaping. */
static int status(struct hatch_req *req)
{
	struct json *text = json_begin();
	json_add(text, "{");
	add_stats(text, hatch_server(req));
	device_add_this(text, req);
	json_add(text, ",");
	device_add_leds(text);
	json_add(text, ",\"handshakes\":[");
	for (size_t i = 0, shown = 0; i < watch.conns && shown < SHOWN_MAX; i++) {
		const struct watch_conn *c = &watch.conn[i];
		if (!c->secure)
			continue;
		json_add(text, "%s{\"version\":\"%s\",\"group\":\"%s\",\"resumed\":%s,\"ms\":%lu}",
			shown++ == 0 ? "" : ",", c->version, c->group, json_truth(c->resumed),
			(unsigned long)c->shake_ms);
	}
	json_add(text, "]}\n");
	return json_send(req, text);
}

/* ---- LEDs ---- */

/* The LED that the path names, or -1 and a 404. */
static int led_of(struct hatch_req *req)
{
	long n;
	if (hatch_to_long(hatch_param(req, "n"), 0, LED_COUNT - 1, &n) < 0) {
		(void)hatch_send_json(
			req, 404, "{\"error\":\"there are LEDs 0 to %d\"}\n", LED_COUNT - 1);
		return -1;
	}
	return (int)n;
}

static int send_led(struct hatch_req *req, int n)
{
	return hatch_send_json(req, 200, "{\"led\":%d,\"on\":%s}\n", n, json_truth(device.led[n]));
}

static int led_get(struct hatch_req *req)
{
	int n = led_of(req);
	return n < 0 ? 0 : send_led(req, n);
}

static int led_put(struct hatch_req *req)
{
	struct hatch_span body = hatch_body(req);
	int n = led_of(req);
	if (n < 0)
		return 0;
	if (hatch_eq(body, "on") || hatch_eq(body, "1") || hatch_eq(body, "true"))
		device.led[n] = true;
	else if (hatch_eq(body, "off") || hatch_eq(body, "0") || hatch_eq(body, "false"))
		device.led[n] = false;
	else
		return hatch_send_json(req, 400, "{\"error\":\"the body is to be on or off\"}\n");
	if (device_changed != NULL)
		device_changed();
	return send_led(req, n);
}

/* ---- echo and log ---- */

/* What arrives leaves again: the client is held back while nobody takes the answer. */
static int pull(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)arg;
	return hatch_read(req, buf, room);
}

static int echo(struct hatch_req *req)
{
	return hatch_send_stream(req, 200, "application/octet-stream", pull, NULL);
}

static int log_rows(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	long *row = arg;
	size_t len = 0;
	(void)req;
	while (*row <= LOG_ROWS) {
		char line[64];
		int size = *row == 0 ? snprintf(line, sizeof(line), "second,celsius\n")
				     : snprintf(line, sizeof(line), "%ld,%.2f\n", *row,
					       20.0 + (double)(*row * 37 % 500) / 100.0);
		if (size < 0 || (size_t)size > room - len)
			break;
		memcpy(buf + len, line, (size_t)size);
		len += (size_t)size;
		(*row)++;
	}
	return (int)len;
}

static int log_csv(struct hatch_req *req)
{
	long *row = hatch_scratch(req, sizeof(*row));
	if (row == NULL)
		return HATCH_ENOMEM;
	return hatch_send_stream(req, 200, "text/csv", log_rows, row);
}

/* ---- answers that come later ---- */

static int slow(struct hatch_req *req)
{
	if (device.slow_count == SLOW_MAX)
		return hatch_send_json(req, 503, "{\"error\":\"too many at once\"}\n");
	device.slow[device.slow_count].ref = hatch_ref_of(req);
	device.slow[device.slow_count++].ticks = SLOW_MS / TICK_MS;
	return hatch_defer(req, 0);
}

static void tick(struct hatch *srv, void *arg)
{
	size_t kept = 0;
	(void)arg;
	for (size_t i = 0; i < device.slow_count; i++) {
		struct slow *s = &device.slow[i];
		if (--s->ticks > 0) {
			device.slow[kept++] = *s;
			continue;
		}
		struct hatch_req *req = hatch_find(srv, s->ref); /* NULL: the client has left */
		if (req != NULL)
			(void)hatch_send_json(req, 200, "{\"slept_ms\":%d}\n", SLOW_MS);
	}
	device.slow_count = kept;
}

static int goodbye(struct hatch_req *req)
{
	hatch_close_after(req);
	return hatch_send_json(req, 200, "{\"goodbye\":true}\n");
}

/* ---- what is where ---- */

static const struct hatch_policy short_body = { .body_max = 16 };

static const struct hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/status", status),
	HATCH_ROUTE(HATCH_GET, "/led/:n", led_get),
	HATCH_ROUTE_WITH(HATCH_PUT, "/led/:n", led_put, NULL, &short_body),
	HATCH_ROUTE(HATCH_POST, "/echo", echo),
	HATCH_ROUTE(HATCH_GET, "/log.csv", log_csv),
	HATCH_ROUTE(HATCH_GET, "/slow", slow),
	HATCH_ROUTE(HATCH_POST, "/goodbye", goodbye),
};

const struct hatch_group device_group = HATCH_GROUP("/api", api);

int device_start(struct hatch *srv)
{
	return hatch_every(srv, TICK_MS, tick, NULL);
}
