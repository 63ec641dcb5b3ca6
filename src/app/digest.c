/*
 * digest.c - a guard by HTTP Digest authentication with SHA-256 and qop=auth (RFC 7616)
 * SPDX-License-Identifier: MIT
 *
 * In this order: is the field whole, is it for our realm and target, may this address try, is the
 * nonce ours and not over, is the password right, has this request come before.  So a guess costs
 * what it costs with the other guards, and what is only late costs nothing.
 */
#include "../base/check.h"
#include "../http/chars.h"
#include "../http/credentials.h"
#include "attempts.h"
#include "digest.h"
#include "exchange.h"
#include "nonces.h"
#include "origin.h"

enum { NC_LEN = 8 };

/* ---- the field ---- */

static const char *const names[HX_DIGEST_PARAMS] = { "username", "username*", "realm", "nonce",
	"uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc", "userhash" };

/* Once each; a backslash is for names alone, what else we compare or hash never needs one. */
static bool read_params(struct hx_digest_field *field, struct hatch_span list)
{
	struct hx_auth_param param;
	int ret;
	memset(field, 0, sizeof(*field));
	while ((ret = hx_auth_param_take(&list, &param)) > 0)
		for (size_t i = 0; i < HX_DIGEST_PARAMS; i++) {
			if (!hx_span_same_nocase(param.name, hatch_str(names[i])))
				continue;
			if (field->of[i].ptr != NULL || (param.escaped && i != HX_DIGEST_USERNAME))
				return false;
			field->of[i] = param.value;
		}
	return ret == 0;
}

/* nc-value = 8LHEX, and counting begins at one. */
static bool read_count(struct hx_digest_field *field)
{
	struct hatch_span nc = field->of[HX_DIGEST_NC];
	if (nc.len != NC_LEN)
		return false;
	for (size_t i = 0; i < NC_LEN; i++) {
		int digit = hx_lower(nc.ptr[i]) == nc.ptr[i] ? hx_hex_value(nc.ptr[i]) : -1;
		if (digit < 0)
			return false;
		field->count = field->count << 4 | (uint32_t)digit;
	}
	return field->count > 0;
}

/* All that section 3.4 requires; one name, in one of its two forms. */
static bool is_whole(struct hx_digest_field *field)
{
	static const enum hx_digest_param required[] = { HX_DIGEST_REALM, HX_DIGEST_NONCE,
		HX_DIGEST_URI, HX_DIGEST_RESPONSE, HX_DIGEST_CNONCE, HX_DIGEST_QOP,
		HX_DIGEST_OPAQUE };
	for (size_t i = 0; i < HATCH_COUNT(required); i++)
		if (field->of[required[i]].ptr == NULL)
			return false;
	return (field->of[HX_DIGEST_USERNAME].ptr == NULL) !=
		       (field->of[HX_DIGEST_USERNAME_EXT].ptr == NULL) &&
	       read_count(field);
}

static bool same_nocase(struct hatch_span value, const char *text)
{
	return hx_span_same_nocase(value, hatch_str(text));
}

/* ---- the guard ---- */

/* The name as the account has it: ptr NULL if it is longer than any can be. */
static struct hatch_span name_of(const struct hx_digest_field *field, char *buf, size_t room)
{
	int len = field->of[HX_DIGEST_USERNAME].ptr != NULL
			  ? hx_unquote(field->of[HX_DIGEST_USERNAME], buf, room)
			  : hx_ext_value(field->of[HX_DIGEST_USERNAME_EXT], buf, room);
	return len < 0 ? hx_span(NULL, 0) : hx_span(buf, (size_t)len);
}

/* The field is whole, and for us: is the password right, and is this the first time? */
static int check(
	struct hatch_req *req, struct hatch_digest *digest, const struct hx_digest_field *field)
{
	char buf[HX_DIGEST_LEN];
	struct hatch_span who = hx_span(NULL, 0);
	uint64_t number;
	int good = hx_nonce_check(digest, hx_now_ms(req->srv), field->of[HX_DIGEST_NONCE],
		field->of[HX_DIGEST_OPAQUE], &number);
	if (good <= 0)
		return good < 0 ? good : hx_nonces_ask(digest, req, true);
	HX_TRY(hx_digest_user(
		digest, field, req->head.method, name_of(field, buf, sizeof(buf)), &who));
	if (who.ptr == NULL || who.len > HX_WHO_MAX) {
		hx_attempts_failed(digest->users->attempts, req);
		return hx_nonces_ask(digest, req, false);
	}
	if (!hx_nonce_use(digest, number, field->count)) {
		hx_log(req->srv, HATCH_WARN, "%.*s sent a request of digest authentication twice",
			(int)hatch_peer(req).len, hatch_peer(req).ptr);
		return hx_nonces_ask(digest, req, true);
	}
	req->passed = digest;
	hx_set_who(req, who);
	return 0;
}

/* What the application did wrong; NULL: nothing. */
static const char *mistake(const struct hatch_req *req, const struct hatch_digest *digest)
{
	if (digest == NULL || digest->users == NULL)
		return "hatch_digest_auth needs a struct hatch_digest with users";
	if (digest->users->check != NULL)
		return "hatch_digest_auth cannot ask hatch_accounts.check, as no password "
		       "arrives: give users, or take hatch_basic_auth";
	return req->query.ptr != NULL
		       ? "hatch_digest_auth is to be named before what reads the query"
		       : NULL;
}

int hatch_digest_auth(struct hatch_req *req)
{
	/* The application's own, which its guard's argument cannot say. */
	struct hatch_digest *digest = (struct hatch_digest *)(uintptr_t)hatch_arg(req);
	struct hatch_span list = hx_credentials(req->head.fields, "Digest");
	struct hx_digest_field field;
	const char *why = mistake(req, digest);
	if (why != NULL) {
		hx_log(req->srv, HATCH_ERROR, "%s", why);
		return HATCH_EINVAL;
	}
	/* Its group has asked already, and a count is good once. */
	if (req->passed == digest)
		return 0;
	/* A browser answers for whatever any page has it send. */
	if (hx_is_forged(req))
		return hatch_send_text(req, 403, "This request comes from another site.\n");
	HX_TRY(hx_nonces_begin(digest, req));
	if (list.ptr == NULL)
		return hx_nonces_ask(digest, req, false);
	if (!read_params(&field, list))
		return hatch_send_text(req, 400, "Authorization cannot be read.\n");
	/* Another algorithm or realm: this one has not been tried. */
	if (!same_nocase(field.of[HX_DIGEST_ALGORITHM], "SHA-256") ||
		!hx_span_same(field.of[HX_DIGEST_REALM], hatch_str(hx_digest_realm(digest))))
		return hx_nonces_ask(digest, req, false);
	if (!is_whole(&field) || !same_nocase(field.of[HX_DIGEST_QOP], "auth"))
		return hatch_send_text(req, 400, "Authorization lacks what RFC 7616 requires.\n");
	if (!hx_target_is(&req->target, field.of[HX_DIGEST_URI]))
		return hatch_send_text(req, 400, "The uri in Authorization is another.\n");
	int wait = hx_attempts_guard(digest->users->attempts, req);
	return wait != 0 || req->phase == HX_RESPONDED ? wait : check(req, digest, &field);
}
