/*
 * credentials.c - see credentials.h
 * SPDX-License-Identifier: MIT
 */
#include "credentials.h"

#include "chars.h"
#include "field.h"

struct hatch_span hx_credentials(struct hatch_span fields, const char *scheme)
{
	struct hatch_span value = hx_field_find(fields, "Authorization");
	struct hatch_span name = hatch_str(scheme);
	if (hx_field_count(fields, "Authorization") != 1 || value.len <= name.len ||
		!hx_span_same_nocase(hx_span(value.ptr, name.len), name) ||
		value.ptr[name.len] != ' ')
		return hx_span(NULL, 0);
	return hx_trim_ows(hx_span(value.ptr + name.len, value.len - name.len));
}

/* ---- parameters ---- */

/* It begins with a quotation mark, ends with the one that closes it, and has none between. */
static bool take_quoted(struct hx_auth_param *param, struct hatch_span text)
{
	size_t at = 1;
	param->escaped = false;
	for (; at < text.len && text.ptr[at] != '"'; at++)
		if (text.ptr[at] == '\\') {
			param->escaped = true;
			at++;
		}
	param->value = hx_span(text.ptr + 1, at - 1);
	return at + 1 == text.len;
}

int hx_auth_param_take(struct hatch_span *list, struct hx_auth_param *param)
{
	struct hatch_span element;
	if (!hx_list_take(list, &element))
		return 0;
	size_t equals = 0;
	while (equals < element.len && element.ptr[equals] != '=')
		equals++;
	if (equals == element.len)
		return -1;
	param->name = hx_trim_ows(hx_span(element.ptr, equals));
	param->value = hx_trim_ows(hx_span(element.ptr + equals + 1, element.len - equals - 1));
	param->escaped = false;
	if (!hx_is_token(param->name) || param->value.len == 0)
		return -1;
	if (param->value.ptr[0] == '"')
		return take_quoted(param, param->value) ? 1 : -1;
	return hx_is_token(param->value) ? 1 : -1;
}

int hx_unquote(struct hatch_span value, char *out, size_t room)
{
	size_t len = 0;
	for (size_t at = 0; at < value.len; at++) {
		if (value.ptr[at] == '\\' && value.len - at > 1)
			at++;
		if (len == room)
			return -1;
		out[len++] = value.ptr[at];
	}
	return (int)len;
}

/* charset "'" [ language ] "'" value-chars: the value-chars; ptr NULL: it is not UTF-8. */
static struct hatch_span ext_chars(struct hatch_span value)
{
	struct hatch_span charset = hatch_str("UTF-8'");
	if (value.len < charset.len ||
		!hx_span_same_nocase(hx_span(value.ptr, charset.len), charset))
		return hx_span(NULL, 0);
	const char *rest = value.ptr + charset.len;
	size_t len = value.len - charset.len;
	const char *mark = len > 0 ? memchr(rest, '\'', len) : NULL;
	if (mark == NULL)
		return hx_span(NULL, 0);
	return hx_span(mark + 1, len - (size_t)(mark + 1 - rest));
}

/* attr-char: a token's, but for three. */
static bool is_attr_char(char c)
{
	return hx_is_tchar(c) && c != '*' && c != '\'' && c != '%';
}

int hx_ext_value(struct hatch_span value, char *out, size_t room)
{
	struct hatch_span from = ext_chars(value);
	size_t len = 0;
	if (from.ptr == NULL)
		return -1;
	for (size_t at = 0; at < from.len; at++) {
		char c = from.ptr[at];
		if (c == '%') {
			int high = from.len - at < 3 ? -1 : hx_hex_value(from.ptr[at + 1]);
			int low = high < 0 ? -1 : hx_hex_value(from.ptr[at + 2]);
			if (low < 0)
				return -1;
			c = (char)(high * 16 + low);
			at += 2;
		} else if (!is_attr_char(c)) {
			return -1;
		}
		if (len == room)
			return -1;
		out[len++] = c;
	}
	return (int)len;
}
