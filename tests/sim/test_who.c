/*
 * Who may: passwords, tokens, sessions, and requests that somebody forged; in virtual time.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_web.h>

#include "../../src/server/server.h"
#include "app.h"

static struct hatch *srv;
static struct hatch_attempts attempts;
static struct hatch_session slots[3];
static struct hatch_sessions sessions;
static bool random_fails;

static const struct hatch_account people[] = { { "ada", "secret" }, { "bob", "hush" } };
static const struct hatch_accounts users = { people, 2, NULL, NULL, "door", &attempts };
static const struct hatch_account machines[] = { { "pump", "0123456789abcdef" } };
static const struct hatch_accounts tokens = { machines, 1, NULL, NULL, NULL, &attempts };

static int who(struct hatch_req *req)
{
	return hatch_send_json(req, 200, "\"%.*s\"", (int)hatch_who(req).len, hatch_who(req).ptr);
}

static int login(struct hatch_req *req)
{
	struct hatch_span name = hatch_form(req, "name");
	int error = hatch_login(req, &users, name, hatch_form(req, "password"));
	if (error == HATCH_ETIME)
		return hatch_send_text(req, 429, "later\n");
	if (error != 0)
		return hatch_send_text(req, 403, "no\n");
	error = hatch_session_begin(req, &sessions, hatch_who(req), NULL);
	return error < 0 ? error : hatch_send_text(req, 200, "hello\n");
}

static int logout(struct hatch_req *req)
{
	int error = hatch_session_end(req, &sessions);
	return error < 0 ? error : hatch_send_text(req, 200, "bye\n");
}

static int token(struct hatch_req *req)
{
	return hatch_send_text(req, 200, hatch_csrf(req, &sessions));
}

static int change(struct hatch_req *req)
{
	return hatch_csrf_ok(req, &sessions) ? hatch_send_text(req, 200, "changed\n")
					     : hatch_send_text(req, 403, "forged\n");
}

static int slow(struct hatch_req *req)
{
	app.held = hatch_ref_of(req);
	return hatch_defer(req, 60000);
}

static const struct hatch_hook basic[] = { { hatch_basic_auth, &users } };
static const struct hatch_hook both[] = { { hatch_basic_auth, &users },
	{ hatch_basic_auth, &users } };
static const struct hatch_policy by_both = { .guards = both, .guard_count = 2 };
static const struct hatch_hook bearer[] = { { hatch_bearer_auth, &tokens } };
static const struct hatch_hook session[] = { { hatch_session_guard, &sessions } };
static const struct hatch_policy by_basic = { .guards = basic, .guard_count = 1 };
static const struct hatch_policy by_bearer = { .guards = bearer, .guard_count = 1 };
static const struct hatch_policy by_session = { .guards = session, .guard_count = 1 };
static const struct hatch_policy by_form = { .guards = session, .guard_count = 1, .body_max = 200 };
static const struct hatch_policy collects = { .body_max = 200 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/basic", who, NULL, &by_basic),
	HATCH_ROUTE_WITH(HATCH_GET, "/twice", who, NULL, &by_both),
	HATCH_ROUTE_WITH(HATCH_POST | HATCH_DELETE, "/blind", who, NULL, &by_form),
	HATCH_ROUTE_WITH(HATCH_GET, "/slow", slow, NULL, &by_session),
	HATCH_ROUTE_WITH(HATCH_GET, "/bearer", who, NULL, &by_bearer),
	HATCH_ROUTE_WITH(HATCH_GET, "/me", who, NULL, &by_session),
	HATCH_ROUTE_WITH(HATCH_GET, "/token", token, NULL, &by_session),
	HATCH_ROUTE_WITH(HATCH_POST | HATCH_DELETE, "/api", who, NULL, &by_session),
	HATCH_ROUTE_WITH(HATCH_POST, "/form", change, NULL, &by_form),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", login, NULL, &collects),
	HATCH_ROUTE_WITH(HATCH_POST, "/logout", logout, NULL, &by_session),
};

static int (*real_random)(void *buf, size_t len);

static int maybe_random(void *buf, size_t len)
{
	return random_fails ? HATCH_EPORT : real_random(buf, len);
}

static void open_one(void)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	real_random = world_platform.random;
	world_platform.random = maybe_random;
	random_fails = false;
	memset(&attempts, 0, sizeof(attempts));
	memset(slots, 0, sizeof(slots));
	sessions = (struct hatch_sessions){ slots, 3, 0, 0, "/enter" };
	memset(&tls_options, 0, sizeof(tls_options));
	srv = app_open(&config);
}

static void close_one(void)
{
	app_check_idle(srv);
	hatch_close(srv);
	world_platform.random = real_random;
}

static char answer[4096];

/* Sends a request on a connection of its own, from this host; waits so long.  The status. */
static int ask_from(unsigned char host, bool secure, const char *request, uint32_t wait_ms)
{
	struct world w;
	size_t len;
	int status = 0;
	tls_client_forget();
	world_connect(&w, srv, secure, 3);
	w.c->peer.bytes[10] = w.c->peer.bytes[11] = 0xff; /* IPv4 */
	w.c->peer.bytes[15] = host;
	world_say(&w, request, strlen(request));
	(void)world_settle(&w);
	if (wait_ms > 0)
		world_pass(&w, wait_ms);
	const char *text = world_heard(&w, &len);
	assert_true(len < sizeof(answer));
	memcpy(answer, text, len);
	answer[len] = '\0';
	if (len > 12)
		status = (text[9] - '0') * 100 + (text[10] - '0') * 10 + text[11] - '0';
	world_close(&w);
	return status;
}

static int ask(const char *request)
{
	return ask_from(1, true, request, 0);
}

static const char *body(void)
{
	const char *end = strstr(answer, "\r\n\r\n");
	return end == NULL ? "" : end + 4;
}

/* A request line, and fields in one string. */
static const char *with(const char *line, const char *fields)
{
	static char request[1024];
	assert_true(snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: sim\r\n%s\r\n", line,
			    fields) < (int)sizeof(request));
	return request;
}

static const char *basic_of(const char *base64)
{
	static char fields[256];
	snprintf(fields, sizeof(fields), "Authorization: Basic %s\r\n", base64);
	return with("GET /basic", fields);
}

/* ---- passwords ---- */

static void basic_credentials(void **state)
{
	static const struct {
		const char *base64;
		int status;
	} cases[] = {
		{ "YWRhOnNlY3JldA==", 200 },            /* ada:secret */
		{ "Ym9iOmh1c2g=", 200 },                /* bob:hush */
		{ "YWRhOmh1c2g=", 401 },                /* ada:hush */
		{ "YWRhOnNlY3JldDE=", 401 },            /* ada:secret1 */
		{ "YWRhOnNlY3Jl", 401 },                /* ada:secre */
		{ "YWRhOg==", 401 },                    /* ada: */
		{ "Og==", 401 },                        /* : */
		{ "YWRh", 401 },                        /* ada */
		{ "", 401 }, { "YWRhOnNlY3JldA", 401 }, /* without its padding */
		{ "YWRhOnNlY3JldA===", 401 }, { "YWRhOnNl*3JldA==", 401 }, { "====", 401 },
		{ "YWRhOnNlY3JldABh", 401 }, /* a NUL behind it */
	};
	(void)state;
	open_one();
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		memset(&attempts, 0, sizeof(attempts));
		assert_int_equal(ask(basic_of(cases[i].base64)), cases[i].status);
		if (cases[i].status == 401)
			assert_non_null(strstr(answer,
				"\r\nWWW-Authenticate: Basic realm=\"door\", charset=\"UTF-8\"\r\n"));
	}
	assert_int_equal(ask(basic_of("YWRhOnNlY3JldA==")), 200);
	assert_string_equal(body(), "\"ada\"");
	assert_int_equal(ask(with("GET /basic", "")), 401);
	assert_int_equal(ask(with("GET /basic", "Authorization: bAsIc YWRhOnNlY3JldA==\r\n")), 200);
	assert_int_equal(ask(with("GET /basic", "Authorization: Basic YWRhOnNlY3JldA==\r\n"
						"Authorization: Basic YWRhOnNlY3JldA==\r\n")),
		401);
	assert_int_equal(ask_from(1, false, basic_of("YWRhOnNlY3JldA=="), 0), 403);
	close_one();
}

static void bearer_tokens(void **state)
{
	(void)state;
	open_one();
	assert_int_equal(
		ask(with("GET /bearer", "Authorization: Bearer 0123456789abcdef\r\n")), 200);
	assert_string_equal(body(), "\"pump\"");
	assert_int_equal(
		ask(with("GET /bearer", "Authorization: Bearer 0123456789abcdeF\r\n")), 401);
	assert_non_null(strstr(answer, "error=\"invalid_token\""));
	assert_int_equal(
		ask(with("GET /bearer", "Authorization: Bearer 0123456789abcde\r\n")), 401);
	assert_int_equal(ask(with("GET /bearer", "")), 401);
	assert_null(strstr(answer, "invalid_token"));
	close_one();
}

/* The third failure makes the next attempt wait, and each one after it twice as long. */
static void failures_are_delayed(void **state)
{
	(void)state;
	open_one();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ask(basic_of("YWRhOmh1c2g=")), 401);
	assert_int_equal(ask(basic_of("YWRhOnNlY3JldA==")), 0); /* the right one waits too */
	assert_int_equal(ask_from(2, true, basic_of("YWRhOnNlY3JldA=="), 0), 200);
	assert_int_equal(ask_from(1, true, basic_of("YWRhOmh1c2g="), 250), 401);
	assert_int_equal(ask_from(1, true, basic_of("YWRhOmh1c2g="), 499), 0);
	assert_int_equal(ask_from(1, true, basic_of("YWRhOmh1c2g="), 500), 401); /* the fifth */
	assert_int_equal(ask_from(1, true, basic_of("YWRhOmh1c2g="), 1000), 401);
	assert_int_equal(ask(basic_of("YWRhOnNlY3JldA==")), 429);
	assert_non_null(strstr(answer, "\r\nRetry-After: 2\r\n"));
	world_now += 2000;
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(ask(basic_of("YWRhOmh1c2g=")), 401);
		world_now += 8000;
	}
	/* A success of one's own does not help with the password of another. */
	assert_int_equal(ask(basic_of("Ym9iOmh1c2g=")), 200);
	assert_int_equal(ask(basic_of("YWRhOmh1c2g=")), 401);
	assert_int_equal(ask(basic_of("Ym9iOmh1c2g=")), 429);
	world_now += 600000; /* ten minutes later all is forgotten */
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ask(basic_of("YWRhOmh1c2g=")), 401);
	close_one();
}

/* Several at once are one attempt each in time, not all at the end of the wait. */
static void at_once_is_no_way_around(void **state)
{
	enum { AT_ONCE = 3 };
	struct world w[AT_ONCE];
	unsigned answered = 0;
	(void)state;
	open_one();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ask(basic_of("YWRhOmh1c2g=")), 401);
	for (unsigned i = 0; i < AT_ONCE; i++) {
		tls_client_forget();
		world_connect(&w[i], srv, true, i + 1);
		w[i].c->peer.bytes[10] = w[i].c->peer.bytes[11] = 0xff;
		w[i].c->peer.bytes[15] = 1;
		world_say(&w[i], basic_of("YWRhOmh1c2g="), strlen(basic_of("YWRhOmh1c2g=")));
		(void)world_settle(&w[i]);
	}
	world_now += 250;
	for (unsigned i = 0; i < AT_ONCE; i++) {
		size_t len;
		(void)world_settle(&w[i]);
		(void)world_heard(&w[i], &len);
		answered += len > 0;
	}
	assert_int_equal(answered, 1);
	for (unsigned i = 0; i < AT_ONCE; i++)
		world_close(&w[i]);
	close_one();
}

/* More addresses than the table has places: whoever takes a place takes its failures with it. */
static void many_addresses(void **state)
{
	unsigned looked_at = 0, rounds = 0;
	(void)state;
	open_one();
	/* One more than there are places, in turn: each has been pushed out when it comes again. */
	for (; rounds < 20; rounds++)
		for (unsigned i = 0; i < HATCH_ATTEMPT_CLIENTS + 1; i++) {
			world_now++;
			looked_at += ask_from((unsigned char)i, true, basic_of("YWRhOmh1c2g="),
					     0) == 401;
		}
	/* Three for each place, and few more in a third of a second. */
	assert_in_range(looked_at, 3 * HATCH_ATTEMPT_CLIENTS, 5 * HATCH_ATTEMPT_CLIENTS);
	close_one();
}

/* Two guards with the same credentials, of a group and of its route. */
static void two_guards(void **state)
{
	(void)state;
	open_one();
	assert_int_equal(ask(with("GET /twice", "Authorization: Basic YWRhOnNlY3JldA==\r\n")), 200);
	close_one();
}

/* A browser sends the password along with what any page has it send. */
static void forged_with_a_password(void **state)
{
	static const struct {
		const char *fields;
		int status;
	} cases[] = {
		{ "", 200 },
		{ "Origin: https://sim\r\nSec-Fetch-Site: same-origin\r\n", 200 },
		{ "Sec-Fetch-Site: none\r\n", 200 },
		{ "Origin: https://evil.example\r\n", 403 },
		{ "Origin: null\r\n", 403 },
		{ "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ "Sec-Fetch-Site: same-site\r\n", 403 },
	};
	char fields[256];
	(void)state;
	open_one();
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		snprintf(fields, sizeof(fields),
			"Authorization: Basic YWRhOnNlY3JldA==\r\nContent-Length: 0\r\n%s",
			cases[i].fields);
		assert_int_equal(ask(with("POST /basic", fields)), cases[i].status);
	}
	close_one();
}

/* ---- sessions ---- */

static char cookie[80];

static void log_in(const char *more)
{
	char fields[256];
	snprintf(fields, sizeof(fields),
		"%sContent-Type: application/x-www-form-urlencoded\r\n"
		"Content-Length: 24\r\n",
		more);
	char request[1200];
	snprintf(request, sizeof(request), "%sname=ada&password=secret",
		with("POST /login", fields));
	assert_int_equal(ask(request), 200);
	const char *set = strstr(answer, "\r\nSet-Cookie: __Host-session=");
	assert_non_null(set);
	assert_non_null(strstr(set, "; Path=/; Secure; HttpOnly; SameSite=Strict\r\n"));
	assert_non_null(strstr(answer, "\r\nCache-Control: no-store\r\n"));
	snprintf(cookie, sizeof(cookie), "Cookie: __Host-session=%.32s\r\n", set + 29);
}

static const char *as_ada(const char *line, const char *more)
{
	char fields[600];
	snprintf(fields, sizeof(fields), "%s%s", cookie, more);
	return with(line, fields);
}

static void a_session(void **state)
{
	char first[80];
	(void)state;
	open_one();
	assert_int_equal(ask(with("GET /me", "")), 401);
	assert_int_equal(ask(with("GET /me", "Accept: text/html,*/*\r\n")), 303);
	assert_non_null(strstr(answer, "\r\nLocation: /enter\r\n"));
	log_in("");
	strcpy(first, cookie);
	assert_int_equal(ask(as_ada("GET /me", "")), 200);
	assert_string_equal(body(), "\"ada\"");
	assert_int_equal(ask(as_ada("GET /me", "Cookie: other=1; __Host-sessions=2\r\n")), 200);
	assert_int_equal(ask_from(1, false, as_ada("GET /me", ""), 0), 401); /* not over HTTP */
	cookie[30] ^= 1;
	assert_int_equal(ask(as_ada("GET /me", "")), 401);
	strcpy(cookie, first);
	assert_int_equal(ask(as_ada("GET /me", first)), 401); /* twice is nobody */
	/* A login on a session replaces it: the old id, which somebody may have planted, is dead.
	 */
	log_in(first);
	assert_memory_not_equal(first, cookie, sizeof(first));
	assert_int_equal(ask(as_ada("GET /me", "")), 200);
	assert_int_equal(ask(with("GET /me", first)), 401);
	assert_int_equal(ask(as_ada("GET /token", "")), 200);
	char csrf[64];
	snprintf(csrf, sizeof(csrf), "X-CSRF-Token: %.32s\r\n", body());
	char more[120];
	snprintf(more, sizeof(more), "%sContent-Length: 0\r\n", csrf);
	assert_int_equal(ask(as_ada("POST /logout", more)), 200);
	assert_non_null(strstr(
		answer, "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"));
	assert_int_equal(ask(as_ada("GET /me", "")), 401);
	close_one();
}

static void sessions_end(void **state)
{
	char first[80];
	(void)state;
	open_one();
	log_in("");
	strcpy(first, cookie);
	for (unsigned i = 0; i < 3; i++) { /* seen again and again */
		world_now += 1799999;
		assert_int_equal(ask(as_ada("GET /me", "")), 200);
	}
	world_now += 1800000;
	assert_int_equal(ask(as_ada("GET /me", "")), 401);
	sessions.life_s = 3600;
	log_in("");
	world_now += 1799999;
	assert_int_equal(ask(as_ada("GET /me", "")), 200);
	world_now += 1799999;
	assert_int_equal(ask(as_ada("GET /me", "")), 200);
	world_now += 2;
	assert_int_equal(ask(as_ada("GET /me", "")), 401); /* an hour is all, whatever it did */
	sessions.life_s = 0;
	/* Three slots: the fourth takes the place of who was seen least recently. */
	char all[4][80];
	for (unsigned i = 0; i < 4; i++) {
		log_in("");
		strcpy(all[i], cookie);
		world_now += 10;
		if (i == 2) {
			strcpy(cookie, all[0]);
			assert_int_equal(ask(as_ada("GET /me", "")), 200);
		}
	}
	for (unsigned i = 0; i < 4; i++) {
		strcpy(cookie, all[i]);
		assert_int_equal(ask(as_ada("GET /me", "")), i == 1 ? 401 : 200);
	}
	random_fails = true;
	char request[1200];
	snprintf(request, sizeof(request), "%sname=ada&password=secret",
		with("POST /login", "Content-Type: application/x-www-form-urlencoded\r\n"
				    "Content-Length: 24\r\n"));
	assert_int_equal(ask(request), 500); /* no session without random numbers */
	assert_null(strstr(answer, "Set-Cookie"));
	close_one();
}

/* A page of another site does not log its visitor in, nor out by failing for him. */
static void a_login_from_elsewhere(void **state)
{
	char request[1200];
	(void)state;
	open_one();
	snprintf(request, sizeof(request), "%sname=ada&password=secret",
		with("POST /login", "Origin: https://evil.example\r\n"
				    "Content-Type: application/x-www-form-urlencoded\r\n"
				    "Content-Length: 24\r\n"));
	assert_int_equal(ask(request), 403);
	assert_null(strstr(answer, "Set-Cookie"));
	assert_false(attempts.entry[0].used);
	close_one();
}

/* ---- forged requests ---- */

static void forged_requests(void **state)
{
	char csrf[33], other[33], fields[400], request[1200];
	(void)state;
	open_one();
	log_in("");
	assert_int_equal(ask(as_ada("GET /token", "")), 200);
	snprintf(other, sizeof(other), "%.32s", body());
	log_in("");
	assert_int_equal(ask(as_ada("GET /token", "")), 200);
	snprintf(csrf, sizeof(csrf), "%.32s", body());
	assert_int_equal(strlen(csrf), 32);

	const struct {
		const char *token, *origin;
		int status;
	} cases[] = {
		{ csrf, "", 200 },
		{ csrf, "Origin: https://sim\r\n", 200 },
		{ csrf, "Origin: https://SIM\r\n", 200 },
		{ csrf, "Origin: https://evil.example\r\n", 403 },
		{ csrf, "Origin: http://sim\r\n", 403 },
		{ csrf, "Origin: https://sim.evil.example\r\n", 403 },
		{ csrf, "Origin: null\r\n", 403 },
		{ other, "", 403 }, /* of another session */
		{ "", "", 403 },
		{ "0123456789abcdef0123456789abcdef", "", 403 },
	};
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		snprintf(fields, sizeof(fields), "X-CSRF-Token: %s\r\n%sContent-Length: 0\r\n",
			cases[i].token, cases[i].origin);
		assert_int_equal(ask(as_ada("POST /api", fields)), cases[i].status);
	}
	assert_int_equal(ask(as_ada("DELETE /api", "")), 403);
	/* In a form: the guard lets it through, the handler asks. */
	for (unsigned i = 0; i < 3; i++) {
		const char *tokens_are[] = { csrf, other, "" };
		snprintf(fields, sizeof(fields),
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %u\r\n",
			(unsigned)(5 + strlen(tokens_are[i])));
		snprintf(request, sizeof(request), "%scsrf=%s", as_ada("POST /form", fields),
			tokens_are[i]);
		assert_int_equal(ask(request), i == 0 ? 200 : 403);
	}
	/* Saying that it is a form does not help, nor does a handler that never asks. */
	snprintf(fields, sizeof(fields), "Content-Type: application/x-www-form-urlencoded\r\n");
	assert_int_equal(ask(as_ada("DELETE /blind", fields)), 403);
	snprintf(fields, sizeof(fields),
		"Content-Type: application/x-www-form-urlencodedX\r\n"
		"Content-Length: 2\r\n");
	snprintf(request, sizeof(request), "%s{}", as_ada("POST /blind", fields));
	assert_int_equal(ask(request), 403);
	snprintf(fields, sizeof(fields),
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8"
		"\r\nContent-Length: 37\r\n");
	snprintf(request, sizeof(request), "%scsrf=%s", as_ada("POST /blind", fields), csrf);
	assert_int_equal(ask(request), 200);
	/* What is no form is not let through to a handler that takes forms. */
	snprintf(fields, sizeof(fields), "Content-Type: text/plain\r\nContent-Length: %u\r\n", 37);
	snprintf(request, sizeof(request), "%scsrf=%s", as_ada("POST /form", fields), csrf);
	assert_int_equal(ask(request), 403);
	close_one();
}

/* Whoever began a request is whose it stays, whatever becomes of the session meanwhile. */
static void who_stays(void **state)
{
	struct world w;
	size_t len;
	(void)state;
	open_one();
	sessions.count = 1;
	log_in("");
	tls_client_forget();
	world_connect(&w, srv, true, 7);
	world_say(&w, as_ada("GET /slow", ""), strlen(as_ada("GET /slow", "")));
	assert_true(world_settle(&w));
	memcpy(slots[0].who, "eve", 4); /* another has taken the slot */
	struct hatch_req *req = hatch_find(srv, app.held);
	assert_non_null(req);
	assert_int_equal(who(req), 0);
	assert_true(world_settle(&w));
	assert_non_null(strstr(world_heard(&w, &len), "\"ada\""));
	world_close(&w);
	close_one();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(basic_credentials),
		cmocka_unit_test(bearer_tokens),
		cmocka_unit_test(failures_are_delayed),
		cmocka_unit_test(at_once_is_no_way_around),
		cmocka_unit_test(many_addresses),
		cmocka_unit_test(two_guards),
		cmocka_unit_test(forged_with_a_password),
		cmocka_unit_test(who_stays),
		cmocka_unit_test(a_session),
		cmocka_unit_test(sessions_end),
		cmocka_unit_test(a_login_from_elsewhere),
		cmocka_unit_test(forged_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
