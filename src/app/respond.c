/*
 * respond.c - what a handler may answer
 * SPDX-License-Identifier: MIT
 *
 * A response is settled here (status, fields, where its body comes from) and
 * encoded by the carrier, which knows the protocol.
 */
#include "respond.h"

#include "../base/check.h"
#include "../http/encode.h"
#include "../http/field.h"
#include "../http/status.h"
#include "router.h"

/* ---- fields ---- */

static int stick(struct hatch_req *req, int error)
{
	if (req->sticky == 0)
		req->sticky = error;
	return error;
}

static bool too_late(const struct hatch_req *req)
{
	return req->phase >= HX_RESPONDED;
}

int hatch_add_field_span(struct hatch_req *req, const char *name, struct hatch_span value)
{
	if (too_late(req))
		return HATCH_ESTATE;
	int error = hx_encode_field(&req->fields, hatch_str(name), value);
	return error < 0 ? stick(req, error) : 0;
}

int hatch_add_field(struct hatch_req *req, const char *name, const char *value)
{
	return hatch_add_field_span(req, name, hatch_str(value));
}

/* Takes out every line of that name. */
static void remove_field(struct hx_text *fields, const char *name)
{
	struct hatch_span lines = hx_span(fields->ptr, fields->len), line_name, value;
	size_t at = 0;
	while (lines.len > 0) {
		const char *start = lines.ptr;
		if (!hx_field_take(&lines, &line_name, &value))
			break;
		size_t len = (size_t)(lines.ptr - start);
		if (!hx_span_same_nocase(line_name, hatch_str(name))) {
			at += len;
			continue;
		}
		memmove(fields->ptr + at, fields->ptr + at + len, fields->len - at - len);
		fields->len -= len;
		lines = hx_span(fields->ptr + at, fields->len - at);
	}
}

int hatch_set_field(struct hatch_req *req, const char *name, const char *value)
{
	if (too_late(req))
		return HATCH_ESTATE;
	remove_field(&req->fields, name);
	return hatch_add_field(req, name, value);
}

int hatch_set_length(struct hatch_req *req, uint64_t len)
{
	if (too_late(req))
		return HATCH_ESTATE;
	req->length_set = true;
	req->length = len;
	return 0;
}

int hatch_status_of(const struct hatch_req *req)
{
	return req->status;
}

void hatch_close_after(struct hatch_req *req)
{
	req->close_after = true;
}

/* ---- beginning and ending a response ---- */

static int run_hooks(struct hatch_req *req, const struct hatch_policy *policy)
{
	const void *arg = req->arg;
	for (size_t i = 0; policy != NULL && i < policy->after_count; i++) {
		req->arg = policy->after[i].arg;
		int ret = policy->after[i].call(req);
		req->arg = arg;
		if (ret < 0)
			return ret;
		if (ret != 0 || too_late(req))
			return HATCH_ESTATE;
	}
	return 0;
}

static uint32_t sum_of(const struct hx_text *fields, size_t len)
{
	uint32_t sum = 2166136261u; /* FNV-1a */
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)fields->ptr[i]) * 16777619u;
	return sum;
}

/* Those that hooks have added go; where one has replaced another, nobody knows it any more: all do.
 */
static void forget_hooks(struct hatch_req *req)
{
	bool whole = req->fields.len >= req->fields_before &&
		     sum_of(&req->fields, req->fields_before) == req->fields_sum;
	req->fields.len = whole ? req->fields_before : 0;
}

/* The phase goes back to where it was if the response cannot be given. */
static int settle(struct hatch_req *req, int status, const char *type)
{
	if (too_late(req) || req->status != 0)
		return HATCH_ESTATE;
	if (status != 101 && (status < 200 || status > 599))
		return HATCH_EINVAL;
	req->status = status;
	req->fields_before = req->fields.len;
	req->fields_sum = sum_of(&req->fields, req->fields.len);
	int error = run_hooks(req, req->route == NULL ? NULL : req->route->policy);
	if (error == 0)
		error = run_hooks(req, req->group == NULL ? NULL : req->group->policy);
	if (error == 0 && type != NULL && !hx_status_bodiless(status) &&
		hx_field_count(hx_span(req->fields.ptr, req->fields.len), "Content-Type") == 0)
		error = hatch_add_field(req, "Content-Type", type);
	if (error == 0)
		error = req->sticky;
	if (error < 0)
		req->status = 0;
	return error < 0 ? stick(req, error) : 0;
}

static int responded(struct hatch_req *req)
{
	req->phase = HX_RESPONDED;
	req->asleep = false;
	req->carrier->wake(req->carrier_self);
	return 0;
}

int hx_respond_begin(struct hatch_req *req, int status, const char *type, struct hx_text *body)
{
	HX_TRY(settle(req, status, type));
	/* Behind the fields and their CRLF; copy_max bytes, however long the fields are. */
	hx_text_init(
		body, req->out + HX_OUT_GAP + req->fields.len + 2, hx_config(req->srv)->copy_max);
	return 0;
}

int hx_respond_copied(struct hatch_req *req, const struct hx_text *body)
{
	/* Nothing was taken: another, shorter or streamed, can still be given. */
	if (body->error < 0) {
		req->status = 0;
		forget_hooks(req);
		return body->error;
	}
	req->body_len = hx_status_bodiless(req->status) ? 0 : body->len;
	req->length = req->body_len;
	req->length_set = true;
	return responded(req);
}

/* ---- whole responses ---- */

int hatch_send_bytes(
	struct hatch_req *req, int status, const char *type, const void *body, size_t len)
{
	struct hx_text text;
	HX_TRY(hx_respond_begin(req, status, type, &text));
	hx_text_span(&text, hx_span(body, len));
	return hx_respond_copied(req, &text);
}

int hatch_send_text(struct hatch_req *req, int status, const char *text)
{
	struct hatch_span span = hatch_str(text);
	return hatch_send_bytes(req, status, "text/plain; charset=utf-8", span.ptr, span.len);
}

int hatch_send_empty(struct hatch_req *req, int status)
{
	return hatch_send_bytes(req, status, NULL, "", 0);
}

int hatch_redirect(struct hatch_req *req, int status, const char *location)
{
	if (status < 300 || status > 399)
		return HATCH_EINVAL;
	HX_TRY(hatch_set_field(req, "Location", location));
	return hatch_send_empty(req, status);
}

int hatch_send_static(
	struct hatch_req *req, int status, const char *type, const void *body, size_t len)
{
	HX_TRY(settle(req, status, type));
	req->borrowed = hx_status_bodiless(status) ? hx_span(NULL, 0) : hx_span(body, len);
	req->length = req->borrowed.len;
	req->length_set = true;
	return responded(req);
}

int hatch_send_stream(
	struct hatch_req *req, int status, const char *type, hatch_source *fill, void *arg)
{
	if (fill == NULL)
		return stick(req, HATCH_EINVAL);
	HX_TRY(settle(req, status, type));
	req->source = hx_status_bodiless(status) ? NULL : fill;
	req->source_arg = arg;
	return responded(req);
}

/* ---- on the server's own behalf ---- */

int hx_respond_live(struct hatch_req *req, int status, const char *type, struct hx_live *live)
{
	HX_TRY(settle(req, status, type));
	req->live = live;
	req->becomes_live = true;
	return responded(req);
}

void hx_respond_plain(struct hatch_req *req, int status)
{
	char line[64];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line) - 1);
	hx_text_uint(&text, (unsigned)status);
	hx_text_char(&text, ' ');
	hx_text_str(&text, hx_status_reason(status));
	hx_text_char(&text, '\n');
	line[text.len] = '\0';
	if (hatch_send_text(req, status, line) == 0)
		return;
	/* A hook has failed: without it, then, and without the fields it could not add. */
	hx_exchange_drop_response(req);
	req->route = NULL;
	req->group = NULL;
	int ret = hatch_send_text(req, 500, "500 Internal Server Error\n");
	HX_ASSERT(ret == 0);
	(void)ret;
}

void hx_respond_allow(struct hatch_req *req, int status, unsigned methods)
{
	char line[64];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_router_allow(&text, methods);
	(void)hatch_add_field_span(req, "Allow", hx_span(line, text.len));
	if (status == 204)
		(void)hatch_send_empty(req, status);
	else
		hx_respond_plain(req, status);
}
