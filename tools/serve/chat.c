/* SPDX-License-Identifier: MIT */
/* See chat.h. */
#include "serve/chat.h"

#include <stdio.h>
#include <string.h>

#include "serve/state.h"

/* Of the last lines together, and what stands around a line's name and text. */
enum { HISTORY_ROOM = 3584, AROUND = 64 };

struct line {
	uint32_t at_ms;
	char from[CHAT_NAME + 1], text[CHAT_TEXT + 1];
};

/* A ring: line n is at n % CHAT_LINES, from 1 on. */
static struct line lines[CHAT_LINES];
static uint32_t count;

static void add_line(struct json *json, uint32_t n, const struct line *line)
{
	json_add(json, "{\"n\":%lu,\"ago_ms\":%lu,\"from\":", (unsigned long)n,
		(unsigned long)(watch_now() - line->at_ms));
	json_add_text(json, line->from);
	json_add(json, ",\"text\":");
	json_add_text(json, line->text);
	json_add(json, "}");
}

/* ---- who comes ---- */

/* The first of those that are still there and fit, counted from the newest. */
static uint32_t first_that_fits(size_t room)
{
	uint32_t n = count;
	for (; n > 0 && count - n < CHAT_LINES; n--) {
		const struct line *line = &lines[n % CHAT_LINES];
		size_t len = AROUND + json_text_len(line->from) + json_text_len(line->text);
		if (len > room)
			break;
		room -= len;
	}
	return n + 1;
}

static int welcome(struct hatch_ws *ws, struct hatch_req *req)
{
	struct json *json = json_begin(), part = json_in(json->bytes, HISTORY_ROOM);
	uint32_t first = first_that_fits(HISTORY_ROOM - AROUND);
	json_add(&part, "{\"run\":%lu,\"lines\":[", (unsigned long)state_run());
	for (uint32_t n = first; n <= count; n++) {
		json_add(&part, n == first ? "" : ",");
		add_line(&part, n, &lines[n % CHAT_LINES]);
	}
	json_add(&part, "]}");
	watch_live(req, hatch_ws_ref_of(ws));
	return hatch_ws_send(ws, HATCH_WS_TEXT, json_span(&part));
}

static void leaves(struct hatch_ws *ws, int code)
{
	(void)code;
	watch_ended(hatch_ws_ref_of(ws));
}

/* ---- what is said ---- */

/* The library has seen to it that it is UTF-8. */
static bool is_plain(struct hatch_span text, size_t most)
{
	if (text.len == 0 || text.len > most)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
	return true;
}

static int refuse(struct hatch_ws *ws, const char *why)
{
	char text[80];
	int len = snprintf(text, sizeof(text), "{\"error\":\"%s\"}", why);
	return hatch_ws_send(ws, HATCH_WS_TEXT, (struct hatch_span){ text, (size_t)len });
}

/* The time of its last line is all that is kept of a client; 0: it has said nothing. */
static bool is_too_soon(struct hatch_ws *ws)
{
	uintptr_t last = (uintptr_t)*hatch_ws_user(ws);
	return last != 0 && (watch_now() | 1) - (uint32_t)last < CHAT_PAUSE_MS;
}

static int publish(struct hatch_ws *ws, struct hatch_span from, struct hatch_span text)
{
	static struct line line;
	struct json *json = json_begin();
	line.at_ms = watch_now();
	snprintf(line.from, sizeof(line.from), "%.*s", (int)from.len, from.ptr);
	snprintf(line.text, sizeof(line.text), "%.*s", (int)text.len, text.ptr);
	add_line(json, count + 1, &line);
	if (hatch_publish(
		    hatch_ws_server(ws), hatch_to_arg(&chat), HATCH_WS_TEXT, json_span(json)) < 0)
		return refuse(ws, "There is too much going on: say it again.");
	*hatch_ws_user(ws) = (void *)(uintptr_t)(line.at_ms | 1);
	lines[++count % CHAT_LINES] = line;
	return 0;
}

static int say(struct hatch_ws *ws, struct hatch_span rest)
{
	const char *end = memchr(rest.ptr, '\n', rest.len);
	size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
	struct hatch_span from = { rest.ptr, len };
	struct hatch_span text = { rest.ptr + len + 1, end == NULL ? 0 : rest.len - len - 1 };
	if (!is_plain(from, CHAT_NAME))
		return refuse(ws, "The name is 1 to 24 bytes of text.");
	if (!is_plain(text, CHAT_TEXT))
		return refuse(ws, "A line is 1 to 240 bytes of text.");
	if (is_too_soon(ws))
		return refuse(ws, "Slowly: a line in a tenth of a second.");
	return publish(ws, from, text);
}

static bool begins(struct hatch_span data, const char *with)
{
	size_t len = strlen(with);
	return data.len >= len && memcmp(data.ptr, with, len) == 0;
}

static int message(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	struct hatch_span data = piece->data;
	if (piece->text && begins(data, "echo "))
		return hatch_ws_send(ws, HATCH_WS_TEXT, data);
	if (piece->text && begins(data, "say "))
		return say(ws, (struct hatch_span){ data.ptr + 4, data.len - 4 });
	return refuse(ws, "That is neither say nor echo.");
}

const struct hatch_ws_ops chat = { .open = welcome,
	.message = message,
	.writable = hatch_ws_resume,
	.close = leaves,
	.message_max = CHAT_MESSAGE };
