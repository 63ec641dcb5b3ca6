/* SPDX-License-Identifier: MIT */
/*
 * The pretended device, see device.h.  Everything here runs on the server's task, so its state
 * needs no locks.
 */
#include "serve/device.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "page.h" /* made from page.html by the build */

enum {
	LED_COUNT = 4,
	SHOWN_MAX = 8,
	SLOW_MAX = 32,
	SLOW_MS = 300,
	TICK_MS = 20,
	LOG_ROWS = 100000
};

struct shown { /* a handshake in the list */
	char peer[46];
	const char *version, *group;
	bool resumed;
	uint32_t ms;
};

struct slow { /* an answer that is due later */
	struct hatch_ref ref;
	unsigned ticks;
};

static struct {
	bool led[LED_COUNT];
	struct shown shown[SHOWN_MAX]; /* the newest first */
	size_t shown_count;
	struct slow slow[SLOW_MAX];
	size_t slow_count;
} device;

/* ---- the page ---- */

static int page(struct hatch_req *req)
{
	(void)hatch_set_field(req, "Cache-Control", "no-cache");
	(void)hatch_set_field(req, "Content-Security-Policy",
		"default-src 'self'; img-src data:; script-src 'unsafe-inline'; "
		"style-src 'unsafe-inline'");
	return hatch_send_static(
		req, 200, "text/html; charset=utf-8", serve_page, sizeof(serve_page));
}

/* ---- status ---- */

struct text {
	char bytes[4096];
	size_t len;
};

/* What does not fit is cut off, and the sizes above see to it that everything fits. */
static void add(struct text *text, const char *format, ...)
{
	va_list args;
	size_t room = sizeof(text->bytes) - text->len;
	va_start(args, format);
	int len = vsnprintf(text->bytes + text->len, room, format, args);
	va_end(args);
	if (len > 0)
		text->len += (size_t)len < room ? (size_t)len : room - 1;
}

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

static void add_this(struct text *text, const struct hatch_req *req)
{
	struct hatch_tls_facts facts;
	bool secure = hatch_tls_facts_of(req, &facts) == 0;
	add(text, "\"this\":{\"secure\":%s", truth(secure));
	if (secure)
		add(text,
			",\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\",\"resumed\":%s,\"ms\":%lu,"
			"\"heap_now\":%lu,\"heap_peak\":%lu",
			facts.version, facts.suite, facts.group, truth(facts.resumed),
			(unsigned long)facts.handshake_ms, (unsigned long)facts.heap_now,
			(unsigned long)facts.heap_peak);
	add(text, "}");
}

static void add_stats(struct text *text, struct hatch *srv)
{
	struct hatch_stats s;
	hatch_get_stats(srv, &s);
	add(text, "\"uptime_ms\":%lu,\"memory\":%lu,\"tls_heap\":%lu,\"connections\":%lu,",
		(unsigned long)s.uptime_ms, (unsigned long)s.memory, (unsigned long)s.tls_heap,
		(unsigned long)s.conns);
	add(text,
		"\"connections_idle\":%lu,\"connections_max\":%lu,\"accepted\":%lu,\"evicted\":%lu,"
		"\"refused\":%lu,",
		(unsigned long)s.conns_idle, (unsigned long)s.conns_max, (unsigned long)s.accepted,
		(unsigned long)s.evicted, (unsigned long)s.refused);
	add(text,
		"\"handshakes_full\":%lu,\"handshakes_resumed\":%lu,\"handshakes_failed\":%lu,"
		"\"requests\":%lu,",
		(unsigned long)s.handshakes_full, (unsigned long)s.handshakes_resumed,
		(unsigned long)s.handshakes_failed, (unsigned long)s.requests);
}

/* Peers are addresses and the rest are our own words: nothing here needs escaping. */
static int status(struct hatch_req *req)
{
	static struct text text; /* not on the stack: a device's is short */
	text.len = 0;
	add(&text, "{");
	add_stats(&text, hatch_server(req));
	add_this(&text, req);
	add(&text, ",\"leds\":[");
	for (size_t i = 0; i < LED_COUNT; i++)
		add(&text, "%s%s", i == 0 ? "" : ",", truth(device.led[i]));
	add(&text, "],\"handshakes\":[");
	for (size_t i = 0; i < device.shown_count; i++) {
		const struct shown *h = &device.shown[i];
		add(&text,
			"%s{\"peer\":\"%s\",\"version\":\"%s\",\"group\":\"%s\",\"resumed\":%s,\"ms\":%lu}",
			i == 0 ? "" : ",", h->peer, h->version, h->group, truth(h->resumed),
			(unsigned long)h->ms);
	}
	add(&text, "]}\n");
	(void)hatch_set_field(req, "Cache-Control", "no-store");
	return hatch_send_bytes(req, 200, "application/json", text.bytes, text.len);
}

static void on_handshake(void *user, const char *peer, const struct hatch_tls_facts *facts)
{
	(void)user;
	memmove(&device.shown[1], &device.shown[0], (SHOWN_MAX - 1) * sizeof(device.shown[0]));
	struct shown *h = &device.shown[0];
	snprintf(h->peer, sizeof(h->peer), "%s", peer);
	h->version = facts->version;
	h->group = facts->group;
	h->resumed = facts->resumed;
	h->ms = facts->handshake_ms;
	if (device.shown_count < SHOWN_MAX)
		device.shown_count++;
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
	return hatch_send_json(req, 200, "{\"led\":%d,\"on\":%s}\n", n, truth(device.led[n]));
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

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", page) };
static const struct hatch_group groups[] = { HATCH_GROUP("/api", api) };
static const struct hatch_observer observer = { .handshake = on_handshake };

void device_configure(struct hatch_config *config)
{
	config->routes = routes;
	config->route_count = HATCH_COUNT(routes);
	config->groups = groups;
	config->group_count = HATCH_COUNT(groups);
	config->observer = &observer;
	config->copy_max = sizeof(((struct text *)0)->bytes);
}

int device_start(struct hatch *srv)
{
	return hatch_every(srv, TICK_MS, tick, NULL);
}
