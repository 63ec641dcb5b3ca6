/* SPDX-License-Identifier: MIT */
/* See preferences.h. */
#include "serve/preferences.h"

#include <stdio.h>
#include <string.h>

#include <hatch_web.h>

enum { NAME_MAX_BYTES = 32, COLOUR_LEN = 7 };

static char name[NAME_MAX_BYTES + 1] = "A pretended device";
static char colour[COLOUR_LEN + 1] = "#ffc53d";

void preferences_add(struct json *json)
{
	json_add(json, "\"name\":");
	json_add_text(json, name);
	json_add(json, ",\"colour\":\"%s\"", colour);
}

/* How many bytes of UTF-8 (RFC 3629) the character at the start of s has; 0: it is none. */
static size_t character(struct hatch_span s)
{
	unsigned char c = (unsigned char)s.ptr[0];
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	if (len == 0 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			return 0;
	unsigned char next = len > 1 ? (unsigned char)s.ptr[1] : 0;
	bool bad = (c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) ||
		   (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f);
	return bad ? 0 : len;
}

static bool is_name(struct hatch_span s)
{
	if (s.ptr == NULL || s.len == 0 || s.len > NAME_MAX_BYTES)
		return false;
	while (s.len > 0) {
		size_t len = character(s);
		if (len == 0 || (unsigned char)s.ptr[0] < 0x20 || s.ptr[0] == 0x7f)
			return false;
		s.ptr += len;
		s.len -= len;
	}
	return true;
}

/* "#rrggbb", as <input type="color"> has it. */
static bool is_colour(struct hatch_span s)
{
	if (s.len != COLOUR_LEN || s.ptr[0] != '#')
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return true;
}

int preferences_save(struct hatch_req *req)
{
	struct hatch_span to = hatch_form(req, "name"), as = hatch_form(req, "colour");
	if (!is_name(to))
		return hatch_send_json(
			req, 400, "{\"error\":\"The name is 1 to 32 bytes of text.\"}\n");
	if (!is_colour(as))
		return hatch_send_json(
			req, 400, "{\"error\":\"The colour looks like #ffc53d.\"}\n");
	snprintf(name, sizeof(name), "%.*s", (int)to.len, to.ptr);
	snprintf(colour, sizeof(colour), "%.*s", (int)as.len, as.ptr);
	struct json *json = json_begin();
	json_add(json, "{");
	preferences_add(json);
	json_add(json, "}\n");
	return json_send(req, json);
}
