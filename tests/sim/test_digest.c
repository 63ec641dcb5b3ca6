/*
 * Digest authentication in virtual time: what lets in, what is asked again, and what came before.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_web.h>
#include <mbedtls/sha256.h>

#include "../../src/server/server.h"
#include "app.h"

static struct hatch *srv;
static struct hatch_attempts attempts;
static struct hatch_digest digest, asking, empty;
static bool random_fails;

#define FORTY "abcdefghijabcdefghijabcdefghijabcdefghij"

static const struct hatch_account people[] = { { FORTY, "long" }, { FORTY "k", "longer" },
	{ "ada", "secret" }, { "J\xc3\xa4sper \"x\"", "hush" }, { "nobody", "" } };
static const struct hatch_accounts users = { people, 5, NULL, NULL, "door", &attempts };

static bool never(void *arg, struct hatch_span name, struct hatch_span password)
{
	(void)arg;
	(void)name;
	(void)password;
	fail();
	return true;
}

static const struct hatch_accounts by_check = { .check = never };

static int who(struct hatch_req *req)
{
	return hatch_send_json(req, 200, "\"%.*s\"", (int)hatch_who(req).len, hatch_who(req).ptr);
}

static int reads_query(struct hatch_req *req)
{
	(void)hatch_query(req, "a");
	return 0;
}

static const struct hatch_hook guards[] = { { hatch_digest_auth, &digest },
	{ hatch_digest_auth, &digest } };
static const struct hatch_hook late[] = { { reads_query, NULL }, { hatch_digest_auth, &digest } };
static const struct hatch_hook wrong[] = { { hatch_digest_auth, &asking },
	{ hatch_digest_auth, &empty }, { hatch_digest_auth, NULL } };
static const struct hatch_policy guarded = { .guards = guards, .guard_count = 2, .body_max = 100 };
static const struct hatch_policy too_late = { .guards = late, .guard_count = 2 };
static const struct hatch_policy mistakes[] = { { .guards = &wrong[0], .guard_count = 1 },
	{ .guards = &wrong[1], .guard_count = 1 }, { .guards = &wrong[2], .guard_count = 1 } };
static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/in/*", who, NULL, &guarded),
	HATCH_ROUTE_WITH(HATCH_GET, "/late", who, NULL, &too_late),
	HATCH_ROUTE_WITH(HATCH_GET, "/wrong/0", who, NULL, &mistakes[0]),
	HATCH_ROUTE_WITH(HATCH_GET, "/wrong/1", who, NULL, &mistakes[1]),
	HATCH_ROUTE_WITH(HATCH_GET, "/wrong/2", who, NULL, &mistakes[2]),
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
	memset(&digest, 0, sizeof(digest));
	memset(&asking, 0, sizeof(asking));
	memset(&empty, 0, sizeof(empty));
	digest.users = &users;
	asking.users = &by_check;
	srv = app_open(&config);
}

static void close_one(void)
{
	app_check_idle(srv);
	hatch_close(srv);
	world_platform.random = real_random;
}

/* ---- a client ---- */

static char answer[4096];

static int ask(const char *line, const char *fields)
{
	struct world w;
	char request[1400];
	size_t len;
	int status = 0;
	world_connect(&w, srv, false, 3);
	assert_true(snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: sim\r\n%s\r\n", line,
			    fields) < (int)sizeof(request));
	world_say(&w, request, strlen(request));
	(void)world_settle(&w);
	const char *text = world_heard(&w, &len);
	assert_true(len < sizeof(answer));
	memcpy(answer, text, len);
	answer[len] = '\0';
	if (sscanf(answer, "HTTP/1.1 %d ", &status) != 1)
		status = 0;
	world_close(&w);
	return status;
}

static const char *body(void)
{
	const char *end = strstr(answer, "\r\n\r\n");
	return end == NULL ? "" : end + 4;
}

static bool is_stale(void)
{
	return strstr(answer, ", stale=true") != NULL;
}

struct challenge {
	char nonce[80], opaque[40];
};

static struct challenge challenge_of(void)
{
	struct challenge c;
	const char *line = strstr(answer, "\r\nWWW-Authenticate: Digest realm=\"door\", "
					  "qop=\"auth\", algorithm=SHA-256, nonce=\"");
	assert_non_null(line);
	assert_int_equal(sscanf(strstr(line, "nonce="), "nonce=\"%79[^\"]\", opaque=\"%39[^\"]\"",
				 c.nonce, c.opaque),
		2);
	return c;
}

static struct challenge new_challenge(void)
{
	assert_int_equal(ask("GET /in/", ""), 401);
	assert_false(is_stale());
	return challenge_of();
}

static void sha256(const char *text, char out[65])
{
	unsigned char bytes[32];
	assert_int_equal(mbedtls_sha256((const unsigned char *)text, strlen(text), bytes, 0), 0);
	for (unsigned i = 0; i < 32; i++)
		snprintf(out + (size_t)2 * i, 3, "%02x", bytes[i]);
}

struct attempt {
	const char *name, *password, *method, *uri, *more;
	unsigned nc;
	const char *name_param; /* NULL: the name in quotes */
};

static const struct attempt good = { .name = "ada",
	.password = "secret",
	.method = "GET",
	.uri = "/in/",
	.more = ", algorithm=SHA-256",
	.nc = 1 };

/* The field that a client sends. */
static const char *field_of(const struct challenge *c, const struct attempt *a)
{
	static char field[1024];
	char text[600], a1[65], a2[65], response[65], name[200];
	snprintf(text, sizeof(text), "%s:door:%s", a->name, a->password);
	sha256(text, a1);
	snprintf(text, sizeof(text), "%s:%s", a->method, a->uri);
	sha256(text, a2);
	snprintf(text, sizeof(text), "%s:%s:%08x:abc:auth:%s", a1, c->nonce, a->nc, a2);
	sha256(text, response);
	snprintf(name, sizeof(name), "username=\"%s\"", a->name);
	snprintf(field, sizeof(field),
		"Authorization: Digest %s, realm=\"door\", uri=\"%s\", nonce=\"%s\", nc=%08x, "
		"cnonce=\"abc\", qop=auth, response=\"%s\", opaque=\"%s\"%s\r\n",
		a->name_param == NULL ? name : a->name_param, a->uri, c->nonce, a->nc, response,
		c->opaque, a->more);
	return field;
}

static int try_it(const struct challenge *c, const struct attempt *a)
{
	char line[300];
	snprintf(line, sizeof(line), "%s %s", a->method, a->uri);
	return ask(line, field_of(c, a));
}

static int try_nc(const struct challenge *c, unsigned nc)
{
	struct attempt a = good;
	a.nc = nc;
	return try_it(c, &a);
}

/* ---- who gets in ---- */

static void passwords(void **state)
{
	static const struct attempt cases[] = {
		{ "ada", "secre", "GET", "/in/", ", algorithm=SHA-256", 1, NULL },
		{ "ada", "secret1", "GET", "/in/", ", algorithm=SHA-256", 1, NULL },
		{ "bob", "secret", "GET", "/in/", ", algorithm=SHA-256", 1, NULL },
		{ "", "", "GET", "/in/", ", algorithm=SHA-256", 1, NULL },
		{ "nobody", "", "GET", "/in/", ", algorithm=SHA-256", 1, NULL },
		{ "ada", "secret", "GET", "/in/", ", algorithm=SHA-256", 1, "username=\"bob\"" },
		{ "ada", "secret", "GET", "/in/", ", algorithm=SHA-256", 1,
			"username=\"ada\\\"\"" },
	};
	(void)state;
	open_one();
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		memset(&attempts, 0, sizeof(attempts));
		struct challenge c = new_challenge();
		assert_int_equal(try_it(&c, &cases[i]), 401);
		assert_false(is_stale());
		assert_int_equal(attempts.entry[0].failures, 1);
		assert_int_equal(try_nc(&c, 1), 200); /* a failure uses nothing up */
		assert_string_equal(body(), "\"ada\"");
	}
	close_one();
}

static void names(void **state)
{
	struct attempt a = good;
	struct challenge c;
	char hash[65], param[120];
	(void)state;
	open_one();
	c = new_challenge();
	a.name = people[3].name;
	a.password = "hush";
	a.name_param = "username=\"J\xc3\xa4sper \\\"x\\\"\"";
	assert_int_equal(try_it(&c, &a), 200);
	assert_string_equal(body(), "\"J\xc3\xa4sper \\\"x\\\"\"");
	a.name_param = "username*=UTF-8''J%C3%A4sper%20%22x%22";
	a.nc = 2;
	assert_int_equal(try_it(&c, &a), 200);
	a.name_param = "username*=UTF-8''J%C3%A4sper%20%22x%22, username=\"ada\"";
	assert_int_equal(try_it(&c, &a), 400);
	/* As long as hatch_who() can be, and longer. */
	a = good;
	a.nc = 10;
	a.name = FORTY;
	a.password = "long";
	assert_int_equal(try_it(&c, &a), 200);
	assert_string_equal(body(), "\"" FORTY "\"");
	a.nc = 11;
	a.name = FORTY "k";
	a.password = "longer";
	assert_int_equal(try_it(&c, &a), 401);
	c = new_challenge();
	/* Hashed, where that was offered. */
	a = good;
	sha256("ada:door", hash);
	snprintf(param, sizeof(param), "username=\"%s\", userhash=true", hash);
	a.name_param = param;
	a.nc = 3;
	assert_int_equal(try_it(&c, &a), 401);
	assert_null(strstr(answer, "userhash"));
	digest.userhash = true;
	assert_int_equal(try_it(&c, &a), 200);
	assert_string_equal(body(), "\"ada\"");
	assert_int_equal(try_nc(&c, 4), 200);
	assert_int_equal(ask("GET /in/", ""), 401);
	assert_non_null(strstr(answer, ", userhash=true\r\n"));
	close_one();
}

/* What was agreed to with the password is this method and this target. */
static void method_and_target(void **state)
{
	struct challenge c;
	struct attempt a = good;
	char field[1024];
	(void)state;
	open_one();
	c = new_challenge();
	snprintf(field, sizeof(field), "%sContent-Length: 0\r\n", field_of(&c, &good));
	assert_int_equal(ask("POST /in/", field), 401);
	assert_int_equal(attempts.entry[0].failures, 1);
	assert_int_equal(ask("GET /in/x", field_of(&c, &good)), 400);
	assert_int_equal(ask("GET /in/?a", field_of(&c, &good)), 400);
	assert_int_equal(attempts.entry[0].failures, 1); /* nothing was tried */
	assert_int_equal(ask("GET /in/", field_of(&c, &good)), 200);
	a.uri = "/in/a%20b?c=d%20e";
	a.nc = 2;
	assert_int_equal(try_it(&c, &a), 200);
	a.uri = "/in/../in/";
	a.nc = 3;
	assert_int_equal(try_it(&c, &a), 400);
	close_one();
}

/* ---- the field ---- */

/* With one part of a good field replaced. */
static int with_change(const char *from, const char *to)
{
	char field[1200];
	struct challenge c = new_challenge();
	const char *whole = field_of(&c, &good), *at = strstr(whole, from);
	assert_non_null(at);
	snprintf(field, sizeof(field), "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	return ask("GET /in/", field);
}

static void broken_fields(void **state)
{
	static const struct {
		const char *from, *to;
		int status;
	} cases[] = {
		{ ", qop=auth", ", qop=auth", 200 },
		{ ", qop=auth", ",, QOP=\"auth\"", 200 },
		{ ", qop=auth", ", qop=auth-int", 400 },
		{ ", qop=auth", "", 400 },
		{ ", qop=auth", ", qop=auth, qop=auth", 400 },
		{ ", qop=auth", ", qop=auth, unknown=\"a\\\"b\"", 200 },
		{ ", qop=auth", ", qop=auth, auth", 400 },
		{ ", cnonce=\"abc\"", "", 400 },
		{ ", cnonce=\"abc\"", ", cnonce=\"a\\bc\"", 400 },
		{ ", nc=00000001", "", 400 },
		{ ", nc=00000001", ", nc=1", 400 },
		{ ", nc=00000001", ", nc=00000000", 400 },
		{ ", nc=00000001", ", nc=0000000A", 400 },
		{ ", nc=00000001", ", nc=0000000g", 400 },
		{ ", nc=00000001", ", nc=000000001", 400 },
		{ ", nc=00000001", ", nc=00000002", 401 },
		{ ", response=\"", ", responses=\"", 400 },
		{ ", response=\"", ", response=\"0", 401 },
		{ "username=\"ada\", ", "", 400 },
		{ ", realm=\"door\"", ", realm=\"doors\"", 401 },
		{ ", realm=\"door\"", "", 401 },
		{ ", algorithm=SHA-256", "", 401 }, /* MD5 then */
		{ ", algorithm=SHA-256", ", algorithm=MD5", 401 },
		{ ", algorithm=SHA-256", ", algorithm=SHA-256-sess", 401 },
		{ ", algorithm=SHA-256", ", algorithm=sha-256", 200 },
		{ ", opaque=\"", ", opaques=\"", 400 },
		{ ", opaque=\"", ", opaque=\"0", 401 },
		{ ", nonce=\"", ", nonce=\"0", 401 },
		{ ", nonce=\"f", ", nonce=\"e", 401 },
		{ "uri=\"/in/\"", "uri=/in/", 400 },
		{ "uri=\"/in/\"", "uri=\"/in/", 400 },
		{ "Digest ", "Digest", 401 },
		{ "Digest ", "Digest , ", 200 },
	};
	(void)state;
	open_one();
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		memset(&attempts, 0, sizeof(attempts));
		int status = with_change(cases[i].from, cases[i].to);
		if (status != cases[i].status)
			fail_msg("%s for %s: %d", cases[i].to, cases[i].from, status);
	}
	close_one();
}

/* ---- nonces ---- */

static void a_nonce_ends(void **state)
{
	struct challenge c;
	(void)state;
	open_one();
	c = new_challenge();
	world_now += 299999;
	assert_int_equal(try_nc(&c, 1), 200);
	world_now += 1;
	assert_int_equal(try_nc(&c, 2), 401);
	assert_true(is_stale());
	assert_false(attempts.entry[0].used); /* late is not wrong */
	c = challenge_of();
	assert_int_equal(try_nc(&c, 1), 200);
	digest.nonce_s = 10;
	world_now += 10000;
	assert_int_equal(try_nc(&c, 2), 401);
	assert_true(is_stale());
	/* Milliseconds begin anew after 49 days: what was used stays used. */
	digest.nonce_s = 0;
	world_now -= 10000;
	assert_int_equal(try_nc(&c, 1), 401);
	assert_int_equal(try_nc(&c, 2), 200);
	/* Twenty days are the most, whatever is asked for: later the time would begin anew. */
	digest.nonce_s = UINT32_MAX;
	c = new_challenge();
	world_now += 20u * 86400000u - 1;
	assert_int_equal(try_nc(&c, 1), 200);
	world_now += 1;
	assert_int_equal(try_nc(&c, 2), 401);
	assert_true(is_stale());
	digest.nonce_s = 0;
	/* Of another start of the device. */
	c = new_challenge();
	digest.keyed = false;
	assert_int_equal(try_nc(&c, 1), 401);
	assert_true(is_stale());
	close_one();
}

static void counts(void **state)
{
	static const struct {
		unsigned nc;
		int status;
	} cases[] = { { 1, 200 }, { 1, 401 }, { 5, 200 }, { 3, 200 }, { 3, 401 }, { 5, 401 },
		{ 1, 401 }, { 36, 200 }, { 4, 401 } /* out of the window */, { 5, 401 }, { 6, 200 },
		{ 6, 401 }, { 35, 200 }, { 36, 401 }, { 68, 200 }, { 36, 401 }, { 37, 200 },
		{ 500, 200 }, { 468, 401 }, { 469, 200 }, { 0xffffffff, 200 }, { 0xffffffff, 401 },
		{ 0xfffffffe, 200 }, { 500, 401 } };
	struct challenge c;
	(void)state;
	open_one();
	c = new_challenge();
	for (size_t i = 0; i < HATCH_COUNT(cases); i++) {
		if (try_nc(&c, cases[i].nc) != cases[i].status)
			fail_msg("%lu: nc=%u", (unsigned long)i, cases[i].nc);
		assert_int_equal(is_stale(), cases[i].status == 401);
	}
	assert_false(attempts.entry[0].used);
	close_one();
}

/* More nonces in use than there are places: what was used is never taken a second time. */
static void more_nonces_than_places(void **state)
{
	struct challenge c[HATCH_DIGEST_NONCES + 2];
	(void)state;
	open_one();
	for (unsigned i = 0; i < HATCH_COUNT(c); i++)
		c[i] = new_challenge();
	for (unsigned i = 0; i < 1000; i++) /* asking takes nobody's place */
		(void)new_challenge();
	for (unsigned i = HATCH_DIGEST_NONCES + 1; i >= 2; i--)
		assert_int_equal(try_nc(&c[i], 1), 200);
	for (unsigned i = 2; i < HATCH_COUNT(c); i++)
		assert_int_equal(try_nc(&c[i], 2), 200);
	/* The second takes the place of the third, which is over then, and so on. */
	assert_int_equal(try_nc(&c[1], 1), 200);
	assert_int_equal(try_nc(&c[1], 1), 401);
	assert_int_equal(try_nc(&c[1], 2), 200);
	assert_int_equal(try_nc(&c[2], 3), 401);
	assert_true(is_stale());
	assert_int_equal(try_nc(&c[0], 1), 401);
	assert_int_equal(try_nc(&c[3], 3), 200);
	struct challenge next = new_challenge();
	assert_int_equal(try_nc(&next, 1), 200);
	assert_int_equal(try_nc(&c[1], 3), 401);
	assert_int_equal(try_nc(&c[1], 1), 401);
	assert_int_equal(try_nc(&c[3], 4), 200);
	close_one();
}

/* ---- delays, forgery, mistakes ---- */

static void guesses_wait(void **state)
{
	struct attempt a = good;
	struct challenge c;
	(void)state;
	open_one();
	c = new_challenge();
	a.password = "guess";
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(try_it(&c, &a), 401);
		world_now += 8000;
	}
	assert_int_equal(try_it(&c, &a), 401);
	c = challenge_of();
	assert_int_equal(try_nc(&c, 1), 429);
	world_now += 8000;
	assert_int_equal(try_nc(&c, 1), 200);
	close_one();
}

static void forged(void **state)
{
	struct challenge c;
	struct attempt a = good;
	char field[1100];
	(void)state;
	open_one();
	c = new_challenge();
	a.method = "POST";
	snprintf(field, sizeof(field), "%sContent-Length: 0\r\nOrigin: http://evil.example\r\n",
		field_of(&c, &a));
	assert_int_equal(ask("POST /in/", field), 403);
	snprintf(field, sizeof(field), "%sContent-Length: 0\r\nOrigin: http://sim\r\n",
		field_of(&c, &a));
	assert_int_equal(ask("POST /in/", field), 200);
	close_one();
}

static void the_applications_mistakes(void **state)
{
	static const char *const lines[] = { "GET /wrong/0", "GET /wrong/1", "GET /wrong/2",
		"GET /late?a=b" };
	static const char *const says[] = { "cannot ask hatch_accounts.check", "with users",
		"with users", "before what reads the query" };
	char realm[150];
	struct hatch_accounts named = users;
	(void)state;
	open_one();
	for (size_t i = 0; i < HATCH_COUNT(lines); i++) {
		world_log[0] = '\0';
		assert_int_equal(ask(lines[i], ""), 500);
		assert_non_null(strstr(world_log, says[i]));
	}
	assert_int_equal(ask("GET /late", ""), 401);
	memset(realm, 'r', sizeof(realm) - 1);
	realm[sizeof(realm) - 1] = '\0';
	named.realm = realm;
	digest.users = &named;
	assert_int_equal(ask("GET /in/", ""), 500);
	realm[64] = '\0';
	assert_int_equal(ask("GET /in/", ""), 401);
	digest = (struct hatch_digest){ .users = &users };
	random_fails = true;
	assert_int_equal(ask("GET /in/", ""), 500); /* no key without random numbers */
	assert_false(digest.keyed);
	close_one();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords),
		cmocka_unit_test(names),
		cmocka_unit_test(method_and_target),
		cmocka_unit_test(broken_fields),
		cmocka_unit_test(a_nonce_ends),
		cmocka_unit_test(counts),
		cmocka_unit_test(more_nonces_than_places),
		cmocka_unit_test(guesses_wait),
		cmocka_unit_test(forged),
		cmocka_unit_test(the_applications_mistakes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
