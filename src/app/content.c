/*
 * content.c - see content.h
 * SPDX-License-Identifier: MIT
 */
#include "content.h"

#include "../hatch_web.h"
#include "../http/date.h"
#include "../http/uri.h"

static int cache_fields(struct hatch_req *req, const struct hx_content *content)
{
	char line[40] = "no-cache", date[HX_DATE_LEN + 1];
	struct hx_text text;
	int error = 0;
	if (content->max_age_s != 0) {
		hx_text_init(&text, line, sizeof(line) - 1);
		hx_text_str(&text, "max-age=");
		hx_text_uint(&text, content->max_age_s);
		line[text.len] = '\0';
	}
	error = hatch_set_field(req, "Cache-Control", line);
	if (error == 0 && content->varies)
		error = hatch_add_field(req, "Vary", "Accept-Encoding");
	if (error == 0 && content->have.etag != NULL)
		error = hatch_set_field(req, "ETag", content->have.etag);
	if (error == 0 && content->have.modified != 0 &&
		hx_date_format(content->have.modified, date))
		error = hatch_set_field(req, "Last-Modified", date);
	return error;
}

/* "bytes 0-9/100", or for 416 a star where there is no range (RFC 9110 section 14.4). */
static int range_field(struct hatch_req *req, const struct hx_range *range, uint64_t size)
{
	char line[80];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, "bytes ");
	if (range == NULL) {
		hx_text_char(&text, '*');
	} else {
		hx_text_uint(&text, range->first);
		hx_text_char(&text, '-');
		hx_text_uint(&text, range->first + range->len - 1);
	}
	hx_text_char(&text, '/');
	hx_text_uint(&text, size);
	return hatch_add_field_span(req, "Content-Range", hx_span(line, text.len));
}

int hx_content_begin(
	struct hatch_req *req, const struct hx_content *content, struct hx_range *range)
{
	struct hatch_span lines = req->head.fields;
	bool is_read = req->method == HATCH_GET || req->method == HATCH_HEAD;
	int error = cache_fields(req, content);
	int status = hx_precondition(lines, &content->have, is_read);
	range->first = 0;
	range->len = content->size;
	if (error == 0 && status != 200)
		error = hatch_send_empty(req, status);
	if (error != 0 || status != 200)
		return error;
	/* A range is for GET alone (section 14.2). */
	if (req->method == HATCH_GET)
		status = hx_range_choose(lines, &content->have, content->size, range);
	error = hatch_set_field(req, "Accept-Ranges", "bytes");
	if (error == 0 && status == 416)
		error = range_field(req, NULL, content->size);
	if (error == 0 && status == 416)
		return hatch_send_empty(req, 416);
	if (error == 0 && status == 206)
		error = range_field(req, range, content->size);
	if (error == 0 && content->encoding != NULL)
		error = hatch_set_field(req, "Content-Encoding", content->encoding);
	return error != 0 ? error : status;
}

/* Relative to where the client is, so that proxies and prefixes do not matter. */
int hx_content_to_folder(struct hatch_req *req)
{
	struct hatch_span path = hatch_path(req), query = hatch_raw_query(req);
	char location[160];
	struct hx_text text;
	size_t at = path.len;
	while (at > 0 && path.ptr[at - 1] != '/')
		at--;
	hx_text_init(&text, location, sizeof(location) - 1);
	hx_text_str(&text, "./");
	hx_path_encode(&text, hx_span(path.ptr + at, path.len - at));
	hx_text_char(&text, '/');
	if (query.ptr != NULL)
		hx_text_char(&text, '?');
	hx_text_span(&text, query);
	location[text.len] = '\0';
	return text.error < 0 ? hatch_send_text(req, 404, "404 Not Found\n")
			      : hatch_redirect(req, 301, location);
}

/* ---- types ---- */

static const struct {
	const char *end, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".htm", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".md", "text/markdown; charset=utf-8" },
	{ ".csv", "text/csv; charset=utf-8" },
	{ ".xml", "application/xml" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".woff", "font/woff" },
	{ ".wasm", "application/wasm" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".pdf", "application/pdf" },
	{ ".mp3", "audio/mpeg" },
	{ ".mp4", "video/mp4" },
	{ ".zip", "application/zip" },
};

const char *hatch_type_of(struct hatch_span name)
{
	for (size_t i = 0; i < HATCH_COUNT(types); i++) {
		struct hatch_span end = hatch_str(types[i].end);
		if (name.len > end.len &&
			hx_span_same_nocase(hx_span(name.ptr + name.len - end.len, end.len), end))
			return types[i].type;
	}
	return "application/octet-stream";
}
