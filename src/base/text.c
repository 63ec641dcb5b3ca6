/*
 * text.c - writing text into a fixed buffer, where the first error sticks
 * SPDX-License-Identifier: MIT
 *
 * After something did not fit nothing more is written: what follows a hole
 * must not look like what belongs there.
 */
#include "text.h"

#include "check.h"

void hx_text_init(struct hx_text *text, char *buf, size_t room)
{
	text->ptr = buf;
	text->len = 0;
	text->room = room;
	text->error = 0;
}

static bool fits(struct hx_text *text, size_t len)
{
	HX_ASSERT(text->len <= text->room);
	if (text->error == 0 && len > text->room - text->len)
		text->error = HATCH_EBIG;
	return text->error == 0;
}

void hx_text_span(struct hx_text *text, struct hatch_span span)
{
	if (!fits(text, span.len) || span.len == 0)
		return;
	memcpy(text->ptr + text->len, span.ptr, span.len);
	text->len += span.len;
}

void hx_text_str(struct hx_text *text, const char *str)
{
	hx_text_span(text, hatch_str(str));
}

void hx_text_char(struct hx_text *text, char c)
{
	hx_text_span(text, hx_span(&c, 1));
}

void hx_text_uint(struct hx_text *text, uint64_t value)
{
	char digits[20]; /* 2^64 - 1 has twenty */
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	hx_text_span(text, hx_span(digits + at, sizeof(digits) - at));
}

static size_t escaped_len(char c)
{
	if (c == '\\')
		return 2;
	return c >= ' ' && c <= '~' ? 1 : 4;
}

/* What stands for c, in out; its length. */
static size_t escape(char c, char out[4])
{
	static const char hex[] = "0123456789abcdef";
	unsigned byte = (unsigned char)c;
	out[0] = c == '\\' || escaped_len(c) == 4 ? '\\' : c;
	out[1] = c == '\\' ? '\\' : 'x';
	out[2] = hex[byte >> 4];
	out[3] = hex[byte & 15];
	return escaped_len(c);
}

void hx_text_escaped(struct hx_text *text, struct hatch_span span)
{
	size_t need = 0;

	for (size_t i = 0; i < span.len; i++)
		need += escaped_len(span.ptr[i]);
	if (!fits(text, need))
		return;
	for (size_t i = 0; i < span.len; i++) {
		char out[4];
		size_t len = escape(span.ptr[i], out);

		hx_text_span(text, hx_span(out, len));
	}
}

/* From its end, so that nothing is written over before it is read. */
size_t hx_escape(char *buf, size_t len, size_t room)
{
	size_t need = 0, taken = 0;

	while (taken < len && escaped_len(buf[taken]) <= room - need)
		need += escaped_len(buf[taken++]);
	for (size_t to = need; taken > 0;) {
		char out[4];
		size_t size = escape(buf[--taken], out);

		to -= size;
		memcpy(buf + to, out, size);
	}
	return need;
}
