/*
 * Who may: a password (Basic) for people with curl, a token (Bearer) for programs, and for people
 * with a browser a login page with a session in a cookie.  Who guesses has to wait longer each
 * time, and each form carries a token that no other site knows.
 * README.md says how to start it, and has more of these:
 *
 *	curl -u 'ada:change me' https://localhost:8443/files
 *		Hello, ada.
 *	curl -H 'Authorization: Bearer 5a17e0' https://localhost:8443/api
 *		Hello, sensor.
 *	curl -i https://localhost:8443/api
 */
#include <hatch_web.h>
#include <stdio.h>
#include "localhost.h"

static const struct hatch_account people[] = { { "ada", "change me" } };
static const struct hatch_account programs[] = { { "sensor", "5a17e0" } }; /* whose, the token */
static struct hatch_attempts attempts;
static const struct hatch_accounts users = { people, HATCH_COUNT(people), NULL, NULL, "example",
	&attempts };
static const struct hatch_accounts tokens = { programs, HATCH_COUNT(programs), NULL, NULL, NULL,
	&attempts };
static struct hatch_session slots[4];
static struct hatch_sessions sessions = { slots, HATCH_COUNT(slots), 0, 0, "/login" };

static const char login_page[] =
	"<!doctype html><title>Log in</title><form method=post action=/login>\n"
	"<input name=name autocomplete=username>"
	"<input name=password type=password autocomplete=current-password>"
	"<button>Log in</button></form>\n";

static int who(struct hatch_req *req)
{
	struct hatch_span name = hatch_who(req);
	char text[64];
	snprintf(text, sizeof(text), "Hello, %.*s.\n", (int)name.len, name.ptr);
	return hatch_send_text(req, 200, text);
}

static int show_login(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", login_page, sizeof(login_page) - 1);
}

static int log_in(struct hatch_req *req)
{
	int error = hatch_login(req, &users, hatch_form(req, "name"), hatch_form(req, "password"));
	if (error == HATCH_ETIME)
		return hatch_send_text(req, 429, "Too many attempts: wait some seconds.\n");
	if (error < 0)
		return hatch_send_text(req, 403, "Wrong name or password.\n");
	error = hatch_session_begin(req, &sessions, hatch_who(req), NULL);
	return error < 0 ? error : hatch_redirect(req, 303, "/");
}

/* The form carries the session's token: the guard of /logout asks for it. */
static int home(struct hatch_req *req)
{
	char page[200];
	int len = snprintf(page, sizeof(page),
		"<!doctype html><title>Home</title><form method=post action=/logout>\n"
		"<input type=hidden name=csrf value=%s><button>Log out</button></form>\n",
		hatch_csrf(req, &sessions));
	return hatch_send_bytes(req, 200, "text/html", page, (size_t)len);
}

static int log_out(struct hatch_req *req)
{
	int error = hatch_session_end(req, &sessions);
	return error < 0 ? error : hatch_redirect(req, 303, "/login");
}

static const struct hatch_hook basic[] = { { hatch_basic_auth, &users } };
static const struct hatch_policy by_password = { 0, basic, 1, NULL, 0, false };
static const struct hatch_hook bearer[] = { { hatch_bearer_auth, &tokens } };
static const struct hatch_policy by_token = { 0, bearer, 1, NULL, 0, false };
static const struct hatch_hook session[] = { { hatch_session_guard, &sessions } };
static const struct hatch_policy inside = { 200, session, 1, NULL, 0, false };
static const struct hatch_policy form = { 200, NULL, 0, NULL, 0, false };

static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/files", who, NULL, &by_password),
	HATCH_ROUTE_WITH(HATCH_GET, "/api", who, NULL, &by_token),
	HATCH_ROUTE(HATCH_GET, "/login", show_login),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", log_in, NULL, &form),
	HATCH_ROUTE_WITH(HATCH_GET, "/", home, NULL, &inside),
	HATCH_ROUTE_WITH(HATCH_POST, "/logout", log_out, NULL, &inside),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
