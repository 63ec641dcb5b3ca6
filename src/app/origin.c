/*
 * origin.c - see origin.h
 * SPDX-License-Identifier: MIT
 */
#include "origin.h"

#include "../http/field.h"

/* "https://" and our authority, as the browser has it in Host. */
bool hx_is_our_origin(const struct hatch_req *req, struct hatch_span origin)
{
	struct hatch_span scheme = hatch_str(req->carrier->secure ? "https://" : "http://");
	struct hatch_span host = hatch_authority(req);
	return origin.len == scheme.len + host.len &&
	       hx_span_same(hx_span(origin.ptr, scheme.len), scheme) &&
	       hx_span_same_nocase(hx_span(origin.ptr + scheme.len, host.len), host);
}

bool hx_is_forged(const struct hatch_req *req)
{
	const unsigned safe = HATCH_GET | HATCH_HEAD | HATCH_OPTIONS;
	struct hatch_span origin = hatch_field(req, "Origin");
	struct hatch_span site = hatch_field(req, "Sec-Fetch-Site");
	if (((unsigned)req->method & safe) != 0)
		return false;
	if (site.ptr != NULL && !hatch_eq(site, "same-origin") && !hatch_eq(site, "none"))
		return true;
	return origin.ptr != NULL && !hx_is_our_origin(req, origin);
}
