/*
 * head.c - the request line and the fields, RFC 9112 sections 2 to 5
 * SPDX-License-Identifier: MIT
 *
 * Two passes.  The scan sees each byte once, as it arrives: it finds the lines,
 * holds the limits, and refuses bytes that no head has.  The parse, once the
 * head is complete, holds each line against the grammar.
 */
#include "head.h"

#include "../base/check.h"
#include "chars.h"
#include "field.h"

/* A line has ended with the LF at buf[at].  1: it was the empty line that ends the head. */
static int end_line(struct hx_head_scan *scan, size_t at, const struct hx_head_limits *limits)
{
	size_t len = at - 1 - scan->line_start;

	scan->line_start = at + 1;
	if (scan->lines == 0 && len == 0) {
		if (scan->skip != 0)
			return -400;
		scan->skip = at + 1;
		return 0;
	}
	if (scan->lines == 0)
		scan->line_len = len;
	else if (len == 0)
		return 1;
	else if (scan->lines > limits->fields)
		return -431;
	scan->lines++;
	return 0;
}

/* Bytes that no line has.  HTAB only stands in field lines. */
static bool is_line_byte(char c, bool in_fields)
{
	unsigned byte = (unsigned char)c;

	return (byte >= 0x20 && byte != 0x7f) || byte == '\r' || (byte == '\t' && in_fields);
}

static int scan_byte(
	struct hx_head_scan *scan, const char *buf, size_t at, const struct hx_head_limits *limits)
{
	bool after_cr = at > scan->line_start && buf[at - 1] == '\r';

	if (after_cr)
		return buf[at] == '\n' ? end_line(scan, at, limits) : -400;
	if (!is_line_byte(buf[at], scan->lines > 0))
		return -400;
	if (scan->lines == 0 && buf[at] != '\r' && at - scan->line_start >= limits->line)
		return -414;
	return 0;
}

int hx_head_scan(
	struct hx_head_scan *scan, const char *buf, size_t len, const struct hx_head_limits *limits)
{
	HX_ASSERT(scan->at <= len);
	while (scan->at < len) {
		int found = scan->at < limits->head ? scan_byte(scan, buf, scan->at, limits) : -431;

		if (found < 0)
			return found;
		scan->at++;
		if (found > 0)
			return 1;
	}
	/* The head fills all the room it may have and is not complete: do not wait for more. */
	return scan->at < limits->head ? 0 : -431;
}

/* RFC 9112 section 3: no white space, no control; what is not ASCII belongs into escapes. */
static bool is_target(struct hatch_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '!' || s.ptr[i] > '~')
			return false;
	return s.len > 0;
}

/* "HTTP/" DIGIT "." DIGIT, in this case; RFC 9112 section 2.3. */
static int parse_version(struct hatch_span s, unsigned *minor)
{
	if (s.len != 8 || memcmp(s.ptr, "HTTP/", 5) != 0)
		return -400;
	if (!hx_is_digit(s.ptr[5]) || s.ptr[6] != '.' || !hx_is_digit(s.ptr[7]))
		return -400;
	if (s.ptr[5] != '1' || s.ptr[7] > '1')
		return -505;
	*minor = (unsigned)(s.ptr[7] - '0');
	return 0;
}

/* The part of line from *at to the next space or the end; *at moves behind the space. */
static struct hatch_span take_word(struct hatch_span line, size_t *at)
{
	size_t start = *at, end = start;

	while (end < line.len && line.ptr[end] != ' ')
		end++;
	*at = end < line.len ? end + 1 : end;
	return hx_span(line.ptr + start, end - start);
}

static int parse_request_line(struct hx_head *head, struct hatch_span line)
{
	size_t at = 0;

	head->method = take_word(line, &at);
	head->target = take_word(line, &at);
	if (!hx_is_token(head->method) || !is_target(head->target))
		return -400;
	/* Whatever is left: a further space makes it no version. */
	return parse_version(hx_span(line.ptr + at, line.len - at), &head->minor);
}

/* A folded line, and white space before the colon, have no token for a name. */
static int check_fields(struct hatch_span lines)
{
	struct hatch_span name, value;

	while (hx_field_take(&lines, &name, &value))
		if (value.ptr == NULL || !hx_is_token(name) || !hx_is_field_value(value))
			return -400;
	return 0;
}

int hx_head_parse(struct hx_head *head, const char *buf, const struct hx_head_scan *scan)
{
	size_t fields_at = scan->skip + scan->line_len + 2;

	HX_ASSERT(scan->lines > 0 && fields_at + 2 <= scan->at);
	head->fields = hx_span(buf + fields_at, scan->at - 2 - fields_at);
	HX_TRY(parse_request_line(head, hx_span(buf + scan->skip, scan->line_len)));
	return check_fields(head->fields);
}
