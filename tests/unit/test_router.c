/*
 * From method and path to a handler, and the tables that are refused.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/app/router.h"
#include "../../src/server/server.h"

static int first(struct hatch_req *req)
{
	(void)req;
	return 0;
}

static int second(struct hatch_req *req)
{
	(void)req;
	return 0;
}

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", first),
	HATCH_ROUTE(HATCH_GET, "/led/:n", first),
	HATCH_ROUTE(HATCH_PUT | HATCH_POST, "/led/:n", second),
	HATCH_ROUTE(HATCH_GET, "/led/all", second), /* never: the row above it matches first */
	HATCH_ROUTE(HATCH_GET, "/files/*", first),
	HATCH_ROUTE(HATCH_GET, "/a/:x/b/:y", first),
	HATCH_ROUTE(HATCH_OTHER, "/dav", first),
};
static const struct hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/", second),
	HATCH_ROUTE(HATCH_GET, "/status", second),
	HATCH_ROUTE(HATCH_DELETE, "/led/:n", second),
};
static const struct hatch_group groups[] = { HATCH_GROUP("/api", api) };

static struct hatch srv;
static struct hatch_req req;

static int find(enum hatch_method method, const char *path, unsigned *methods)
{
	memset(&req, 0, sizeof(req));
	srv.config.routes = routes;
	srv.config.route_count = HATCH_COUNT(routes);
	srv.config.groups = groups;
	srv.config.group_count = HATCH_COUNT(groups);
	req.srv = &srv;
	req.method = method;
	req.target.path = hatch_str(path);
	return hx_router_find(&req, methods);
}

static void found(void **state)
{
	unsigned methods;
	(void)state;
	assert_int_equal(find(HATCH_GET, "/", &methods), 0);
	assert_ptr_equal(req.route, &routes[0]);
	assert_int_equal(find(HATCH_HEAD, "/", &methods), 0);
	assert_ptr_equal(req.route, &routes[0]);
	assert_int_equal(find(HATCH_GET, "/led/12", &methods), 0);
	assert_ptr_equal(req.route, &routes[1]);
	assert_true(hatch_eq(hatch_param(&req, "n"), "12"));
	assert_null(hatch_param(&req, "m").ptr);
	assert_int_equal(find(HATCH_POST, "/led/12", &methods), 0);
	assert_ptr_equal(req.route, &routes[2]);
	assert_true(hatch_eq(hatch_param(&req, "n"), "12"));
	assert_int_equal(find(HATCH_GET, "/led/all", &methods), 0);
	assert_ptr_equal(req.route, &routes[1]);
	assert_int_equal(find(HATCH_GET, "/a/1/b/2", &methods), 0);
	assert_true(hatch_eq(hatch_param(&req, "x"), "1"));
	assert_true(hatch_eq(hatch_param(&req, "y"), "2"));
	assert_int_equal(find(HATCH_OTHER, "/dav", &methods), 0);
	assert_int_equal(find(HATCH_GET, "/api/status", &methods), 0);
	assert_ptr_equal(req.group, &groups[0]);
	assert_int_equal(find(HATCH_GET, "/api", &methods), 0);
	assert_int_equal(find(HATCH_GET, "/api/", &methods), 0);
}

static void rest(void **state)
{
	unsigned methods;
	(void)state;
	assert_int_equal(find(HATCH_GET, "/files/a/b", &methods), 0);
	assert_true(hatch_eq(hatch_rest(&req), "a/b"));
	assert_int_equal(find(HATCH_GET, "/files/", &methods), 0);
	assert_int_equal(hatch_rest(&req).len, 0);
	assert_int_equal(find(HATCH_GET, "/files", &methods), 404);
}

static void not_found(void **state)
{
	static const char *paths[] = { "/led", "/led/", "/led/1/", "/led/1/2", "/a/1/b", "/a//b/2",
		"//", "/apix", "/api/nope", "/LED/1", "" };
	unsigned methods;
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(paths); i++)
		if (find(HATCH_GET, paths[i], &methods) != 404)
			fail_msg("%s is found", paths[i]);
}

static void other_methods(void **state)
{
	char line[80];
	struct hx_text text;
	unsigned methods;
	(void)state;
	assert_int_equal(find(HATCH_DELETE, "/led/1", &methods), 405);
	assert_null(req.route);
	assert_int_equal(req.param_count, 0);
	hx_text_init(&text, line, sizeof(line));
	hx_router_allow(&text, methods);
	assert_true(hatch_eq(hx_span(line, text.len), "GET, HEAD, POST, PUT, OPTIONS"));
	assert_int_equal(find(HATCH_OPTIONS, "/led/1", &methods), 200);
	assert_int_equal(find(HATCH_OPTIONS, "/nope", &methods), 404);
	assert_int_equal(find(HATCH_OTHER, "/led/1", &methods), 405);
	assert_int_equal(hx_method_parse(hatch_str("PATCH")), HATCH_PATCH);
	assert_int_equal(hx_method_parse(hatch_str("get")), HATCH_OTHER);
}

static const char *refusal(const struct hatch_route *table, size_t count)
{
	struct hatch_config config = HATCH_DEFAULTS;
	const char *why;
	config.routes = table;
	config.route_count = count;
	return hx_router_check(&config, &why) < 0 ? why : NULL;
}

static void refused_tables(void **state)
{
	static const struct hatch_route bad[] = {
		HATCH_ROUTE(HATCH_GET, "nope", first),
		HATCH_ROUTE(HATCH_GET, "", first),
		HATCH_ROUTE(HATCH_GET, NULL, first),
		HATCH_ROUTE(HATCH_GET, "/:", first),
		HATCH_ROUTE(HATCH_GET, "/*/a", first),
		HATCH_ROUTE(HATCH_GET, "/:a/:b/:c/:d/:e/:f/:g/:h/:i", first),
		HATCH_ROUTE(0, "/", first),
		HATCH_ROUTE(0x100, "/", first),
		HATCH_ROUTE(HATCH_GET, "/", NULL),
	};
	static const struct hatch_route good = HATCH_ROUTE(
		HATCH_GET, "/:a/:b/:c/:d/:e/:f/:g/:h", first);
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		if (refusal(&bad[i], 1) == NULL)
			fail_msg("row %zu passes", i);
	assert_non_null(refusal(NULL, 1));
	assert_null(refusal(&good, 1));
	static const char *prefixes[] = { "", "/", "api", "/api/", NULL };
	for (size_t i = 0; i < HATCH_COUNT(prefixes); i++) {
		struct hatch_group group = { prefixes[i], &good, 1, NULL };
		struct hatch_config config = HATCH_DEFAULTS;
		const char *why;
		config.groups = &group;
		config.group_count = 1;
		assert_int_equal(hx_router_check(&config, &why), HATCH_EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(rest),
		cmocka_unit_test(not_found),
		cmocka_unit_test(other_methods),
		cmocka_unit_test(refused_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
