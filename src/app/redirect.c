/*
 * redirect.c - from plain HTTP to the same place over TLS
 * SPDX-License-Identifier: MIT
 */
#include "../http/uri.h"
#include "exchange.h"

/* The host without its port: "[::1]:80" has colons of its own. */
static struct hatch_span host_of(struct hatch_span authority)
{
	size_t len = authority.len;
	while (len > 0 && authority.ptr[len - 1] >= '0' && authority.ptr[len - 1] <= '9')
		len--;
	if (len > 0 && authority.ptr[len - 1] == ':')
		return hx_span(authority.ptr, len - 1);
	return authority;
}

/* 308 keeps the method and the body, where 301 lets a client turn POST into GET. */
int hatch_to_https(struct hatch_req *req)
{
	char location[384];
	struct hx_text out;
	struct hatch_span host = host_of(hatch_authority(req)), query = hatch_raw_query(req);
	unsigned port = hatch_bound_port(hatch_server(req), true);
	if (host.len == 0)
		return hatch_send_text(req, 400, "This server is at https: ask there.\n");
	hx_text_init(&out, location, sizeof(location));
	hx_text_str(&out, "https://");
	hx_text_span(&out, host);
	if (port != 443) {
		hx_text_char(&out, ':');
		hx_text_uint(&out, port);
	}
	/* "//evil" as a path must not become an authority: it cannot, one stands before it. */
	hx_path_encode(&out, req->target.asterisk ? hatch_str("/") : hatch_path(req));
	if (query.ptr != NULL) {
		hx_text_char(&out, '?');
		hx_text_span(&out, query);
	}
	if (out.error < 0)
		return hatch_send_text(req, 414, "This server is at https: ask there.\n");
	int error = hatch_add_field_span(req, "Location", hx_span(location, out.len));
	return error < 0 ? error : hatch_send_empty(req, 308);
}
