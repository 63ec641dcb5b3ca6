/*
 * A chat over WebSockets: open https://localhost:8443/ in two windows.  Who comes has the last
 * lines, and a line is with everybody as soon as it is said.  Nothing is allocated, and nobody can
 * take more than his share: so many people, so long a line, so many of them in a second.
 *
 * A client's first message is its name, each other one a line.  What it gets is a number, a name
 * and a text, with line ends between them.  Pages of other sites are refused by default, or they
 * could listen with their visitors' browsers.  A name proves nothing; where it has to, put a guard
 * before the route (authentication.c) and take hatch_who() in open().
 * README.md says how to start it, and has more of these:
 *
 *	curl https://localhost:8443/chat
 *		426 Upgrade Required
 */
#include <hatch_live.h>
#include <hatch_web.h>
#include <stdio.h>
#include <string.h>
#include "localhost.h"

enum {
	PEOPLE = 12,
	NAME_BYTES = 20,
	TEXT_BYTES = 200, /* of a line; a longer one ends the connection, with 1009 */
	LINE_BYTES = 12 + NAME_BYTES + TEXT_BYTES,
	QUEUED = (LINE_BYTES + 64) / 16 * 16, /* what it takes among what is published */
	KEPT = 10,                            /* lines for who comes later */
	PER_SECOND = 10, /* lines of one person; with one more the connection ends, with 1008 */
};

struct person { /* by the slot of the connection, of which there are config.max_live */
	char name[NAME_BYTES + 1];
	int left; /* lines in this second */
};
static struct person people[PEOPLE];

static char lines[KEPT][LINE_BYTES];
static size_t line_len[KEPT];
static unsigned count; /* of all that were ever said */

static struct person *person_of(const struct hatch_ws *ws)
{
	return &people[hatch_ws_ref_of(ws).slot];
}

static struct hatch_span line_at(unsigned n)
{
	struct hatch_span line = { lines[n % KEPT], line_len[n % KEPT] };
	return line;
}

/* ---- what is said ---- */

/* The name is UTF-8, which the server has checked: all of it that is text. */
static size_t bytes_of_character(char first)
{
	unsigned char c = (unsigned char)first;
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Letters and digits of any alphabet, and little else. */
static bool may_be_in_a_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c & 0x80) != 0 || c == ' ' || c == '-' || c == '.';
}

static void take_name(struct person *person, struct hatch_span said)
{
	size_t len = 0, size;
	for (size_t i = 0; i < said.len; i += size) {
		size = bytes_of_character(said.ptr[i]);
		if (len + size > NAME_BYTES)
			break;
		if (!may_be_in_a_name(said.ptr[i]))
			continue;
		memcpy(person->name + len, said.ptr + i, size);
		len += size;
	}
	person->name[len] = '\0';
	if (len == 0)
		strcpy(person->name, "Somebody");
}

/* The next line; it is kept from count++ on. */
static struct hatch_span write_line(const char *name, struct hatch_span text)
{
	char *line = lines[count % KEPT];
	size_t len = (size_t)snprintf(line, LINE_BYTES, "%u\n%s\n", count + 1, name);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		line[len++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
	}
	line_len[count % KEPT] = len;
	return line_at(count);
}

/* Who is too slow to take a line misses it: the page sees that by the numbers. */
static int message(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	struct person *person = person_of(ws);
	if (!piece->text)
		return hatch_ws_close(ws, 1003);
	if (person->name[0] == '\0') {
		take_name(person, piece->data);
		return 0;
	}
	if (person->left == 0)
		return hatch_ws_close(ws, 1008);
	struct hatch_span line = write_line(person->name, piece->data);
	int error = hatch_publish(hatch_ws_server(ws), hatch_to_path("/chat"), HATCH_WS_TEXT, line);
	if (error < 0)
		return error;
	count++;
	person->left--;
	return 0;
}

/* The past fits into config.live_buffer, which is the newcomer's alone. */
static int join(struct hatch_ws *ws, struct hatch_req *req)
{
	struct person *person = person_of(ws);
	int error = 0;
	(void)req;
	person->name[0] = '\0';
	person->left = PER_SECOND;
	for (unsigned n = count < KEPT ? 0 : count - KEPT; n < count && error == 0; n++)
		error = hatch_ws_send(ws, HATCH_WS_TEXT, line_at(n));
	return error;
}

static void next_second(struct hatch *server, void *arg)
{
	(void)server;
	(void)arg;
	for (size_t i = 0; i < PEOPLE; i++)
		people[i].left = PER_SECOND;
}

/* ---- the page ---- */

static const char page[] =
	"<!doctype html><html lang=en><meta charset=utf-8><title>Chat</title>\n"
	"<meta name=viewport content='width=device-width, initial-scale=1'>\n"
	"<link rel=stylesheet href=/style.css><script src=/chat.js defer></script>\n"
	"<h1>Chat</h1><p id=state>Connecting\n"
	"<ol id=lines></ol>\n"
	"<form id=form><input id=name aria-label=Name placeholder=Name maxlength=20>\n"
	"<input id=text aria-label=Text placeholder=Text required autocomplete=off>\n"
	"<button>Say</button></form>\n";

static const char style[] =
	":root { color-scheme: light dark }\n"
	"body { font: 16px/1.5 system-ui; max-width: 40em; margin: 1em auto; padding: 0 1em }\n"
	"ol { list-style: none; padding: 0 }\n"
	"li { overflow-wrap: anywhere } b { unicode-bidi: isolate; margin-right: .5em }\n"
	"form { display: flex; flex-wrap: wrap; gap: .5em }\n"
	"input, button { font: inherit; padding: .4em } #name { width: 7em } #text { flex: 1 }\n";

/* textContent, not innerHTML: what others have said is text, whatever it looks like. */
static const char script[] =
	"const $ = id => document.getElementById(id)\n"
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
	"	if (new TextEncoder().encode(text).length > 200)\n"
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

/* ---- the server ---- */

/* What the page may load and run: its own files, and nothing that somebody has said. */
static const struct hatch_secure_rule rule = { "default-src 'self'", 0, false };
static const struct hatch_hook fields[] = { { hatch_secure_fields, &rule } };
static const struct hatch_policy page_policy = { 0, NULL, 0, fields, HATCH_COUNT(fields), false };

static struct hatch_ws_ops chat; /* filled in by main() */
static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/", send_page, NULL, &page_policy),
	HATCH_ROUTE(HATCH_GET, "/style.css", send_style),
	HATCH_ROUTE(HATCH_GET, "/chat.js", send_script),
	HATCH_ROUTE_ARG(HATCH_GET, "/chat", hatch_websocket, &chat),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch *server;
	struct hatch_config config = HATCH_DEFAULTS;
	chat.open = join;
	chat.message = message;
	chat.message_max = TEXT_BYTES;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	config.max_conns = PEOPLE + 6; /* a page is loaded over connections of its own */
	config.client_conns = config.max_conns;
	config.max_live = PEOPLE;
	config.live_piece = TEXT_BYTES;
	config.live_buffer = 2 * KEPT * (LINE_BYTES + 4); /* each has a head of 2 to 4 bytes */
	/* All that they may say before it is handed out: so it is never full. */
	config.publish_queue = PEOPLE * PER_SECOND * QUEUED;
	if (hatch_open(&server, &config) < 0)
		return 1; /* the log says why */
	if (hatch_every(server, 1000, next_second, NULL) == 0)
		hatch_run(server);
	hatch_close(server);
	return 0;
}
