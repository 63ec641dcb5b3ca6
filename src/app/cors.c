/*
 * cors.c - pages of other origins: Fetch's CORS protocol
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "../http/field.h"
#include "exchange.h"

static bool allows(const struct hatch_cors_rule *cors, struct hatch_span origin)
{
	struct hatch_span list = hatch_str(cors->origins), element;
	if (origin.ptr == NULL)
		return false;
	while (hx_list_take(&list, &element))
		if (hx_span_same(element, origin) || hx_span_same(element, hatch_str("*")))
			return true;
	return false;
}

static bool is_for_all(const struct hatch_cors_rule *cors)
{
	return hatch_eq(hatch_str(cors->origins), "*") && !cors->credentials;
}

/* What is said to one origin must not be kept for another. */
static int allow(struct hatch_req *req, const struct hatch_cors_rule *cors)
{
	struct hatch_span origin = hatch_field(req, "Origin");
	struct hatch_span lines = hx_span(req->fields.ptr, req->fields.len);
	/* A preflight's handler and the hook of its group are both asked. */
	if (hx_field_count(lines, "Access-Control-Allow-Origin") > 0)
		return 0;
	int error = is_for_all(cors) || hx_field_has_token(lines, "Vary", "Origin")
			    ? 0
			    : hatch_add_field(req, "Vary", "Origin");
	if (error < 0 || !allows(cors, origin))
		return error;
	/* With credentials, and that for everybody, any page could act for whoever looks at it. */
	if (cors->credentials && strchr(cors->origins, '*') != NULL) {
		hx_log(req->srv, HATCH_ERROR, "cors: credentials are not for \"*\"");
		return 0;
	}
	error = is_for_all(cors) ? hatch_set_field(req, "Access-Control-Allow-Origin", "*")
				 : hatch_add_field_span(req, "Access-Control-Allow-Origin", origin);
	if (error == 0 && cors->credentials)
		error = hatch_set_field(req, "Access-Control-Allow-Credentials", "true");
	return error;
}

int hatch_cors(struct hatch_req *req)
{
	const struct hatch_cors_rule *rule = hx_arg(req, "struct hatch_cors_rule");
	return rule == NULL ? HATCH_EINVAL : allow(req, rule);
}

int hatch_cors_preflight(struct hatch_req *req)
{
	enum { MAX_AGE_S = 600 };
	const struct hatch_cors_rule *cors = hx_arg(req, "struct hatch_cors_rule");
	if (cors == NULL)
		return HATCH_EINVAL;
	char age[12];
	struct hx_text text;
	int error = allow(req, cors);
	hx_text_init(&text, age, sizeof(age));
	hx_text_uint(&text, cors->max_age_s == 0 ? (uint32_t)MAX_AGE_S : cors->max_age_s);
	if (error == 0 && allows(cors, hatch_field(req, "Origin"))) {
		error = hatch_set_field(req, "Access-Control-Allow-Methods",
			cors->methods == NULL ? "GET, HEAD, POST" : cors->methods);
		if (error == 0 && cors->headers != NULL)
			error = hatch_set_field(req, "Access-Control-Allow-Headers", cors->headers);
		if (error == 0)
			error = hatch_add_field_span(
				req, "Access-Control-Max-Age", hx_span(age, text.len));
	}
	return error < 0 ? error : hatch_send_empty(req, 204);
}
