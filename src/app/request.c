/*
 * request.c - what a handler may ask of its request
 * SPDX-License-Identifier: MIT
 */
#include "../base/check.h"
#include "../http/field.h"
#include "exchange.h"

enum hatch_method hatch_method_of(const struct hatch_req *req)
{
	return req->method;
}

struct hatch_span hatch_method_name(const struct hatch_req *req)
{
	return req->head.method;
}

struct hatch_span hatch_path(const struct hatch_req *req)
{
	return req->target.path;
}

struct hatch_span hatch_authority(const struct hatch_req *req)
{
	return req->target.authority.ptr != NULL ? req->target.authority : req->framing.host;
}

struct hatch_span hatch_rest(const struct hatch_req *req)
{
	return req->rest;
}

struct hatch_span hatch_param(const struct hatch_req *req, const char *name)
{
	for (unsigned i = 0; i < req->param_count; i++)
		if (hatch_eq(req->params[i].name, name))
			return req->params[i].value;
	return hx_span(NULL, 0);
}

struct hatch_span hatch_raw_query(const struct hatch_req *req)
{
	return req->target.query;
}

/* The query lies in in[], which is ours to write. */
struct hatch_span hatch_query(struct hatch_req *req, const char *name)
{
	if (req->target.query.ptr == NULL)
		return hx_span(NULL, 0);
	if (req->query.ptr == NULL) {
		char *raw = req->in + (req->target.query.ptr - req->in);
		req->query = hx_query_decode(raw, req->target.query.len);
	}
	return hx_query_find(req->query, name);
}

struct hatch_span hatch_field(const struct hatch_req *req, const char *name)
{
	return hx_field_find(req->head.fields, name);
}

bool hatch_next_field(const struct hatch_req *req, struct hatch_field *field)
{
	struct hatch_span lines = req->head.fields;
	if (field->next > lines.len)
		return false;
	lines = hx_span(lines.ptr + field->next, lines.len - field->next);
	if (!hx_field_take(&lines, &field->name, &field->value))
		return false;
	field->next = req->head.fields.len - lines.len;
	return true;
}

struct hatch_span hatch_body(const struct hatch_req *req)
{
	if (req->collected == NULL)
		return hx_span("", 0);
	return hx_span(req->collected->bytes, req->collected_len);
}

bool hatch_is_secure(const struct hatch_req *req)
{
	return req->carrier->secure;
}

struct hatch_span hatch_peer(const struct hatch_req *req)
{
	return hatch_str(req->carrier->peer(req->carrier_self)->text);
}

int hatch_tls_facts_of(const struct hatch_req *req, struct hatch_tls_facts *out)
{
	req->carrier->facts(req->carrier_self, out);
	return req->carrier->secure ? 0 : HATCH_ESTATE;
}

struct hatch *hatch_server(const struct hatch_req *req)
{
	return req->srv;
}

const void *hatch_arg(const struct hatch_req *req)
{
	return req->arg;
}

bool hatch_eq(struct hatch_span a, const char *b)
{
	return hx_span_same(a, hatch_str(b));
}

/* Digits by hand: a span has no NUL, and strtol() takes spaces and "0x". */
int hatch_to_long(struct hatch_span s, long min, long max, long *out)
{
	bool minus = s.len > 0 && s.ptr[0] == '-';
	unsigned long limit = minus ? 0ul - (unsigned long)min : (unsigned long)max;
	unsigned long value = 0;
	size_t at = minus ? 1 : 0;
	if (at == s.len || (minus ? min > 0 : max < 0))
		return HATCH_EINVAL;
	for (; at < s.len; at++) {
		if (s.ptr[at] < '0' || s.ptr[at] > '9')
			return HATCH_EINVAL;
		unsigned long digit = (unsigned long)(s.ptr[at] - '0');
		if (value > (limit - digit) / 10 || digit > limit)
			return HATCH_EINVAL;
		value = value * 10 + digit;
	}
	long result = minus ? (value == 0 ? 0 : -(long)(value - 1) - 1) : (long)value;
	if (result < min || result > max)
		return HATCH_EINVAL;
	*out = result;
	return 0;
}

void *hatch_scratch(struct hatch_req *req, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	size_t at = (req->scratch_used + align - 1) / align * align;
	if (at > req->scratch_room || size > req->scratch_room - at) {
		hx_log(req->srv, HATCH_ERROR, "hatch_scratch(%lu) is over config.scratch (%lu)",
			(unsigned long)size, (unsigned long)req->scratch_room);
		return NULL;
	}
	req->scratch_used = at + size;
	return req->scratch + at;
}

int hatch_on_end(struct hatch_req *req, hatch_end *call, void *arg)
{
	if (call == NULL)
		return HATCH_EINVAL;
	if (req->phase == HX_OVER)
		return HATCH_ESTATE;
	if (req->on_end_count == HATCH_ON_END_MAX)
		return HATCH_EFULL;
	req->on_end[req->on_end_count].call = call;
	req->on_end[req->on_end_count++].arg = arg;
	return 0;
}

const void *hx_arg(const struct hatch_req *req, const char *wanted)
{
	const void *arg = hatch_arg(req);
	if (arg == NULL)
		hx_log(req->srv, HATCH_ERROR, "the argument of this route or guard is to be a %s",
			wanted);
	return arg;
}

int hatch_receive(struct hatch_req *req, hatch_sink *take, void *arg)
{
	if (take == NULL)
		return HATCH_EINVAL;
	if (req->phase != HX_WAITING || req->sink != NULL || req->collected != NULL)
		return HATCH_ESTATE;
	req->sink = take;
	req->sink_arg = arg;
	return HATCH_LATER;
}

int hatch_read(struct hatch_req *req, void *buf, size_t room)
{
	if (room == 0)
		return HATCH_EINVAL;
	if (req->phase == HX_OVER || req->sink != NULL || req->collected != NULL)
		return HATCH_ESTATE;
	if (req->body_ended || req->framing.kind == HX_BODY_NONE)
		return 0;
	int got = req->carrier->read(req->carrier_self, buf, room);
	req->waits_for_body = got == HATCH_LATER;
	if (got == 0)
		req->body_ended = true;
	return got;
}

int hatch_defer(struct hatch_req *req, uint32_t timeout_ms)
{
	if (req->phase != HX_WAITING)
		return HATCH_ESTATE;
	req->defer_ms = timeout_ms == 0 ? hx_config(req->srv)->respond_ms : timeout_ms;
	req->defer_new = true;
	return HATCH_LATER;
}

void hatch_resume_after(struct hatch_req *req, uint32_t ms)
{
	req->resume_ms = ms;
	req->resume_new = true;
}

struct hatch_ref hatch_ref_of(const struct hatch_req *req)
{
	struct hatch_ref ref = { req->slot, req->generation };
	return ref;
}
