/*
 * secure_fields.c - fields that tell browsers what not to do
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "exchange.h"

static int add_hsts(struct hatch_req *req, uint32_t seconds)
{
	char line[24];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, "max-age=");
	hx_text_uint(&text, seconds);
	return hatch_add_field_span(req, "Strict-Transport-Security", hx_span(line, text.len));
}

int hatch_secure_fields(struct hatch_req *req)
{
	static const struct hatch_secure_rule none = { NULL, 0, false };
	const struct hatch_secure_rule *how = hatch_arg(req) == NULL ? &none : hatch_arg(req);
	int error = hatch_set_field(req, "X-Content-Type-Options", "nosniff");
	if (error == 0)
		error = hatch_set_field(req, "Referrer-Policy", "same-origin");
	if (error == 0 && !how->may_be_framed)
		error = hatch_set_field(req, "X-Frame-Options", "DENY");
	if (error == 0 && how->csp != NULL)
		error = hatch_set_field(req, "Content-Security-Policy", how->csp);
	/* RFC 6797 section 7.2: not over plain HTTP. */
	if (error == 0 && how->hsts_s != 0 && req->carrier->secure)
		error = add_hsts(req, how->hsts_s);
	return error;
}

/* The exchange's place and how often it has been used: what hatch_ref_of() says. */
int hatch_request_id(struct hatch_req *req)
{
	char line[24];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_text_uint(&text, req->slot);
	hx_text_char(&text, '-');
	hx_text_uint(&text, req->generation);
	return hatch_add_field_span(req, "X-Request-Id", hx_span(line, text.len));
}
