/*
 * session.c - logins that last: cookies (RFC 6265bis) and tokens against forged requests
 * SPDX-License-Identifier: MIT
 */
#include "../base/check.h"
#include "../base/secret.h"
#include "../base/wipe.h"
#include "../hatch_port.h"
#include "../hatch_web.h"
#include "../http/field.h"
#include "attempts.h"
#include "exchange.h"
#include "form.h"
#include "origin.h"

#define COOKIE "__Host-session"

enum { ID_BYTES = 16, IDLE_S = 1800, LIFE_S = 43200, LIFE_MAX_S = 20 * 86400 };

/* ---- slots ---- */

static uint32_t limit_ms(uint32_t seconds, uint32_t otherwise)
{
	uint32_t s = seconds == 0 ? otherwise : seconds;
	return (s > LIFE_MAX_S ? (uint32_t)LIFE_MAX_S : s) * 1000u;
}

static bool is_over(
	const struct hatch_sessions *sessions, const struct hatch_session *session, uint32_t now)
{
	return now - session->seen >= limit_ms(sessions->idle_s, IDLE_S) ||
	       now - session->made >= limit_ms(sessions->life_s, LIFE_S);
}

/* Each time that anybody asks: milliseconds wrap after 49 days, and what is over is to stay so. */
static void sweep(struct hatch_sessions *sessions, uint32_t now)
{
	for (size_t i = 0; i < sessions->count; i++)
		if (sessions->slots[i].used && is_over(sessions, &sessions->slots[i], now))
			hx_wipe(&sessions->slots[i], sizeof(sessions->slots[i]));
}

static struct hatch_session *take_slot(struct hatch_sessions *sessions, uint32_t now)
{
	struct hatch_session *best = &sessions->slots[0];
	for (size_t i = 0; i < sessions->count; i++) {
		struct hatch_session *slot = &sessions->slots[i];
		if (!slot->used)
			return slot;
		if (now - slot->seen > now - best->seen)
			best = slot;
	}
	return best;
}

/* ---- cookies ---- */

/* The value of our cookie; one that is there twice is nobody's. */
static struct hatch_span cookie_of(const struct hatch_req *req)
{
	struct hatch_span lines = req->head.fields, name, value;
	struct hatch_span want = hatch_str(COOKIE "="), found = hx_span(NULL, 0);
	unsigned count = 0;
	while (hx_field_take(&lines, &name, &value)) {
		if (!hx_span_same_nocase(name, hatch_str("Cookie")))
			continue;
		for (size_t at = 0; at < value.len;) {
			size_t end = at;
			while (end < value.len && value.ptr[end] != ';')
				end++;
			struct hatch_span pair = hx_trim_ows(hx_span(value.ptr + at, end - at));
			if (pair.len >= want.len &&
				hx_span_same(hx_span(pair.ptr, want.len), want)) {
				found = hx_span(pair.ptr + want.len, pair.len - want.len);
				count++;
			}
			at = end + 1;
		}
	}
	return count == 1 ? found : hx_span(NULL, 0);
}

struct hatch_session *hatch_session_of(struct hatch_req *req, struct hatch_sessions *sessions)
{
	struct hatch_span id = cookie_of(req);
	uint32_t now = hx_now_ms(req->srv);
	struct hatch_session *found = NULL;
	sweep(sessions, now);
	if (id.ptr == NULL || !req->carrier->secure)
		return NULL;
	for (size_t i = 0; i < sessions->count; i++)
		if (hx_same_secret(id, hatch_str(sessions->slots[i].id)) && sessions->slots[i].used)
			found = &sessions->slots[i];
	if (found != NULL)
		found->seen = now;
	return found;
}

static int set_cookie(struct hatch_req *req, const char *id, const char *more)
{
	char line[128];
	struct hx_text text;
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, COOKIE "=");
	hx_text_str(&text, id);
	hx_text_str(&text, "; Path=/; Secure; HttpOnly; SameSite=Strict");
	hx_text_str(&text, more);
	int error = hatch_add_field_span(req, "Set-Cookie", hx_span(line, text.len));
	return error == 0 ? hatch_set_field(req, "Cache-Control", "no-store") : error;
}

/* ---- beginning and ending ---- */

static int random_digits(const struct hatch_req *req, char out[2 * ID_BYTES + 1])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[ID_BYTES];
	if (hx_config(req->srv)->platform->random(bytes, sizeof(bytes)) != 0)
		return HATCH_EPORT;
	for (size_t i = 0; i < ID_BYTES; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[2 * ID_BYTES] = '\0';
	hx_wipe(bytes, sizeof(bytes));
	return 0;
}

/* Whoever was logged in on this cookie is not any more: an old id is worth nothing afterwards. */
int hatch_session_begin(struct hatch_req *req, struct hatch_sessions *sessions,
	struct hatch_span who, struct hatch_session **out)
{
	struct hatch_session begun;
	uint32_t now = hx_now_ms(req->srv);
	if (!req->carrier->secure)
		return HATCH_ESTATE;
	if (sessions->count == 0 || who.len > HATCH_SESSION_NAME)
		return HATCH_EINVAL;
	memset(&begun, 0, sizeof(begun));
	HX_TRY(random_digits(req, begun.id));
	HX_TRY(random_digits(req, begun.csrf));
	HX_TRY(set_cookie(req, begun.id, ""));
	memcpy(begun.who, who.ptr, who.len);
	begun.made = begun.seen = now;
	begun.used = true;
	struct hatch_session *old = hatch_session_of(req, sessions);
	struct hatch_session *place = old != NULL ? old : take_slot(sessions, now);
	*place = begun;
	if (out != NULL)
		*out = place;
	hx_wipe(&begun, sizeof(begun));
	return 0;
}

int hatch_session_end(struct hatch_req *req, struct hatch_sessions *sessions)
{
	struct hatch_session *session = hatch_session_of(req, sessions);
	if (session == NULL)
		return 0;
	hx_wipe(session, sizeof(*session));
	return set_cookie(req, "", "; Max-Age=0");
}

/* ---- forged requests ---- */

const char *hatch_csrf(struct hatch_req *req, struct hatch_sessions *sessions)
{
	const struct hatch_session *session = hatch_session_of(req, sessions);
	return session == NULL ? "" : session->csrf;
}

static bool is_token(const struct hatch_session *session, struct hatch_span given)
{
	return given.ptr != NULL && hx_same_secret(given, hatch_str(session->csrf));
}

bool hatch_csrf_ok(struct hatch_req *req, struct hatch_sessions *sessions)
{
	const struct hatch_session *session = hatch_session_of(req, sessions);
	return session != NULL && (is_token(session, hatch_field(req, "X-CSRF-Token")) ||
					  is_token(session, hatch_form(req, "csrf")));
}

/* A form's token is in its body: looked at when that has come, and before the handler. */
static int check_form(struct hatch_req *req)
{
	struct hatch_sessions *sessions = (struct hatch_sessions *)(uintptr_t)req->before_arg;
	return hatch_csrf_ok(req, sessions)
		       ? 0
		       : hatch_send_text(req, 403, "The form's token is missing or wrong.\n");
}

static bool collects_form(const struct hatch_req *req)
{
	const struct hatch_policy *own = req->route == NULL ? NULL : req->route->policy;
	const struct hatch_policy *group = req->group == NULL ? NULL : req->group->policy;
	return ((own != NULL && own->body_max > 0) || (group != NULL && group->body_max > 0)) &&
	       hx_is_form(req);
}

static int lead_to_login(struct hatch_req *req, const struct hatch_sessions *sessions)
{
	struct hatch_span accept = hx_field_find(req->head.fields, "Accept");
	bool page = req->method == HATCH_GET && accept.len >= 9 &&
		    hx_span_same_nocase(hx_span(accept.ptr, 9), hatch_str("text/html"));
	if (sessions->login != NULL && page)
		return hatch_redirect(req, 303, sessions->login);
	return hatch_send_text(req, 401, "401 Unauthorized\n");
}

int hatch_session_guard(struct hatch_req *req)
{
	/* The application's own, which its guard's argument cannot say. */
	struct hatch_sessions *sessions = (struct hatch_sessions *)(uintptr_t)hx_arg(
		req, "struct hatch_sessions");
	if (sessions == NULL)
		return HATCH_EINVAL;
	struct hatch_session *session = hatch_session_of(req, sessions);
	const unsigned safe = HATCH_GET | HATCH_HEAD | HATCH_OPTIONS;
	if (session == NULL)
		return lead_to_login(req, sessions);
	hx_set_who(req, hatch_str(session->who));
	if (((unsigned)req->method & safe) != 0)
		return 0;
	if (hx_is_forged(req))
		return hatch_send_text(req, 403, "This request comes from another site.\n");
	if (is_token(session, hatch_field(req, "X-CSRF-Token")))
		return 0;
	if (collects_form(req)) {
		req->before = check_form;
		req->before_arg = sessions;
		return 0;
	}
	return hatch_send_text(req, 403, "X-CSRF-Token is missing or wrong.\n");
}
