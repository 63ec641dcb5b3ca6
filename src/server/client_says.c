/*
 * client_says.c - what a handler may ask about the client's certificate
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "server.h"

static struct hx_tls *tls_of(const struct hatch_req *req)
{
	return req->carrier->secure ? hx_conn_tls(req->carrier_self) : NULL;
}

int hatch_client_subject(const struct hatch_req *req, char *buf, size_t room)
{
	struct hx_tls *tls = tls_of(req);
	return tls == NULL ? HATCH_EGONE : hx_tls_client_subject(tls, buf, room);
}

struct hatch_span hatch_client_common_name(const struct hatch_req *req)
{
	struct hx_tls *tls = tls_of(req);
	return tls == NULL ? hx_span(NULL, 0) : hx_tls_client_common_name(tls);
}

bool hatch_client_san(const struct hatch_req *req, size_t n, struct hatch_san *out)
{
	struct hx_tls *tls = tls_of(req);
	return tls != NULL && hx_tls_client_san(tls, n, out);
}
