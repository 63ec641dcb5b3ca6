/*
 * members.c - a login, a page with forms that only members see, and a way out again
 * SPDX-License-Identifier: MIT
 */
#include "members.h"

#include <stdio.h>
#include <string.h>

const struct hatch_account members_people[2] = { { "ada", "secret" },
	{ "J\xc3\xa4sper", "hush \"\\" } };

struct hatch_attempts members_attempts;
static const struct hatch_accounts users = { members_people, 2, NULL, NULL, "door",
	&members_attempts };
static struct hatch_session slots[4];
static struct hatch_sessions sessions = { slots, 4, 0, 0, "/login.html" };
static char colour[16] = "grey";

static int send_page(struct hatch_req *req, int status, const char *text)
{
	return hatch_send_bytes(req, status, "text/html; charset=utf-8", text, strlen(text));
}

int members_login(struct hatch_req *req)
{
	int error = hatch_login(req, &users, hatch_form(req, "name"), hatch_form(req, "password"));
	if (error == HATCH_ETIME)
		return send_page(req, 429, "<title>Later</title><p>Too many attempts.");
	if (error < 0)
		return send_page(req, 403, "<title>No</title><p id=wrong>Wrong name or password.");
	error = hatch_session_begin(req, &sessions, hatch_who(req), NULL);
	return error < 0 ? error : hatch_redirect(req, 303, "/members/");
}

int members_page(struct hatch_req *req)
{
	char text[900];
	const char *token = hatch_csrf(req, &sessions);
	snprintf(text, sizeof(text),
		"<!doctype html><meta charset=utf-8><title>Members</title>"
		"<p id=who>%.*s</p><p id=colour>%s</p>"
		"<form method=post action=/members/colour>"
		"<input type=hidden name=csrf value=%s>"
		"<input name=colour><button id=save>Save</button></form>"
		"<form method=post action=/members/colour>"
		"<input type=hidden name=csrf value=%c%s><input type=hidden name=colour value=red>"
		"<button id=forged>Save with another token</button></form>"
		"<form method=post action=/members/logout>"
		"<input type=hidden name=csrf value=%s><button id=out>Log out</button></form>"
		"<input type=file id=file>",
		(int)hatch_who(req).len, hatch_who(req).ptr, colour, token,
		token[0] == 'f' ? '0' : 'f', token + 1, token);
	return send_page(req, 200, text);
}

int members_save(struct hatch_req *req)
{
	struct hatch_span to = hatch_form(req, "colour");
	if (to.ptr == NULL || to.len == 0 || to.len >= sizeof(colour))
		return send_page(req, 400, "<title>No</title><p>No such colour.");
	for (size_t i = 0; i < to.len; i++)
		if (to.ptr[i] < 'a' || to.ptr[i] > 'z')
			return send_page(req, 400, "<title>No</title><p>No such colour.");
	snprintf(colour, sizeof(colour), "%.*s", (int)to.len, to.ptr);
	return hatch_redirect(req, 303, "/members/");
}

int members_logout(struct hatch_req *req)
{
	int error = hatch_session_end(req, &sessions);
	return error < 0 ? error : hatch_redirect(req, 303, "/login.html");
}

struct hatch_folder members_folder = { .upload_max = 50000000 };

static const struct hatch_hook guards[] = { { hatch_session_guard, &sessions } };
const struct hatch_policy members_open = { .body_max = 500 };
const struct hatch_policy members_inside = { .guards = guards, .guard_count = 1 };
const struct hatch_policy members_form = { .guards = guards, .guard_count = 1, .body_max = 500 };
