/*
 * text.h - writing text into a fixed buffer, where the first error sticks
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_TEXT_H
#define HX_BASE_TEXT_H

#include "span.h"

struct hx_text {
	char *ptr;
	size_t len, room; /* len <= room; nothing is terminated by a NUL */
	int error;        /* 0 or HATCH_EBIG: something did not fit and was left out whole */
};

void hx_text_init(struct hx_text *text, char *buf, size_t room);
void hx_text_span(struct hx_text *text, struct hatch_span span);
void hx_text_str(struct hx_text *text, const char *str);
void hx_text_char(struct hx_text *text, char c);
void hx_text_uint(struct hx_text *text, uint64_t value);

/* The span with everything but printable ASCII as \xNN, and \ as \\: for logs. */
void hx_text_escaped(struct hx_text *text, struct hatch_span span);

/* The same in place, len of room bytes: what would not fit is cut off.  The new length. */
size_t hx_escape(char *buf, size_t len, size_t room);

#endif
