/*
 * form.c - values of a collected application/x-www-form-urlencoded body
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "../http/field.h"
#include "form.h"

/* A media type without its parameters (RFC 9110 section 8.3.1). */
bool hx_is_form(const struct hatch_req *req)
{
	struct hatch_span type = hx_field_find(req->head.fields, "Content-Type");
	size_t at = 0;
	while (at < type.len && type.ptr[at] != ';')
		at++;
	return hx_span_same_nocase(
		hx_trim_ows(hx_span(type.ptr, at)), hatch_str("application/x-www-form-urlencoded"));
}

static void read_form(struct hatch_req *req)
{
	struct hatch_span body = hatch_body(req);
	req->form_read = true;
	if (req->collected != NULL && hx_is_form(req) && hx_query_ok(body))
		req->form = hx_query_decode(req->collected->bytes, body.len);
}

struct hatch_span hatch_form(struct hatch_req *req, const char *name)
{
	if (!req->form_read)
		read_form(req);
	return hx_query_find(req->form, name);
}
