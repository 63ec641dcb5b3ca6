/*
 * field.c - names, values and lists of fields, RFC 9110 section 5
 * SPDX-License-Identifier: MIT
 */
#include "field.h"

/* One bit for each of the 128 ASCII characters: those of a token, RFC 9110 section 5.6.2. */
static const uint32_t tchars[4] = { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };

bool hx_is_tchar(char c)
{
	unsigned byte = (unsigned char)c;

	return byte < 128 && (tchars[byte / 32] >> (byte % 32) & 1) != 0;
}

bool hx_is_token(struct hatch_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!hx_is_tchar(s.ptr[i]))
			return false;
	return s.len > 0;
}

bool hx_is_field_value(struct hatch_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned byte = (unsigned char)s.ptr[i];

		if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
			return false;
	}
	return true;
}

static bool is_ows(char c)
{
	return c == ' ' || c == '\t';
}

struct hatch_span hx_trim_ows(struct hatch_span s)
{
	while (s.len > 0 && is_ows(s.ptr[s.len - 1]))
		s.len--;
	while (s.len > 0 && is_ows(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	return s;
}

/* Cuts what lies before at (at <= span->len) off the front. */
static struct hatch_span cut(struct hatch_span *span, size_t at)
{
	struct hatch_span front = hx_span(span->ptr, at);

	span->ptr += at;
	span->len -= at;
	return front;
}

/* A line without a colon, which no checked head has, comes out with a NULL value. */
bool hx_field_take(struct hatch_span *lines, struct hatch_span *name, struct hatch_span *value)
{
	if (lines->len == 0)
		return false;

	const char *lf = memchr(lines->ptr, '\n', lines->len);
	struct hatch_span line = cut(
		lines, lf == NULL ? lines->len : (size_t)(lf - lines->ptr) + 1);

	if (line.len >= 2 && line.ptr[line.len - 1] == '\n' && line.ptr[line.len - 2] == '\r')
		line.len -= 2;

	const char *colon = line.len > 0 ? memchr(line.ptr, ':', line.len) : NULL;

	*name = line;
	*value = hx_span(NULL, 0);
	if (colon != NULL) {
		*name = cut(&line, (size_t)(colon - line.ptr));
		*value = hx_trim_ows(hx_span(line.ptr + 1, line.len - 1));
	}
	return true;
}

struct hatch_span hx_field_find(struct hatch_span lines, const char *name)
{
	struct hatch_span wanted = hatch_str(name), found, value;

	while (hx_field_take(&lines, &found, &value))
		if (hx_span_same_nocase(found, wanted))
			return value;
	return hx_span(NULL, 0);
}

unsigned hx_field_count(struct hatch_span lines, const char *name)
{
	struct hatch_span wanted = hatch_str(name), found, value;
	unsigned count = 0;

	while (hx_field_take(&lines, &found, &value))
		count += hx_span_same_nocase(found, wanted);
	return count;
}

/* How far the list goes before a comma that is not in a quoted string. */
static size_t element_len(struct hatch_span list)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < list.len && (quoted || list.ptr[i] != ','); i++) {
		if (list.ptr[i] == '"')
			quoted = !quoted;
		else if (quoted && list.ptr[i] == '\\' && list.len - i > 1)
			i++;
	}
	return i;
}

bool hx_list_take(struct hatch_span *list, struct hatch_span *element)
{
	while (list->len > 0) {
		*element = hx_trim_ows(cut(list, element_len(*list)));
		if (list->len > 0)
			cut(list, 1); /* the comma */
		if (element->len > 0)
			return true;
	}
	return false;
}

bool hx_field_has_token(struct hatch_span lines, const char *name, const char *token)
{
	struct hatch_span wanted = hatch_str(name), found, value, element;

	while (hx_field_take(&lines, &found, &value)) {
		if (!hx_span_same_nocase(found, wanted))
			continue;
		while (hx_list_take(&value, &element))
			if (hx_span_same_nocase(element, hatch_str(token)))
				return true;
	}
	return false;
}
