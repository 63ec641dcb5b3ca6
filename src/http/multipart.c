/*
 * multipart.c - see multipart.h
 * SPDX-License-Identifier: MIT
 */
#include "multipart.h"

#include "field.h"

/* ---- parameters: ; name=value, ; name="value" (RFC 9110 section 5.6.6) ---- */

/* What a quotation mark can stand as within quotes: browsers write %22, others \". */
static size_t unquote(char *text, size_t len)
{
	size_t to = 0;
	for (size_t at = 0; at < len; at++, to++) {
		bool pair = at + 1 < len && text[at] == '\\' &&
			    (text[at + 1] == '"' || text[at + 1] == '\\');
		bool escape = at + 2 < len && memcmp(text + at, "%22", 3) == 0;
		text[to] = escape ? '"' : text[at + (pair ? 1 : 0)];
		at += escape ? 2 : pair ? 1 : 0;
	}
	return to;
}

/* The length of a quoted string at s, its marks included; 0: it does not end. */
static size_t quoted_len(struct hatch_span s)
{
	for (size_t at = 1; at < s.len; at++) {
		if (s.ptr[at] == '"')
			return at + 1;
		/* C:\dir\ is no escape, \" is. */
		if (s.ptr[at] == '\\' && at + 1 < s.len &&
			(s.ptr[at + 1] == '"' || s.ptr[at + 1] == '\\'))
			at++;
	}
	return 0;
}

static struct hatch_span token_of(struct hatch_span s)
{
	size_t len = 0;
	while (len < s.len && hx_is_tchar(s.ptr[len]))
		len++;
	return hx_span(s.ptr, len);
}

static struct hatch_span behind(struct hatch_span s, size_t len)
{
	return hx_span(s.ptr + len, s.len - len);
}

/* 1: one was taken.  0: none is left.  -1: it is none.  is_quoted: *value still has its escapes. */
static int take_param(
	struct hatch_span *rest, struct hatch_span *name, struct hatch_span *value, bool *is_quoted)
{
	*rest = hx_trim_ows(*rest);
	while (rest->len > 0 && rest->ptr[0] == ';')
		*rest = hx_trim_ows(behind(*rest, 1));
	if (rest->len == 0)
		return 0;
	*name = token_of(*rest);
	*rest = behind(*rest, name->len);
	if (name->len == 0 || rest->len == 0 || rest->ptr[0] != '=')
		return -1;
	*rest = behind(*rest, 1);
	*is_quoted = rest->len > 0 && rest->ptr[0] == '"';
	size_t len = *is_quoted ? quoted_len(*rest) : token_of(*rest).len;
	if (len == 0)
		return -1;
	*value = *is_quoted ? hx_span(rest->ptr + 1, len - 2) : hx_span(rest->ptr, len);
	*rest = hx_trim_ows(behind(*rest, len));
	return rest->len == 0 || rest->ptr[0] == ';' ? 1 : -1;
}

/* What is before the first parameter, which *rest begins with. */
static struct hatch_span take_type(struct hatch_span value, struct hatch_span *rest)
{
	size_t at = 0;
	while (at < value.len && value.ptr[at] != ';')
		at++;
	*rest = behind(value, at);
	return hx_trim_ows(hx_span(value.ptr, at));
}

/* RFC 2046 section 5.1.1: bchars, not ending in a space. */
static bool is_boundary(struct hatch_span s)
{
	static const char others[] = "'()+_,-./:=? ";
	if (s.len == 0 || s.len > HX_BOUNDARY_MAX || s.ptr[s.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = hx_lower(s.ptr[i]);
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!alnum && (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return true;
}

int hx_multi_init(struct hx_multi *multi, struct hatch_span content_type)
{
	struct hatch_span rest, name, value;
	bool is_quoted;
	int ret;
	memset(multi, 0, sizeof(*multi));
	if (!hx_span_same_nocase(take_type(content_type, &rest), hatch_str("multipart/form-data")))
		return -415;
	while ((ret = take_param(&rest, &name, &value, &is_quoted)) == 1) {
		if (!hx_span_same_nocase(name, hatch_str("boundary")))
			continue;
		if (multi->delimiter_len > 0 || !is_boundary(value))
			return -400;
		memcpy(multi->delimiter, "\r\n--", 4);
		memcpy(multi->delimiter + 4, value.ptr, value.len);
		multi->delimiter_len = (uint8_t)(4 + value.len);
	}
	/* The first delimiter may stand at the very beginning. */
	multi->matched = multi->borrowed = 2;
	return ret < 0 || multi->delimiter_len == 0 ? -400 : 0;
}

/* ---- the bytes ---- */

/* Preamble or data.  The event, or -1: a delimiter has ended what was before it. */
static int take_data(struct hx_multi *multi, const char *bytes, size_t len, size_t *used,
	struct hatch_span *data)
{
	while (*used < len) {
		const char *at = bytes + *used;
		if (multi->matched == 0 && *at != '\r') {
			const char *end = memchr(at, '\r', len - *used);
			size_t run = end == NULL ? len - *used : (size_t)(end - at);
			*used += run;
			*data = hx_span(at, run);
			return HX_MULTI_DATA;
		}
		if (*at == multi->delimiter[multi->matched]) {
			(*used)++;
			if (++multi->matched == multi->delimiter_len)
				return -1;
			continue;
		}
		*data = hx_span(multi->delimiter + multi->borrowed,
			(size_t)multi->matched - multi->borrowed);
		multi->matched = multi->borrowed = 0;
		if (data->len > 0)
			return HX_MULTI_DATA;
	}
	return HX_MULTI_MORE;
}

/* Behind a delimiter: "--", or spaces and CRLF. */
static int take_after(struct hx_multi *multi, char c)
{
	char last = multi->last;
	multi->last = c;
	if (last == '\0' && (c == '-' || c == '\r'))
		return 0;
	if ((last == '\0' || last == ' ') && (c == ' ' || c == '\t')) {
		multi->last = ' ';
		return 0;
	}
	if (last == ' ' && c == '\r')
		return 0;
	if (last == '-' && c == '-') {
		multi->state = HX_MULTI_EPILOGUE;
		return 0;
	}
	if (last != '\r' || c != '\n')
		return -400;
	multi->state = HX_MULTI_IN_HEAD;
	multi->head_len = 0;
	return 0;
}

/* 1: it is whole, the empty line included. */
static int take_head(struct hx_multi *multi, char c)
{
	if (multi->head_len == HX_PART_HEAD_MAX)
		return -431;
	multi->head[multi->head_len++] = c;
	if (multi->head_len == 2 && memcmp(multi->head, "\r\n", 2) == 0)
		return -400; /* a part without a name */
	return multi->head_len >= 4 &&
	       memcmp(multi->head + multi->head_len - 4, "\r\n\r\n", 4) == 0;
}

/* Nobody needs what is before the first part and behind the last. */
static int ignore(struct hx_multi *multi, size_t len)
{
	if (len > (size_t)HX_IGNORED_MAX - multi->ignored)
		return -400;
	multi->ignored = (uint16_t)(multi->ignored + len);
	return 0;
}

int hx_multi_take(struct hx_multi *multi, const char *bytes, size_t len, size_t *used,
	struct hatch_span *data)
{
	*used = 0;
	*data = hx_span(NULL, 0);
	while (*used < len) {
		int ret = 0;
		if (multi->state == HX_MULTI_EPILOGUE) {
			ret = ignore(multi, len - *used);
			*used = len;
		} else if (multi->state == HX_MULTI_AFTER) {
			ret = take_after(multi, bytes[(*used)++]);
		} else if (multi->state == HX_MULTI_IN_HEAD) {
			ret = take_head(multi, bytes[(*used)++]);
		} else {
			bool in_data = multi->state == HX_MULTI_IN_DATA;
			int event = take_data(multi, bytes, len, used, data);
			if (event == -1) {
				multi->state = HX_MULTI_AFTER;
				multi->matched = multi->borrowed = 0;
				multi->last = '\0';
				event = HX_MULTI_END;
			}
			if (in_data || event == HX_MULTI_MORE)
				return event;
			if (event == HX_MULTI_DATA)
				ret = ignore(multi, data->len);
		}
		if (ret < 0)
			return ret;
		if (ret == 1) {
			/* The CRLF of the empty line may be the delimiter's: then the part is
			 * empty. */
			multi->state = HX_MULTI_IN_DATA;
			multi->matched = multi->borrowed = 2;
			return HX_MULTI_HEAD;
		}
	}
	return HX_MULTI_MORE;
}

/* ---- the head of a part ---- */

/* A browser of old sent the whole path. */
static struct hatch_span without_path(struct hatch_span name)
{
	size_t at = name.len;
	while (at > 0 && name.ptr[at - 1] != '/' && name.ptr[at - 1] != '\\')
		at--;
	return behind(name, at);
}

static int read_disposition(
	struct hx_multi *multi, struct hatch_span value, struct hx_part_head *out)
{
	struct hatch_span rest, name, param;
	bool is_quoted;
	int ret;
	if (!hx_span_same_nocase(take_type(value, &rest), hatch_str("form-data")))
		return -400;
	while ((ret = take_param(&rest, &name, &param, &is_quoted)) == 1) {
		bool is_name = hx_span_same_nocase(name, hatch_str("name"));
		struct hatch_span *place = is_name ? &out->name : &out->filename;
		if (!is_name && !hx_span_same_nocase(name, hatch_str("filename")))
			continue;
		if (place->ptr != NULL)
			return -400;
		if (is_quoted)
			param.len = unquote(multi->head + (param.ptr - multi->head), param.len);
		*place = is_name ? param : without_path(param);
	}
	return ret < 0 || out->name.ptr == NULL ? -400 : 0;
}

int hx_multi_head(struct hx_multi *multi, struct hx_part_head *out)
{
	struct hatch_span lines = hx_span(multi->head, (size_t)multi->head_len - 2), name, value;
	bool found = false;
	memset(out, 0, sizeof(*out));
	while (lines.len > 0) {
		if (!hx_field_take(&lines, &name, &value) || !hx_is_token(name) ||
			!hx_is_field_value(value))
			return -400;
		if (hx_span_same_nocase(name, hatch_str("Content-Type")))
			out->type = value;
		if (!hx_span_same_nocase(name, hatch_str("Content-Disposition")))
			continue;
		if (found || read_disposition(multi, value, out) != 0)
			return -400;
		found = true;
	}
	return found ? 0 : -400;
}
