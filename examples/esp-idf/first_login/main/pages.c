/*
 * pages.c - set-up while there is no account, then login, home and logout
 * SPDX-License-Identifier: MIT
 *
 * The plain port leads all of it to HTTPS.  To set the account takes a code from the serial port:
 * else the first one on the network would own the device.
 */
#include <esp_log.h>
#include <esp_random.h>
#include <sdkconfig.h>
#include <stdio.h>
#include <string.h>

#include "app.h"

#define HEAD                                                                                       \
	"<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"   \
	"<title>" CONFIG_FIRST_LOGIN_HOSTNAME "</title>"

static const char setup_page[] = HEAD
	"<h1>Whose is it?</h1><form method=post action=/setup>"
	"<p><label>Code from the serial port <input name=code autocomplete=off required></label>"
	"<p><label>Name <input name=name maxlength=24 autocomplete=username required></label>"
	"<p><label>Password, 10 characters at least <input name=password type=password"
	" minlength=10 maxlength=128 autocomplete=new-password required></label>"
	"<p><button>Set</button></form>";
static const char login_page[] = HEAD
	"<h1>Log in</h1><form method=post action=/login>"
	"<p><label>Name <input name=name autocomplete=username required></label>"
	"<p><label>Password <input name=password type=password autocomplete=current-password"
	" required></label><p><button>Log in</button></form>";
static const char home_page[] = HEAD
	"<h1>Hello, %s</h1><form method=post action=/logout>"
	"<input type=hidden name=csrf value=%s><button>Log out</button></form>\n";

static struct hatch_attempts attempts;
static char code[9]; /* empty: it is over, and nobody's */
static const struct hatch_account code_account = { "setup", code };
static const struct hatch_accounts code_users = {
	.users = &code_account, .count = 1, .attempts = &attempts
};
static const struct hatch_accounts users = { .check = account_check, .attempts = &attempts };
static struct hatch_session slots[4];
static struct hatch_sessions sessions = {
	.slots = slots, .count = HATCH_COUNT(slots), .login = "/login"
};

/* When the radio is on, so that the code is random. */
void pages_init(void)
{
	if (account_state() != ACCOUNT_NONE)
		return;
	snprintf(code, sizeof(code), "%08lx", (unsigned long)esp_random());
	ESP_LOGW("first_login", "nobody's yet: https://%s.local/ asks for the code %s",
		CONFIG_FIRST_LOGIN_HOSTNAME, code);
}

static int refuse(struct hatch_req *req, int error)
{
	if (error == HATCH_ETIME)
		return hatch_send_text(req, 429, "Too many attempts: wait some seconds.\n");
	return hatch_send_text(req, 403, "That is not right.\n");
}

static int enter(struct hatch_req *req, struct hatch_span name)
{
	int error = hatch_session_begin(req, &sessions, name, NULL);
	return error < 0 ? error : hatch_redirect(req, 303, "/");
}

/* ---- set-up ---- */

static int only_while_nobodys(struct hatch_req *req)
{
	if (account_state() == ACCOUNT_NONE)
		return 0;
	return hatch_send_text(req, 409, "It has an account: log in.\n");
}

static int show_setup(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", setup_page, sizeof(setup_page) - 1);
}

static int set_up(struct hatch_req *req)
{
	struct hatch_span name = hatch_form(req, "name"), password = hatch_form(req, "password");
	int error = hatch_login(req, &code_users, hatch_str("setup"), hatch_form(req, "code"));
	if (error < 0)
		return refuse(req, error);
	if (name.len == 0 || name.len > HATCH_SESSION_NAME)
		return hatch_send_text(req, 400, "A name has 1 to 24 bytes.\n");
	if (password.len < PASSWORD_MIN || password.len > PASSWORD_MAX)
		return hatch_send_text(req, 400, "A password has 10 to 128 bytes.\n");
	if (!account_set(name, password))
		return hatch_send_text(req, 500, "It was not stored: see the serial port.\n");
	memset(code, 0, sizeof(code));
	return enter(req, name);
}

/* ---- afterwards ---- */

/* The guard of all that is for its owner. */
static int owner(struct hatch_req *req)
{
	if (account_state() == ACCOUNT_NONE)
		return hatch_redirect(req, 303, "/setup");
	return hatch_session_guard(req);
}

static int show_login(struct hatch_req *req)
{
	if (account_state() == ACCOUNT_NONE)
		return hatch_redirect(req, 303, "/setup");
	return hatch_send_static(req, 200, "text/html", login_page, sizeof(login_page) - 1);
}

static int log_in(struct hatch_req *req)
{
	int error = hatch_login(req, &users, hatch_form(req, "name"), hatch_form(req, "password"));
	return error < 0 ? refuse(req, error) : enter(req, hatch_who(req));
}

static int home(struct hatch_req *req)
{
	char name[6 * HATCH_SESSION_NAME + 1], page[sizeof(home_page) + sizeof(name) + 32];
	hatch_escape_html(name, sizeof(name), hatch_who(req));
	int len = snprintf(page, sizeof(page), home_page, name, hatch_csrf(req, &sessions));
	return hatch_send_bytes(req, 200, "text/html", page, (size_t)len);
}

static int log_out(struct hatch_req *req)
{
	int error = hatch_session_end(req, &sessions);
	return error < 0 ? error : hatch_redirect(req, 303, "/login");
}

/* ---- routes ---- */

/* Three characters for each byte of code, name and password, and what is between them. */
enum { FORM_MAX = 3 * (8 + HATCH_SESSION_NAME + PASSWORD_MAX) + 40 };

static const struct hatch_hook setting[] = { { only_while_nobodys, NULL } };
static const struct hatch_policy setup = {
	.guards = setting, .guard_count = 1, .body_max = FORM_MAX
};
static const struct hatch_policy form = { .body_max = FORM_MAX };
static const struct hatch_hook owning[] = { { owner, &sessions } };
static const struct hatch_policy inside = {
	.guards = owning, .guard_count = 1, .body_max = FORM_MAX
};

const struct hatch_route page_routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/setup", show_setup, NULL, &setup),
	HATCH_ROUTE_WITH(HATCH_POST, "/setup", set_up, NULL, &setup),
	HATCH_ROUTE(HATCH_GET, "/login", show_login),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", log_in, NULL, &form),
	HATCH_ROUTE_WITH(HATCH_GET, "/", home, NULL, &inside),
	HATCH_ROUTE_WITH(HATCH_POST, "/logout", log_out, NULL, &inside),
};
const size_t page_route_count = HATCH_COUNT(page_routes);
