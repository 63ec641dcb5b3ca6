/* SPDX-License-Identifier: MIT */
/* JSON in one buffer: what a page asks for at once. */
#ifndef TOOLS_SERVE_JSON_H
#define TOOLS_SERVE_JSON_H

#include <hatch.h>

/* config.copy_max is to be as much. */
enum { JSON_ROOM = 7168 };

struct json {
	char bytes[JSON_ROOM];
	size_t len;
};

/* The one there is: handlers make an answer at a time.  Empty. */
struct json *json_begin(void);

/* Formats as printf() does.  What does not fit is cut off: ask json_left() before long lists. */
void json_add(struct json *json, const char *format, ...) HATCH_PRINTF(2, 3);

/* Text that somebody else has made, in its quotes. */
void json_add_text(struct json *json, const char *text);

size_t json_left(const struct json *json);
const char *json_truth(bool value);

int json_send(struct hatch_req *req, const struct json *json);

#endif
