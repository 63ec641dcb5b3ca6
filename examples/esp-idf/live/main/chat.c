/*
 * chat.c - a chat over a WebSocket, in memory that is laid out before anybody comes
 * SPDX-License-Identifier: MIT
 *
 * A client's first message is its name, each other one a line.  What it gets is a number, a name
 * and a text, with line ends between them.  A name proves nothing: where it has to, put a guard
 * before the route and take hatch_who() in open().
 */
#include <stdio.h>
#include <string.h>

#include "app.h"

enum {
	LINE_BYTES = 12 + NAME_BYTES + TEXT_BYTES,
	QUEUED = (LINE_BYTES + 64) / 16 * 16, /* what it takes among what is published */
	KEPT = 8,       /* lines for who comes later: all of them fit into config.live_buffer */
	PER_SECOND = 5, /* lines of one person; with one more the connection ends, with 1008 */
};

static struct { /* by the slot of the connection */
	char name[NAME_BYTES + 1];
	int left; /* lines in this second */
} people[LIVE];

static char lines[KEPT][LINE_BYTES];
static size_t line_len[KEPT];
static unsigned count; /* of all that were ever said */

uint32_t chat_queue(void)
{
	return (LIVE + 1) * PER_SECOND * QUEUED; /* so it is never full, signal.c's values in it */
}

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

static void take_name(char *name, struct hatch_span said)
{
	size_t len = 0, size;
	for (size_t i = 0; i < said.len; i += size) {
		size = bytes_of_character(said.ptr[i]);
		if (len + size > NAME_BYTES)
			break;
		if (!may_be_in_a_name(said.ptr[i]))
			continue;
		memcpy(name + len, said.ptr + i, size);
		len += size;
	}
	name[len] = '\0';
	if (len == 0)
		strcpy(name, "Somebody");
}

static struct hatch_span line_at(unsigned n)
{
	struct hatch_span line = { lines[n % KEPT], line_len[n % KEPT] };
	return line;
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
	uint32_t who = hatch_ws_ref_of(ws).slot;
	if (!piece->text)
		return hatch_ws_close(ws, 1003);
	if (people[who].name[0] == '\0') {
		take_name(people[who].name, piece->data);
		return 0;
	}
	if (people[who].left == 0)
		return hatch_ws_close(ws, 1008);
	struct hatch_span line = write_line(people[who].name, piece->data);
	int error = hatch_publish(hatch_ws_server(ws), hatch_to_arg(&chat), HATCH_WS_TEXT, line);
	if (error < 0)
		return error;
	count++;
	people[who].left--;
	return 0;
}

static int join(struct hatch_ws *ws, struct hatch_req *req)
{
	uint32_t who = hatch_ws_ref_of(ws).slot;
	int error = 0;
	(void)req;
	people[who].name[0] = '\0';
	people[who].left = PER_SECOND;
	for (unsigned n = count < KEPT ? 0 : count - KEPT; n < count && error == 0; n++)
		error = hatch_ws_send(ws, HATCH_WS_TEXT, line_at(n));
	return error;
}

void chat_second(struct hatch *server, void *arg)
{
	(void)server;
	(void)arg;
	for (size_t i = 0; i < LIVE; i++)
		people[i].left = PER_SECOND;
}

const struct hatch_ws_ops chat = { .open = join, .message = message, .message_max = TEXT_BYTES };
