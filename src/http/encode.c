/*
 * encode.c - the head of a response and the frames of its body, RFC 9112
 * SPDX-License-Identifier: MIT
 */
#include "encode.h"

#include "../base/check.h"
#include "date.h"
#include "field.h"
#include "status.h"

static bool is_reserved(struct hatch_span name)
{
	static const char *const reserved[] = { "Connection", "Content-Length", "Date",
		"Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade" };

	for (size_t i = 0; i < HATCH_COUNT(reserved); i++)
		if (hx_span_same_nocase(name, hatch_str(reserved[i])))
			return true;
	return false;
}

/* The whole line or nothing, and the error sticks. */
static void put_line(struct hx_text *out, struct hatch_span name, struct hatch_span value)
{
	struct hx_text line = *out;

	hx_text_span(&line, name);
	hx_text_str(&line, ": ");
	hx_text_span(&line, value);
	hx_text_str(&line, "\r\n");
	out->error = line.error;
	if (line.error == 0)
		out->len = line.len;
}

int hx_encode_field(struct hx_text *out, struct hatch_span name, struct hatch_span value)
{
	if (!hx_is_token(name) || !hx_is_field_value(value) || is_reserved(name))
		return HATCH_EINVAL;
	put_line(out, name, value);
	return out->error;
}

/* A field whose value comes from the application, or NULL for none. */
static void put_optional(struct hx_text *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (!hx_is_field_value(hatch_str(value)))
		out->error = out->error != 0 ? out->error : HATCH_EINVAL;
	else
		put_line(out, hatch_str(name), hatch_str(value));
}

static void put_date(struct hx_text *out, int64_t unix_time)
{
	char date[HX_DATE_LEN + 1];

	if (unix_time != 0 && hx_date_format(unix_time, date))
		put_optional(out, "Date", date);
}

/* RFC 9110 section 8.6 and RFC 9112 section 6.1: neither stands in a 1xx or 204. */
static void put_length(struct hx_text *out, const struct hx_response_head *head)
{
	if (head->status < 200 || head->status == 204)
		return;
	if (head->length == HX_LENGTH_CHUNKED)
		hx_text_str(out, "Transfer-Encoding: chunked\r\n");
	if (head->length != HX_LENGTH_KNOWN)
		return;
	hx_text_str(out, "Content-Length: ");
	hx_text_uint(out, head->content_length);
	hx_text_str(out, "\r\n");
}

void hx_encode_head(struct hx_text *out, const struct hx_response_head *head)
{
	HX_ASSERT(head->status >= 100 && head->status <= 999);
	hx_text_str(out, "HTTP/1.1 ");
	hx_text_uint(out, (uint64_t)head->status);
	hx_text_char(out, ' ');
	hx_text_str(out, hx_status_reason(head->status));
	hx_text_str(out, "\r\n");
	put_date(out, head->unix_time);
	put_optional(out, "Content-Type", head->type);
	put_optional(out, "Allow", head->allow);
	put_length(out, head);
	if (head->upgrade != NULL) {
		put_optional(out, "Upgrade", head->upgrade);
		hx_text_str(out,
			head->close ? "Connection: Upgrade, close\r\n" : "Connection: Upgrade\r\n");
	} else if (head->close || head->length == HX_LENGTH_CLOSE)
		hx_text_str(out, "Connection: close\r\n");
	else if (head->keep_alive_10)
		hx_text_str(out, "Connection: keep-alive\r\n");
	hx_text_span(out, head->fields);
	hx_text_str(out, "\r\n");
}

/* Always four digits: leading zeros are in the grammar, and so the content need not move. */
void hx_encode_chunk(char prefix[HX_CHUNK_PREFIX], size_t len, char suffix[HX_CHUNK_SUFFIX])
{
	static const char hex[] = "0123456789abcdef";

	HX_ASSERT(len >= 1 && len <= 0xffff);
	for (unsigned i = 0; i < 4; i++)
		prefix[i] = hex[len >> (12 - 4 * i) & 15];
	memcpy(prefix + 4, "\r\n", 2);
	memcpy(suffix, "\r\n", 2);
}
