/*
 * auth.c - guards by HTTP authentication: Basic and Bearer (RFC 9110 section 11)
 * SPDX-License-Identifier: MIT
 */
#include "../base/base64.h"
#include "../base/wipe.h"
#include "../http/field.h"
#include "attempts.h"
#include "exchange.h"

/* What follows the scheme in Authorization; ptr NULL: there is none of that scheme. */
static struct hatch_span credentials_of(const struct hatch_req *req, const char *scheme)
{
	struct hatch_span value = hx_field_find(req->head.fields, "Authorization");
	struct hatch_span name = hatch_str(scheme);
	if (hx_field_count(req->head.fields, "Authorization") != 1 || value.len <= name.len ||
		!hx_span_same_nocase(hx_span(value.ptr, name.len), name) ||
		value.ptr[name.len] != ' ')
		return hx_span(NULL, 0);
	return hx_trim_ows(hx_span(value.ptr + name.len, value.len - name.len));
}

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

/* "name:password": the name has no colon (RFC 7617 section 2). */
static struct hatch_span check_basic(
	struct hatch_req *req, const struct hatch_accounts *users, struct hatch_span credentials)
{
	char *text = req->in + (credentials.ptr - req->in);
	int len = hx_base64_decode(text, credentials.len);
	char *colon = len > 0 ? memchr(text, ':', (size_t)len) : NULL;
	struct hatch_span who = hx_span(NULL, 0);
	if (colon == NULL)
		return who;
	size_t name_len = (size_t)(colon - text);
	who = hx_users_find(
		users, hx_span(text, name_len), hx_span(colon + 1, (size_t)len - name_len - 1));
	hx_wipe(colon, (size_t)len - name_len);
	return who;
}

/* An application that asks without credentials first has not failed. */
static int judge(struct hatch_req *req, const struct hatch_accounts *users, struct hatch_span who)
{
	hx_attempts_tell(users->attempts, req, who.ptr != NULL);
	req->who = who;
	return who.ptr == NULL ? -1 : 0;
}

int hatch_basic_auth(struct hatch_req *req)
{
	const struct hatch_accounts *users = hatch_arg(req);
	struct hatch_span credentials = credentials_of(req, "Basic");
	if (!req->carrier->secure)
		return refuse_plain(req);
	if (credentials.ptr != NULL) {
		int wait = hx_attempts_guard(users->attempts, req);
		if (wait != 0 || req->phase == HX_RESPONDED)
			return wait;
		if (judge(req, users, check_basic(req, users, credentials)) == 0)
			return 0;
	}
	return ask_for(req, users, "Basic", ", charset=\"UTF-8\"");
}

/* ---- Bearer ---- */

int hatch_bearer_auth(struct hatch_req *req)
{
	const struct hatch_accounts *users = hatch_arg(req);
	struct hatch_span token = credentials_of(req, "Bearer");
	if (!req->carrier->secure)
		return refuse_plain(req);
	if (token.ptr == NULL)
		return ask_for(req, users, "Bearer", "");
	int wait = hx_attempts_guard(users->attempts, req);
	if (wait != 0 || req->phase == HX_RESPONDED)
		return wait;
	if (judge(req, users, hx_users_find(users, hx_span(NULL, 0), token)) == 0)
		return 0;
	return ask_for(req, users, "Bearer", ", error=\"invalid_token\"");
}
