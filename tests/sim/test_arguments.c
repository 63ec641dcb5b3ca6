/*
 * A route or a guard whose argument was forgotten: 500, and the log says what it is to be.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hatch_live.h>
#include <hatch_web.h>

#include "app.h"

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static int parts(struct hatch_req *req)
{
	return hatch_receive_parts(req, NULL, NULL);
}

#define GUARDED(name)                                                                              \
	static const struct hatch_hook name##_hook[] = { { name, NULL } };                         \
	static const struct hatch_policy name##_policy = { .guards = name##_hook, .guard_count = 1 }

GUARDED(hatch_basic_auth);
GUARDED(hatch_bearer_auth);
GUARDED(hatch_digest_auth);
GUARDED(hatch_session_guard);
static const struct hatch_hook cors[] = { { hatch_cors, NULL } };
static const struct hatch_policy with_cors = { .after = cors, .after_count = 1 };

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/assets/*", hatch_assets),
	HATCH_ROUTE(HATCH_GET, "/files/*", hatch_files),
	HATCH_ROUTE(HATCH_PUT, "/put/*", hatch_files_put),
	HATCH_ROUTE(HATCH_PUT, "/update", hatch_update),
	HATCH_ROUTE(HATCH_OPTIONS, "/preflight", hatch_cors_preflight),
	HATCH_ROUTE(HATCH_GET, "/events", hatch_events),
	HATCH_ROUTE(HATCH_GET, "/ws", hatch_websocket),
	HATCH_ROUTE(HATCH_PUT, "/parts", parts),
	HATCH_ROUTE_WITH(HATCH_GET, "/basic", hello, NULL, &hatch_basic_auth_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/bearer", hello, NULL, &hatch_bearer_auth_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/digest", hello, NULL, &hatch_digest_auth_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/session", hello, NULL, &hatch_session_guard_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/cors", hello, NULL, &with_cors),
};

static void forgotten(void **state)
{
	struct hatch_config config;
	(void)state;
	world_reset();
	app_configure(&config);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.max_live = 2;
	struct hatch *srv = app_open(&config);
	memset(&tls_options, 0, sizeof(tls_options));
	for (size_t i = 0; i < HATCH_COUNT(routes); i++) {
		struct world w;
		char request[200];
		size_t len;
		const char *method = (routes[i].methods & HATCH_GET) != 0   ? "GET"
				     : (routes[i].methods & HATCH_PUT) != 0 ? "PUT"
									    : "OPTIONS";
		snprintf(request, sizeof(request),
			"%s %s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nOrigin: https://a\r\n\r\n",
			method, routes[i].path);
		world_log[0] = '\0';
		world_connect(&w, srv, true, 1);
		world_say(&w, request, strlen(request));
		(void)world_settle(&w);
		const char *heard = world_heard(&w, &len);
		if (len < 13 || memcmp(heard, "HTTP/1.1 500 ", 13) != 0)
			fail_msg("%s: \"%.*s\"", routes[i].path, len < 40 ? (int)len : 40, heard);
		bool said = strstr(world_log, "struct hatch_") != NULL ||
			    strstr(world_log, "the route's arg is ") != NULL;
		if (routes[i].handler != parts && !said)
			fail_msg("%s: the log has \"%s\"", routes[i].path, world_log);
		world_close(&w);
	}
	app_check_idle(srv);
	hatch_close(srv);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forgotten) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
