/*
 * pages.c - the page with its script, and the table of routes
 * SPDX-License-Identifier: MIT
 */
#include <hatch_web.h>
#include <sdkconfig.h>

#include "app.h"

static const char page[] =
	"<!doctype html><html lang=en><meta charset=utf-8><title>" CONFIG_LIVE_HOSTNAME "</title>\n"
	"<meta name=viewport content='width=device-width, initial-scale=1'>\n"
	"<link rel=stylesheet href=/style.css><script src=/live.js defer></script>\n"
	"<h1>Wi-Fi</h1><p><output id=now>...</output> dBm <span id=heard>Connecting</span>\n"
	"<figure><svg viewBox='0 0 119 60' preserveAspectRatio=none role=img aria-label=Plot>\n"
	"<polyline id=line /></svg><figcaption id=range></figcaption></figure>\n"
	"<h1>Chat</h1><p id=state>Connecting\n"
	"<ol id=lines></ol>\n"
	"<form id=form><input id=name aria-label=Name placeholder=Name maxlength=16>\n"
	"<input id=text aria-label=Text placeholder=Text required autocomplete=off>\n"
	"<button>Say</button></form>\n";

static const char style[] =
	":root { color-scheme: light dark }\n"
	"body { font: 16px/1.5 system-ui; max-width: 40em; margin: 1em auto; padding: 0 1em }\n"
	"output { font-size: 2em; font-variant-numeric: tabular-nums } figure { margin: 0 }\n"
	"svg { width: 100%; height: 30vh; border: 1px solid GrayText; box-sizing: border-box }\n"
	"polyline { fill: none; stroke: CanvasText; stroke-width: 2;"
	" vector-effect: non-scaling-stroke }\n"
	"ol { list-style: none; padding: 0 }\n"
	"li { overflow-wrap: anywhere } b { unicode-bidi: isolate; margin-right: .5em }\n"
	"form { display: flex; flex-wrap: wrap; gap: .5em }\n"
	"input, button { font: inherit; padding: .4em } #name { width: 7em } #text { flex: 1 }\n";

/* textContent, not innerHTML: what others have said is text, whatever it looks like. */
static const char script[] =
	"const $ = id => document.getElementById(id), most = 120\n"
	"let values = [], latest = 0\n"
	"function draw() {\n"
	"	const low = Math.min(...values), high = Math.max(...values)\n"
	"	const scale = 56 / (high - low || 1)\n"
	"	$('line').setAttribute('points', values.map((v, i) =>\n"
	"		`${most - values.length + i},${(58 - (v - low) * scale).toFixed(2)}`).join(' '))\n"
	"	$('range').textContent = `${low} to ${high}`\n"
	"	$('now').textContent = values[values.length - 1]\n"
	"}\n"
	"function add(event, more) {\n"
	"	const number = +event.lastEventId\n"
	"	if (number == latest) return // it was among the past ones\n"
	"	if (number < latest) values = [] // the device was started anew\n"
	"	latest = number\n"
	"	values = values.concat(more).slice(-most)\n"
	"	draw()\n"
	"}\n"
	"const source = new EventSource('/signal')\n"
	"source.onopen = () => $('heard').textContent = 'Live'\n"
	"source.onerror = () => $('heard').textContent = 'Not connected: trying again'\n"
	"source.onmessage = event => add(event, [+event.data])\n"
	"source.addEventListener('past', event => {\n"
	"	values = []\n"
	"	add(event, event.data.split(' ').map(Number))\n"
	"})\n"
	"let socket, last, wait = 500\n"
	"function show(name, text) {\n"
	"	const li = document.createElement('li'), b = document.createElement('b')\n"
	"	b.textContent = name\n"
	"	li.append(b, text)\n"
	"	$('lines').append(li)\n"
	"	li.scrollIntoView()\n"
	"}\n"
	"function connect() {\n"
	"	socket = new WebSocket('wss://' + location.host + '/chat')\n"
	"	socket.onopen = () => {\n"
	"		wait = 500\n"
	"		last = 0\n"
	"		$('lines').replaceChildren() // the last lines come again\n"
	"		$('state').textContent = 'Connected'\n"
	"		socket.send($('name').value)\n"
	"	}\n"
	"	socket.onmessage = event => {\n"
	"		const [number, name, text] = event.data.split('\\n')\n"
	"		if (+number <= last) return\n"
	"		if (last && +number > last + 1) show('', '(something was missed)')\n"
	"		last = +number\n"
	"		show(name, text)\n"
	"	}\n"
	"	socket.onclose = () => {\n"
	"		$('state').textContent = 'Not connected'\n"
	"		setTimeout(connect, wait)\n"
	"		wait = Math.min(wait * 2, 30000)\n"
	"	}\n"
	"}\n"
	"$('name').value = localStorage.getItem('name')\n"
	"$('name').onchange = () => {\n"
	"	localStorage.setItem('name', $('name').value)\n"
	"	socket.close() // and comes again, with the new name\n"
	"}\n"
	"$('form').onsubmit = event => {\n"
	"	event.preventDefault()\n"
	"	const text = $('text').value\n"
	"	if (new TextEncoder().encode(text).length > 120)\n"
	"		$('state').textContent = 'That is too long'\n"
	"	else if (socket.readyState == WebSocket.OPEN) {\n"
	"		socket.send(text)\n"
	"		$('text').value = ''\n"
	"	}\n"
	"}\n"
	"connect()\n";

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

/* What the page may load and run: its own files, and nothing that somebody has said. */
static const struct hatch_secure_rule rule = { .csp = "default-src 'self'" };
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page_policy = { .after = fields,
	.after_count = HATCH_COUNT(fields) };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", send_page, NULL, &page_policy),
	HATCH_ROUTE(HATCH_GET, "/style.css", send_style),
	HATCH_ROUTE(HATCH_GET, "/live.js", send_script),
	HATCH_ROUTE_ARG(HATCH_GET, "/chat", hatch_websocket, &chat),
	HATCH_ROUTE_ARG(HATCH_GET, "/signal", hatch_events, &signal_events),
};

void pages_configure(struct hatch_config *config)
{
	config->routes = routes;
	config->route_count = HATCH_COUNT(routes);
	config->max_conns = LIVE + 4; /* the page itself is loaded over others */
	config->max_live = LIVE;
	config->live_piece = 128; /* at least TEXT_BYTES */
	config->publish_queue = chat_queue();
}

void pages_begin(struct hatch *server, void *arg)
{
	(void)arg;
	if (server == NULL)
		return; /* it has closed before */
	(void)hatch_every(server, MEASURE_MS, signal_measure, NULL);
	(void)hatch_every(server, 1000, chat_second, NULL);
}
