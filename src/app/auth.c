/*
 * auth.c - guards by HTTP authentication: Basic and Bearer (RFC 9110 section 11)
 * SPDX-License-Identifier: MIT
 */
#include "../base/base64.h"
#include "../base/wipe.h"
#include "../http/credentials.h"
#include "attempts.h"
#include "exchange.h"
#include "origin.h"

enum { CREDENTIALS_MAX = 172 }; /* base64 of 128 bytes */

static int ask_for(struct hatch_req *req, const struct hatch_accounts *users, const char *scheme,
	const char *more)
{
	char line[96];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, scheme);
	hx_text_str(&text, " realm=\"");
	hx_text_str(&text, users->realm == NULL ? "hatch" : users->realm);
	hx_text_str(&text, "\"");
	hx_text_str(&text, more);
	(void)hatch_add_field_span(req, "WWW-Authenticate", hx_span(line, text.len));
	return hatch_send_text(req, 401, "401 Unauthorized\n");
}

/* Everybody on the way could read them: none are asked for, and none are taken. */
static int refuse_plain(struct hatch_req *req)
{
	return hatch_send_text(req, 403, "Log in over HTTPS.\n");
}

/* ---- Basic ---- */

/*
 * "name:password": the name has no colon (RFC 7617 section 2).  Decoded in a copy, because another
 * guard may look at the field again.
 */
static struct hatch_span check_basic(
	struct hatch_req *req, const struct hatch_accounts *users, struct hatch_span credentials)
{
	char text[CREDENTIALS_MAX];
	struct hatch_span who = hx_span(NULL, 0);
	if (credentials.len > sizeof(text))
		return who;
	memcpy(text, credentials.ptr, credentials.len);
	int len = hx_base64_decode(text, credentials.len);
	char *colon = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
	if (colon != NULL) {
		size_t name_len = (size_t)(colon - text);
		who = hx_users_find(users, hx_span(text, name_len),
			hx_span(colon + 1, (size_t)len - name_len - 1));
	}
	hx_set_who(req, who);
	hx_wipe(text, sizeof(text));
	return hatch_who(req);
}

int hatch_basic_auth(struct hatch_req *req)
{
	const struct hatch_accounts *users = hx_arg(req, "struct hatch_accounts");
	if (users == NULL)
		return HATCH_EINVAL;
	struct hatch_span credentials = hx_credentials(req->head.fields, "Basic");
	if (!req->carrier->secure)
		return refuse_plain(req);
	/* A browser sends the password along with whatever any page has it send. */
	if (hx_is_forged(req))
		return hatch_send_text(req, 403, "This request comes from another site.\n");
	if (credentials.ptr != NULL) {
		int wait = hx_attempts_guard(users->attempts, req);
		if (wait != 0 || req->phase == HX_RESPONDED)
			return wait;
		if (check_basic(req, users, credentials).ptr != NULL)
			return 0;
		hx_attempts_failed(users->attempts, req);
	}
	return ask_for(req, users, "Basic", ", charset=\"UTF-8\"");
}

/* ---- Bearer ---- */

int hatch_bearer_auth(struct hatch_req *req)
{
	const struct hatch_accounts *users = hx_arg(req, "struct hatch_accounts");
	if (users == NULL)
		return HATCH_EINVAL;
	struct hatch_span token = hx_credentials(req->head.fields, "Bearer");
	if (!req->carrier->secure)
		return refuse_plain(req);
	if (token.ptr == NULL)
		return ask_for(req, users, "Bearer", "");
	int wait = hx_attempts_guard(users->attempts, req);
	if (wait != 0 || req->phase == HX_RESPONDED)
		return wait;
	hx_set_who(req, hx_users_find(users, hx_span(NULL, 0), token));
	if (hatch_who(req).ptr != NULL)
		return 0;
	hx_attempts_failed(users->attempts, req);
	return ask_for(req, users, "Bearer", ", error=\"invalid_token\"");
}
