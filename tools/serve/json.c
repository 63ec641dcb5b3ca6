/* SPDX-License-Identifier: MIT */
/* See json.h. */
#include "serve/json.h"

#include <stdarg.h>
#include <stdio.h>

struct json *json_begin(void)
{
	static struct json json; /* not on the stack: a device's is short */
	json.len = 0;
	return &json;
}

void json_add(struct json *json, const char *format, ...)
{
	va_list args;
	size_t room = sizeof(json->bytes) - json->len;
	va_start(args, format);
	int len = vsnprintf(json->bytes + json->len, room, format, args);
	va_end(args);
	if (len > 0)
		json->len += (size_t)len < room ? (size_t)len : room - 1;
}

void json_add_text(struct json *json, const char *text)
{
	json_add(json, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			json_add(json, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			json_add(json, "\\u%04x", c);
		else
			json_add(json, "%c", c);
	}
	json_add(json, "\"");
}

size_t json_left(const struct json *json)
{
	return sizeof(json->bytes) - 1 - json->len;
}

const char *json_truth(bool value)
{
	return value ? "true" : "false";
}

int json_send(struct hatch_req *req, const struct json *json)
{
	(void)hatch_set_field(req, "Cache-Control", "no-store");
	return hatch_send_bytes(req, 200, "application/json", json->bytes, json->len);
}
