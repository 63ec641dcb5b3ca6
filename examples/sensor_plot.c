/*
 * A sensor's values as server-sent events, and a page that draws them as they come: open
 * https://localhost:8443/ on a phone, too.  Who opens it has the last values at once.  Who was cut
 * off comes back by itself, says with Last-Event-ID what it had, and gets what it has missed.
 *
 * Here a timer measures, on the server's task.  A sensor that takes long is read by a task of its
 * own: hatch_publish_event() may be called from there just the same.
 * README.md says how to start it, and has more of these:
 *
 *	curl -N --max-time 2 https://localhost:8443/values
 */
#include <hatch_live.h>
#include <hatch_web.h>
#include <stdio.h>
#include <stdlib.h>
#include "localhost.h"

enum { EVERY_MS = 250, KEPT = 120 }; /* the page shows so many */

static char memory[KEPT * 32]; /* an event is its text, "id: 1234\ndata: 21.53\n\n", and 2 bytes */
static struct hatch_event_stream values; /* the rest is filled in by main() */

static double past[KEPT];
static unsigned count; /* of all that were measured */

/* ---- measuring ---- */

/* A swing about 21 degrees, and noise. */
static double read_sensor(void)
{
	static double at = 2, speed;
	speed -= at / 150;
	at += speed;
	return 21 + at + rand() % 100 / 200.0;
}

static void measure(struct hatch *server, void *arg)
{
	char id[16], text[16];
	struct hatch_event event = HATCH_DEFAULTS;
	(void)arg;
	double value = past[count % KEPT] = read_sensor();
	snprintf(id, sizeof(id), "%u", ++count);
	snprintf(text, sizeof(text), "%.2f", value);
	event.id = id;
	event.data = hatch_str(text);
	/* A full queue: this value is missing in the plot, and the next one will do. */
	(void)hatch_publish_event(server, hatch_to_arg(&values), &event);
}

/* Who comes for the first time gets the last values in one event; who comes back, from the stream.
 */
static int greet(struct hatch_req *req, struct hatch_live_ref who)
{
	static char text[KEPT * 8];
	char id[16];
	size_t len = 0;
	struct hatch_event event = HATCH_DEFAULTS;
	if (hatch_field(req, "Last-Event-ID").len > 0)
		return 0;
	for (unsigned n = count < KEPT ? 0 : count - KEPT; n < count; n++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.2f ", past[n % KEPT]);
	snprintf(id, sizeof(id), "%u", count);
	event.event = "past";
	event.id = id;
	event.data.ptr = text;
	event.data.len = len - 1; /* without the last space */
	return hatch_publish_event(hatch_server(req), hatch_to_one(who), &event);
}

/* ---- the page ---- */

static const char page[] =
	"<!doctype html><html lang=en><meta charset=utf-8><title>Sensor</title>\n"
	"<meta name=viewport content='width=device-width, initial-scale=1'>\n"
	"<link rel=stylesheet href=/style.css><script src=/plot.js defer></script>\n"
	"<h1>Sensor</h1><p><output id=now>...</output> <span id=state>Connecting</span>\n"
	"<figure><svg viewBox='0 0 119 60' preserveAspectRatio=none role=img aria-label=Plot>\n"
	"<polyline id=line /></svg>\n"
	"<figcaption id=range></figcaption></figure>\n";

static const char style[] =
	":root { color-scheme: light dark }\n"
	"body { font: 16px/1.5 system-ui; max-width: 50em; margin: 1em auto; padding: 0 1em }\n"
	"output { font-size: 2em; font-variant-numeric: tabular-nums } figure { margin: 0 }\n"
	"svg { width: 100%; height: 50vh; border: 1px solid GrayText; box-sizing: border-box }\n"
	"polyline { fill: none; stroke: CanvasText; stroke-width: 2;"
	" vector-effect: non-scaling-stroke }\n";

/* A number that is not the next one after the last: it is a device that was started anew. */
static const char script[] =
	"const $ = id => document.getElementById(id), most = 120\n"
	"let values = [], last = 0\n"
	"function draw() {\n"
	"	const low = Math.min(...values), high = Math.max(...values)\n"
	"	const scale = 56 / (high - low || 1)\n"
	"	$('line').setAttribute('points', values.map((v, i) =>\n"
	"		`${most - values.length + i},${(58 - (v - low) * scale).toFixed(2)}`).join(' '))\n"
	"	$('range').textContent = `${low.toFixed(2)} to ${high.toFixed(2)}`\n"
	"	$('now').textContent = values[values.length - 1].toFixed(2)\n"
	"}\n"
	"function add(event, more) {\n"
	"	const number = +event.lastEventId\n"
	"	if (number == last) return // it was among the past ones\n"
	"	if (number < last) values = []\n"
	"	last = number\n"
	"	values = values.concat(more).slice(-most)\n"
	"	draw()\n"
	"}\n"
	"const source = new EventSource('/values')\n"
	"source.onopen = () => $('state').textContent = 'Live'\n"
	"source.onerror = () => $('state').textContent = 'Not connected: trying again'\n"
	"source.onmessage = event => add(event, [+event.data])\n"
	"source.addEventListener('past', event => {\n"
	"	values = []\n"
	"	add(event, event.data.split(' ').map(Number))\n"
	"})\n";

static int send_page(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
}

static int send_style(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/css", style, sizeof(style) - 1);
}

static int send_script(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/javascript", script, sizeof(script) - 1);
}

/* ---- the server ---- */

static const struct hatch_secure_rule rule = { "default-src 'self'", 0, false };
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page_policy = { 0, NULL, 0, fields, HATCH_COUNT(fields), false };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", send_page, NULL, &page_policy),
	HATCH_ROUTE(HATCH_GET, "/style.css", send_style),
	HATCH_ROUTE(HATCH_GET, "/plot.js", send_script),
	HATCH_ROUTE_ARG(HATCH_GET, "/values", hatch_events, &values),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch *server;
	struct hatch_config config = HATCH_DEFAULTS;
	values.memory = memory;
	values.memory_len = sizeof(memory);
	values.retry_ms = 1000;
	values.open = greet;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	config.max_conns = 16;
	config.max_live = 8;
	if (hatch_open(&server, &config) < 0)
		return 1;      /* the log says why */
	measure(server, NULL); /* the first one at once */
	if (hatch_every(server, EVERY_MS, measure, NULL) == 0)
		hatch_run(server);
	hatch_close(server);
	return 0;
}
