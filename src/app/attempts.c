/*
 * attempts.c - see attempts.h
 * SPDX-License-Identifier: MIT
 */
#include "attempts.h"

#include "../base/client.h"
#include "../base/secret.h"
#include "exchange.h"
#include "origin.h"

enum { FREE_FAILURES = 3, FIRST_MS = 250, LAST_MS = 8000, PATIENCE_MS = 1000, FORGET_MS = 600000 };

/* The whole address: of a home's network all devices have the same /64. */
static void key_of(uint8_t key[HX_CLIENT_KEY], const struct hatch_req *req)
{
	memcpy(key, req->carrier->peer(req->carrier_self)->bytes, HX_CLIENT_KEY);
}

/* The client's entry; NULL: it has none, and make is false.  A new one takes the oldest's place. */
static size_t find(struct hatch_attempts *attempts, const struct hatch_req *req, bool *found)
{
	uint8_t key[HX_CLIENT_KEY];
	uint32_t now = hx_now_ms(req->srv);
	size_t oldest = 0;
	key_of(key, req);
	for (size_t i = 0; i < HATCH_ATTEMPT_CLIENTS; i++) {
		if (attempts->entry[i].used && now - attempts->entry[i].at >= FORGET_MS)
			attempts->entry[i].used = false;
		*found = attempts->entry[i].used &&
			 memcmp(attempts->entry[i].client, key, sizeof(key)) == 0;
		if (*found)
			return i;
		if (attempts->entry[oldest].used &&
			(!attempts->entry[i].used ||
				now - attempts->entry[i].at > now - attempts->entry[oldest].at))
			oldest = i;
	}
	return oldest;
}

uint32_t hx_attempts_wait(struct hatch_attempts *attempts, const struct hatch_req *req)
{
	bool found = false;
	if (attempts == NULL)
		return 0;
	size_t i = find(attempts, req, &found);
	/* Whoever is not known would take this place, and waits for it. */
	if (!attempts->entry[i].used || attempts->entry[i].failures < FREE_FAILURES)
		return 0;
	int32_t left = (int32_t)(attempts->entry[i].until - hx_now_ms(req->srv));
	return left > 0 && left <= LAST_MS ? (uint32_t)left : 0;
}

static uint32_t delay_of(uint8_t failures)
{
	uint32_t ms = FIRST_MS;
	for (unsigned i = FREE_FAILURES; i < failures && ms < LAST_MS; i++)
		ms *= 2;
	return ms < LAST_MS ? ms : (uint32_t)LAST_MS;
}

/* Whoever takes the place of another is taken for it: with many addresses nobody starts anew. */
void hx_attempts_failed(struct hatch_attempts *attempts, const struct hatch_req *req)
{
	bool found = false;
	if (attempts == NULL)
		return;
	size_t i = find(attempts, req, &found);
	uint32_t now = hx_now_ms(req->srv);
	if (!found) {
		if (!attempts->entry[i].used)
			attempts->entry[i].failures = 0;
		attempts->entry[i].used = true;
		key_of(attempts->entry[i].client, req);
	}
	if (attempts->entry[i].failures < UINT8_MAX)
		attempts->entry[i].failures++;
	attempts->entry[i].at = now;
	attempts->entry[i].until = now + delay_of(attempts->entry[i].failures);
	hx_log(req->srv, HATCH_WARN, "%.*s failed to log in, %u in a row", (int)hatch_peer(req).len,
		hatch_peer(req).ptr, (unsigned)attempts->entry[i].failures);
}

int hx_attempts_guard(struct hatch_attempts *attempts, struct hatch_req *req)
{
	char seconds[12];
	struct hx_text text;
	uint32_t wait = hx_attempts_wait(attempts, req);
	if (wait == 0)
		return 0;
	if (wait <= PATIENCE_MS) {
		hatch_resume_after(req, wait);
		return HATCH_LATER;
	}
	hx_text_init(&text, seconds, sizeof(seconds));
	hx_text_uint(&text, (wait + 999) / 1000);
	(void)hatch_add_field_span(req, "Retry-After", hx_span(seconds, text.len));
	return hatch_send_text(req, 429, "Too many attempts.\n");
}

/* All of them are looked at, whichever it is. */
struct hatch_span hx_users_find(
	const struct hatch_accounts *users, struct hatch_span name, struct hatch_span password)
{
	struct hatch_span who = hx_span(NULL, 0);
	if (name.len > HX_WHO_MAX)
		return who;
	if (users->check != NULL)
		return users->check(users->arg, name, password) ? name : who;
	for (size_t i = 0; i < users->count; i++) {
		struct hatch_span secret = hatch_str(users->users[i].password);
		bool same_name = name.ptr == NULL ||
				 hx_same_secret(name, hatch_str(users->users[i].name));
		bool same = hx_same_secret(password, secret);
		if (same_name && same && secret.len > 0)
			who = hatch_str(users->users[i].name);
	}
	return who;
}

void hx_set_who(struct hatch_req *req, struct hatch_span who)
{
	req->who_len = (uint8_t)(who.len < sizeof(req->who) ? who.len : sizeof(req->who));
	req->has_who = who.ptr != NULL;
	if (req->has_who)
		memcpy(req->who, who.ptr, req->who_len);
}

int hatch_login(struct hatch_req *req, const struct hatch_accounts *users, struct hatch_span name,
	struct hatch_span password)
{
	struct hatch_span who = hx_span(NULL, 0);
	/* It is not the visitor of that page who has tried. */
	if (hx_is_forged(req))
		return HATCH_EACCESS;
	if (hx_attempts_wait(users->attempts, req) != 0)
		return HATCH_ETIME;
	if (name.ptr != NULL)
		who = hx_users_find(users, name, password);
	if (who.ptr == NULL) {
		hx_attempts_failed(users->attempts, req);
		return HATCH_EACCESS;
	}
	hx_set_who(req, who);
	return 0;
}

struct hatch_span hatch_who(const struct hatch_req *req)
{
	return req->has_who ? hx_span(req->who, req->who_len) : hx_span(NULL, 0);
}
