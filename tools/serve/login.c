/* SPDX-License-Identifier: MIT */
/* See login.h. */
#include "serve/login.h"

#include <stdio.h>
#include <string.h>

#include <hatch_port.h>

static char name[LOGIN_NAME + 1], password[LOGIN_PASSWORD + 1];
static const struct hatch_account account[] = { { name, password } };
static struct hatch_attempts attempts;
const struct hatch_accounts login_users = {
	.users = account, .count = 1, .realm = "device", .attempts = &attempts
};

static struct hatch_session slots[4];
struct hatch_sessions login_sessions = { .slots = slots, .count = HATCH_COUNT(slots) };

static const struct hatch_hook guards[] = { { hatch_session_guard, &login_sessions } };
const struct hatch_policy login_required = { .guards = guards, .guard_count = 1 };
const struct hatch_policy login_collects = { .body_max = 400 };

/* ---- the account ---- */

int login_set(const char *as, const char *secret)
{
	size_t name_len = strlen(as), secret_len = strlen(secret);
	if (name_len == 0 || name_len > LOGIN_NAME || secret_len == 0 ||
		secret_len > LOGIN_PASSWORD)
		return HATCH_EINVAL;
	memcpy(name, as, name_len + 1);
	memcpy(password, secret, secret_len + 1);
	return 0;
}

/* Twelve letters and digits, none of which looks like another: 59 bits. */
const char *login_invent(void)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	static char text[15];
	unsigned char bytes[64];
	size_t len = 0;
	if (hatch_default_port.random(bytes, sizeof(bytes)) != 0)
		return NULL;
	/* There are 31: a byte over the last multiple would favour some. */
	for (size_t i = 0; i < sizeof(bytes) && len < sizeof(text) - 1; i++) {
		if (bytes[i] >= 248)
			continue;
		if (len == 4 || len == 9)
			text[len++] = '-';
		text[len++] = letters[bytes[i] % 31];
	}
	return len == sizeof(text) - 1 && login_set("admin", text) == 0 ? text : NULL;
}

/* ---- sessions ---- */

static int refuse(struct hatch_req *req, int status, const char *why)
{
	return hatch_send_json(req, status, "{\"error\":\"%s\"}\n", why);
}

static int say_who(struct hatch_req *req, const struct hatch_session *session)
{
	(void)hatch_set_field(req, "Cache-Control", "no-store");
	if (session == NULL)
		return hatch_send_json(req, 200, "{\"who\":null,\"csrf\":\"\"}\n");
	return hatch_send_json(
		req, 200, "{\"who\":\"%s\",\"csrf\":\"%s\"}\n", session->who, session->csrf);
}

int login_state(struct hatch_req *req)
{
	return say_who(req, hatch_session_of(req, &login_sessions));
}

int login_in(struct hatch_req *req)
{
	struct hatch_session *session;
	if (!hatch_is_secure(req)) /* before the password is looked at */
		return refuse(req, 403, "Log in over HTTPS.");
	int error = hatch_login(
		req, &login_users, hatch_form(req, "name"), hatch_form(req, "password"));
	if (error == HATCH_ETIME)
		return refuse(req, 429, "Too many attempts: wait some seconds.");
	if (error < 0)
		return refuse(req, 403, "Wrong name or password.");
	error = hatch_session_begin(req, &login_sessions, hatch_who(req), &session);
	return error < 0 ? error : say_who(req, session);
}

void (*login_over)(void);

int login_out(struct hatch_req *req)
{
	int error = hatch_session_end(req, &login_sessions);
	if (login_over != NULL)
		login_over();
	return error < 0 ? error : say_who(req, NULL);
}
