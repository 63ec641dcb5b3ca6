/*
 * client_auth.c - a guard by the certificate that the client has shown
 * SPDX-License-Identifier: MIT
 */
#include "../hatch_web.h"
#include "../http/field.h"
#include "attempts.h"
#include "exchange.h"
#include "origin.h"

/* DNS names are the same in either case; the rest is to be the same bytes. */
static bool same(struct hatch_span ours, const struct hatch_san *theirs)
{
	return theirs->kind == HATCH_SAN_DNS ? hx_span_same_nocase(ours, theirs->value)
					     : hx_span_same(ours, theirs->value);
}

static bool has_name(const struct hatch_req *req, struct hatch_span ours)
{
	struct hatch_san san;
	for (size_t n = 0; hatch_client_san(req, n, &san); n++)
		if (san.kind != HATCH_SAN_ADDRESS && same(ours, &san))
			return true;
	return hx_span_same(ours, hatch_client_common_name(req));
}

static bool is_listed(const struct hatch_req *req, const char *names)
{
	struct hatch_span left = hatch_str(names);
	while (left.len > 0) {
		size_t len = 0;
		while (len < left.len && left.ptr[len] != ',')
			len++;
		struct hatch_span name = hx_trim_ows(hx_span(left.ptr, len));
		if (name.len > 0 && has_name(req, name))
			return true;
		len += len < left.len ? 1 : 0;
		left = hx_span(left.ptr + len, left.len - len);
	}
	return false;
}

static struct hatch_span best_name(const struct hatch_req *req)
{
	struct hatch_span name = hatch_client_common_name(req);
	struct hatch_san san;
	if (name.len == 0 && hatch_client_san(req, 0, &san) && san.kind != HATCH_SAN_ADDRESS)
		name = san.value;
	return name.len <= HX_WHO_MAX && name.ptr != NULL ? name : hx_span("", 0);
}

int hatch_client_auth(struct hatch_req *req)
{
	const struct hatch_client_rule *rule = hatch_arg(req);
	struct hatch_tls_facts facts;
	if (hatch_tls_facts_of(req, &facts) < 0)
		return hatch_send_text(req, 403, "Come over HTTPS, with your certificate.\n");
	if (!facts.client_verified)
		return hatch_send_text(req, 403,
			facts.client_cert.ptr == NULL
				? "This needs a client certificate.\n"
				: "The certificate shown is not good here.\n");
	/* A browser shows it for whatever any page has it send. */
	if (hx_is_forged(req))
		return hatch_send_text(req, 403, "This request comes from another site.\n");
	if (rule != NULL && rule->names != NULL && !is_listed(req, rule->names))
		return hatch_send_text(req, 403, "This certificate may not do that.\n");
	hx_set_who(req, best_name(req));
	return 0;
}
