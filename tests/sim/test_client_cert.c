/*
 * Certificates that clients show: asked for, demanded, of another CA, expired; and that no session
 * stands in for one.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_web.h>

#include "../../src/server/server.h"
#include "app.h"
#include "certs.h"

static struct sim_cert ca, other_ca, ada, pump, late, stranger;
static const int versions[] = { 0x0303, 0x0304 };
static struct hatch *srv;

static int whose(struct hatch_req *req)
{
	char subject[100] = "-";
	struct hatch_tls_facts facts;
	struct hatch_san san = { HATCH_SAN_URI, { "-", 1 } };
	int len = hatch_client_subject(req, subject, sizeof(subject));
	(void)hatch_client_san(req, 0, &san);
	if (hatch_tls_facts_of(req, &facts) < 0)
		return hatch_send_text(req, 200, "plain\n");
	return hatch_send_json(req, 200, "%s %d [%s] %d %.*s %s who=%.*s",
		facts.resumed ? "resumed" : "full", (int)facts.client_cert.len, subject, len,
		(int)san.value.len, san.value.ptr, facts.client_verified ? "good" : "bad",
		(int)hatch_who(req).len, hatch_who(req).ptr);
}

static const struct hatch_client_rule few = { "nobody, ada@lab.example ,pump.lab.example" };
static const struct hatch_client_rule by_cn = { "pump 7" };
static const struct hatch_hook any_cert[] = { { hatch_client_auth, NULL } };
static const struct hatch_hook few_certs[] = { { hatch_client_auth, &few } };
static const struct hatch_hook one_cert[] = { { hatch_client_auth, &by_cn } };
static const struct hatch_policy any_policy = { .guards = any_cert, .guard_count = 1 };
static const struct hatch_policy few_policy = { .guards = few_certs, .guard_count = 1 };
static const struct hatch_policy one_policy = { .guards = one_cert, .guard_count = 1 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/open", whose),
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/any", whose, NULL, &any_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/few", whose, NULL, &few_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/one", whose, NULL, &one_policy),
};

static void open_one(enum hatch_client_certs certs)
{
	struct hatch_config config;
	world_reset();
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	app_configure(&config);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.client_certs = certs;
	config.client_ca_source = hatch_client_ca_der;
	config.client_ca = (struct hatch_span){ (const char *)ca.cert, ca.cert_len };
	srv = app_open(&config);
}

static void close_one(void)
{
	app_check_idle(srv);
	hatch_close(srv);
}

static char answer[2048];
static int tickets;

/* A request on a connection of its own: its status, 0 if there is no connection. */
static int ask_with(bool secure, const char *method, const char *path, const char *more)
{
	struct world w;
	char request[200];
	size_t len;
	int status = 0;
	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, path,
		more);
	world_log[0] = '\0';
	world_connect(&w, srv, secure, 3);
	world_say(&w, request, strlen(request));
	(void)world_settle(&w);
	const char *heard = world_heard(&w, &len);
	snprintf(answer, sizeof(answer), "%.*s", (int)len, heard);
	if (len > 12)
		status = atoi(heard + 9);
	tickets = secure ? tls_client_tickets(w.tls) : 0;
	world_close(&w);
	return status;
}

static int ask(bool secure, const char *path, const char *more)
{
	return ask_with(secure, "GET", path, more);
}

static void has(const char *text)
{
	if (strstr(answer, text) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", text, answer);
}

static void logged(const char *text)
{
	if (strstr(world_log, text) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", text, world_log);
}

static void optional(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		open_one(HATCH_CLIENT_CERTS_OPTIONAL);
		tls_options.version = versions[i];
		assert_int_equal(ask(true, "/open", ""), 200);
		has("full 0 [-] -6 - bad who=");
		assert_int_equal(ask(true, "/any", ""), 403);
		tls_options.shows = &ada;
		assert_int_equal(ask(true, "/any", ""), 200);
		has("[CN=ada, O=lab] 13 ada@lab.example good who=ada");
		assert_int_equal(ask(true, "/open", ""), 200);
		has("good who=");
		assert_int_equal(ask(true, "/few", ""), 200);
		assert_int_equal(ask(true, "/one", ""), 403);
		tls_options.shows = &pump;
		assert_int_equal(ask(true, "/few", ""), 200);
		has("PUMP.lab.example good who=pump 7");
		assert_int_equal(ask(true, "/one", ""), 200);
		close_one();
	}
}

/* What it says is not for us to know where nobody vouches for it. */
static void not_good(void **state)
{
	const struct sim_cert *bad[] = { &stranger, &late };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		open_one(HATCH_CLIENT_CERTS_OPTIONAL);
		tls_options.version = versions[i];
		for (size_t n = 0; n < HATCH_COUNT(bad); n++) {
			tls_options.shows = bad[n];
			assert_int_equal(ask(true, "/any", ""), 403);
			assert_int_equal(ask(true, "/few", ""), 403);
			assert_int_equal(ask(true, "/open", ""), 200);
			has("[-] -6 - bad who=");
			assert_null(strstr(answer, "full 0"));
		}
		close_one();
	}
}

static void required(void **state)
{
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(versions); i++) {
		open_one(HATCH_CLIENT_CERTS_REQUIRED);
		tls_options.version = versions[i];
		assert_int_equal(ask(true, "/open", ""), 0);
		logged("no TLS connection: it has shown no certificate");
		tls_options.shows = &stranger;
		assert_int_equal(ask(true, "/open", ""), 0);
		logged("its certificate is not from config.client_ca");
		tls_options.shows = &late;
		assert_int_equal(ask(true, "/open", ""), 0);
		logged("its certificate has expired");
		tls_options.shows = &ada;
		assert_int_equal(ask(true, "/open", ""), 200);
		has("good");
		assert_int_equal(tickets, 0);
		assert_int_equal(ask(false, "/any", ""), 403); /* the plain port has none */
		close_one();
	}
}

/* Whoever resumes has shown none, whatever it might show. */
static void no_session_stands_in(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		open_one(HATCH_CLIENT_CERTS_OPTIONAL);
		tls_options.version = versions[i % 2];
		tls_options.no_tickets = i >= 2; /* TLS 1.2: by session ID */
		if (i == 3)
			tls_options.version = 0x0303;
		assert_int_equal(ask(true, "/open", ""), 200);
		tls_options.resume = true;
		tls_options.shows = &ada;
		assert_int_equal(ask(true, "/open", ""), 200);
		has("resumed 0 [-] -6 - bad");
		assert_int_equal(ask(true, "/any", ""), 403);
		close_one();
	}
}

/* And who has shown one cannot resume, but shows it again. */
static void shown_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		open_one(HATCH_CLIENT_CERTS_OPTIONAL);
		tls_options.version = versions[i % 2];
		tls_options.no_tickets = i == 2;
		tls_options.shows = &ada;
		assert_int_equal(ask(true, "/any", ""), 200);
		has("full ");
		assert_int_equal(tickets, 0);
		tls_options.resume = true;
		assert_int_equal(ask(true, "/any", ""), 200);
		has("full ");
		has("good who=ada");
		/* Also where it is not good. */
		tls_client_forget();
		tls_options.shows = &stranger;
		assert_int_equal(ask(true, "/open", ""), 200);
		assert_int_equal(tickets, 0);
		assert_int_equal(ask(true, "/open", ""), 200);
		has("full ");
		close_one();
	}
}

static void a_browser_is_made_to_show_it(void **state)
{
	(void)state;
	open_one(HATCH_CLIENT_CERTS_OPTIONAL);
	tls_options.shows = &ada;
	assert_int_equal(ask_with(true, "POST", "/any", "Origin: https://a\r\n"), 200);
	assert_int_equal(ask_with(true, "POST", "/any", "Origin: https://evil.example\r\n"), 403);
	assert_int_equal(ask_with(true, "POST", "/any", "Sec-Fetch-Site: cross-site\r\n"), 403);
	close_one();
}

static void refused_at_open(void **state)
{
	struct hatch_config config;
	struct hatch *none;
	(void)state;
	world_reset();
	app_configure(&config);
	config.client_certs = HATCH_CLIENT_CERTS_OPTIONAL;
	assert_int_equal(hatch_open(&none, &config), HATCH_EINVAL);
	logged("config.client_certs needs client_ca and client_ca_source");
	config.client_ca = (struct hatch_span){ (const char *)ca.cert, ca.cert_len };
	assert_int_equal(hatch_open(&none, &config), HATCH_EINVAL);
	config.client_ca_source = hatch_client_ca_pem;
	world_log[0] = '\0';
	config.client_ca = hatch_str("-----BEGIN CERTIFICATE-----");
	assert_int_equal(hatch_open(&none, &config), HATCH_EIDENT);
	logged("config.client_ca cannot be read");
	config.client_ca_source = hatch_client_ca_der;
	config.client_ca = (struct hatch_span){ (const char *)ca.cert, ca.cert_len - 1 };
	assert_int_equal(hatch_open(&none, &config), HATCH_EIDENT);
	config.client_ca = (struct hatch_span){ (const char *)ada.cert, ada.cert_len };
	assert_int_equal(hatch_open(&none, &config), HATCH_EIDENT);
	logged("config.client_ca is no CA's certificate");
	config.client_ca = (struct hatch_span){ (const char *)ca.cert, ca.cert_len };
	config.client_certs = (enum hatch_client_certs)3;
	assert_int_equal(hatch_open(&none, &config), HATCH_EINVAL);
	config.client_certs = HATCH_CLIENT_CERTS_OPTIONAL;
	config.identity = NULL;
	assert_int_equal(hatch_open(&none, &config), HATCH_EINVAL);
}

static void make(struct sim_cert *out, const struct sim_cert *from, const char *subject,
	const char *dns, const char *email, const char *until)
{
	struct sim_cert_wish wish = { .subject = subject,
		.dns = dns,
		.email = email,
		.until = until,
		.ca = from,
		.is_ca = from == NULL };
	sim_cert_make(out, &wish);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional),
		cmocka_unit_test(not_good),
		cmocka_unit_test(required),
		cmocka_unit_test(no_session_stands_in),
		cmocka_unit_test(shown_again),
		cmocka_unit_test(a_browser_is_made_to_show_it),
		cmocka_unit_test(refused_at_open),
	};
	make(&ca, NULL, "CN=lab CA", NULL, NULL, NULL);
	make(&other_ca, NULL, "CN=lab CA", NULL, NULL, NULL);
	make(&ada, &ca, "CN=ada,O=lab", NULL, "ada@lab.example", NULL);
	make(&pump, &ca, "CN=pump 7", "PUMP.lab.example", NULL, NULL);
	make(&late, &ca, "CN=ada,O=lab", NULL, "ada@lab.example", "20210101000000");
	make(&stranger, &other_ca, "CN=ada,O=lab", NULL, "ada@lab.example", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
