/*
 * uri.c - request targets, RFC 9112 section 3.2 and RFC 3986
 * SPDX-License-Identifier: MIT
 *
 * Order is everything: split first, then decode once, then remove the dot
 * segments, so that "%2e%2e" is what it decodes to and nothing is decoded
 * twice.  Raw characters are taken a little more generously than RFC 3986 has
 * them ("|" and "[" arrive from browsers), but never a backslash in a path,
 * which some read as a slash.
 */
#include "uri.h"

#include "../base/check.h"
#include "chars.h"

#define VALUE_MARK '\xfe' /* between name and value */
#define PAIR_MARK  '\xff' /* between pairs */

/* The byte that the escape at the start of s stands for, -1 if it is none. */
static int escape_value(struct hatch_span s)
{
	if (s.len < 3 || s.ptr[0] != '%')
		return -1;

	int high = hx_hex_value(s.ptr[1]), low = hx_hex_value(s.ptr[2]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* VCHAR, and a fragment never goes to a server. */
static bool is_target(struct hatch_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '!' || s.ptr[i] > '~' || s.ptr[i] == '#')
			return false;
	return s.len > 0;
}

static int decode_path(char *path, size_t *len)
{
	size_t to = 0;

	for (size_t at = 0; at < *len; at++, to++) {
		if (path[at] == '\\')
			return -400;
		path[to] = path[at];
		if (path[at] != '%')
			continue;

		int byte = escape_value(hx_span(path + at, *len - at));

		if (byte < 0x20 || byte == 0x7f || byte == '/')
			return -400;
		path[to] = (char)byte;
		at += 2;
	}
	*len = to;
	return 0;
}

/* "." is 1, ".." is 2, another segment 0. */
static unsigned dots(const char *segment, size_t len)
{
	if (len == 0 || len > 2 || segment[0] != '.')
		return 0;
	return len == 1 || segment[1] == '.' ? (unsigned)len : 0;
}

/* RFC 3986 section 5.2.4 for a path that begins with "/".  Returns the new length. */
static size_t remove_dot_segments(char *path, size_t len)
{
	size_t at = 0, to = 0;

	while (at < len) { /* path[at] is the slash before a segment */
		size_t end = at + 1;

		while (end < len && path[end] != '/')
			end++;

		unsigned up = dots(path + at + 1, end - at - 1);

		if (up == 2)
			while (to > 0 && path[--to] != '/')
				continue;
		if (up == 0) {
			memmove(path + to, path + at, end - at);
			to += end - at;
		} else if (end == len) {
			path[to++] = '/';
		}
		at = end;
	}
	return to;
}

/* What hx_query_decode() will make of it must be unambiguous. */
static int check_query(struct hatch_span query)
{
	for (size_t i = 0; i < query.len; i++) {
		if (query.ptr[i] != '%')
			continue;

		int byte = escape_value(hx_span(query.ptr + i, query.len - i));

		if (byte <= 0 || byte >= 0xfe)
			return -400;
	}
	return 0;
}

/* Of a form, where bytes stand that no target may have. */
bool hx_query_ok(struct hatch_span query)
{
	for (size_t i = 0; i < query.len; i++)
		if (query.ptr[i] == '\0' || (unsigned char)query.ptr[i] >= 0xfe)
			return false;
	return check_query(query) == 0;
}

/* From the path on: an empty one, after an authority, is "/". */
static int parse_path(struct hx_target *out, char *path, size_t len)
{
	char *mark = len > 0 ? memchr(path, '?', len) : NULL;

	if (mark != NULL) {
		size_t path_len = (size_t)(mark - path);

		out->query = hx_span(mark + 1, len - path_len - 1);
		HX_TRY(check_query(out->query));
		len = path_len;
	}
	if (len == 0) {
		out->path = hx_span("/", 1);
		return 0;
	}
	HX_TRY(decode_path(path, &len));
	out->path = hx_span(path, remove_dot_segments(path, len));
	return 0;
}

/* The length of "http://" or "https://" in any case, 0 if it is neither. */
static size_t scheme_len(struct hatch_span s)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < 2; i++) {
		struct hatch_span scheme = hatch_str(schemes[i]);

		if (s.len >= scheme.len && hx_span_same_nocase(hx_span(s.ptr, scheme.len), scheme))
			return scheme.len;
	}
	return 0;
}

int hx_target_parse(struct hx_target *out, char *target, size_t len, bool is_options)
{
	*out = (struct hx_target){ 0 };
	if (!is_target(hx_span(target, len)))
		return -400;
	if (target[0] == '/')
		return parse_path(out, target, len);
	if (len == 1 && target[0] == '*') {
		out->asterisk = true;
		out->path = hx_span(target, 1);
		return is_options ? 0 : -400;
	}

	size_t start = scheme_len(hx_span(target, len)), end = start;

	while (end < len && target[end] != '/' && target[end] != '?')
		end++;
	out->authority = hx_span(target + start, end - start);
	if (start == 0 || !hx_is_authority(out->authority))
		return -400;
	return parse_path(out, target + end, len - end);
}

/* Whether raw decodes to this path, which has no dot segments any more. */
static bool decodes_to(struct hatch_span raw, struct hatch_span path)
{
	size_t at = 0;

	for (size_t i = 0; i < path.len; i++) {
		struct hatch_span left = hx_span(raw.ptr + at, raw.len - at);
		int byte = escape_value(left);

		if (left.len == 0 || (left.ptr[0] == '%' && byte < 0) ||
			(char)(byte < 0 ? left.ptr[0] : byte) != path.ptr[i])
			return false;
		at += byte < 0 ? 1 : 3;
	}
	return at == raw.len;
}

bool hx_target_is(const struct hx_target *target, struct hatch_span raw)
{
	const char *mark = raw.len > 0 ? memchr(raw.ptr, '?', raw.len) : NULL;
	struct hatch_span path = raw, query = hx_span(NULL, 0);

	if (mark != NULL) {
		path.len = (size_t)(mark - raw.ptr);
		query = hx_span(mark + 1, raw.len - path.len - 1);
	}
	return decodes_to(path, target->path) &&
	       (query.ptr == NULL) == (target->query.ptr == NULL) &&
	       hx_span_same(query, target->query);
}

/*
 * Decoding never makes anything longer, so it works in place.  A query that
 * hx_target_parse() has not checked keeps its bad escapes as they are.
 */
struct hatch_span hx_query_decode(char *query, size_t len)
{
	size_t to = 0;
	bool in_name = true;

	for (size_t at = 0; at < len; at++, to++) {
		int byte = escape_value(hx_span(query + at, len - at));
		char c = query[at];

		if (byte > 0 && byte < 0xfe) {
			c = (char)byte;
			at += 2;
		} else if (c == '+') {
			c = ' ';
		} else if (c == '&') {
			c = PAIR_MARK;
			in_name = true;
		} else if (c == '=' && in_name) {
			c = VALUE_MARK;
			in_name = false;
		}
		query[to] = c;
	}
	return hx_span(query, to);
}

/* The part of s before the mark, or all of it; *rest is what follows the mark. */
static struct hatch_span split(struct hatch_span s, char mark, struct hatch_span *rest)
{
	size_t at = 0;

	while (at < s.len && s.ptr[at] != mark)
		at++;

	size_t next = at < s.len ? at + 1 : at;

	*rest = hx_span(s.ptr + next, s.len - next);
	return hx_span(s.ptr, at);
}

struct hatch_span hx_query_find(struct hatch_span decoded, const char *name)
{
	struct hatch_span wanted = hatch_str(name);

	while (decoded.len > 0) {
		struct hatch_span pair = split(decoded, PAIR_MARK, &decoded), value;
		bool empty = pair.len == 0; /* "a&&b" has no pair in its middle */
		struct hatch_span found = split(pair, VALUE_MARK, &value);

		if (!empty && hx_span_same(found, wanted))
			return value;
	}
	return hx_span(NULL, 0);
}

void hx_path_encode(struct hx_text *out, struct hatch_span path)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') ||
			     (c != '\0' && strchr("-._~!$&'()*+,;=:@/", c) != NULL);
		if (plain) {
			hx_text_char(out, (char)c);
			continue;
		}
		hx_text_char(out, '%');
		hx_text_char(out, hex[c >> 4]);
		hx_text_char(out, hex[c & 15]);
	}
}
