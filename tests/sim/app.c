/*
 * app.c - see app.h
 * SPDX-License-Identifier: MIT
 */
#include "app.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"

struct app_counts app;

enum { BIG = 300000 };

static void on_end(void *arg, int error)
{
	(void)arg;
	app.ended++;
	app.last_error = error;
}

static int watched(struct hatch_req *req)
{
	app.begun++;
	return hatch_on_end(req, on_end, NULL);
}

static int hello(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_send_text(req, 200, "hello\n");
}

static int collected(struct hatch_req *req)
{
	struct hatch_span body = hatch_body(req);
	(void)watched(req);
	return hatch_send_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static int count_pieces(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	unsigned long *sum = arg;
	if (!app.sink_takes) {
		app.held = hatch_ref_of(req);
		return HATCH_LATER;
	}
	if (piece.len == 0)
		return hatch_send_json(req, 200, "{\"sum\":%lu}\n", *sum);
	for (size_t i = 0; i < piece.len; i++)
		*sum = *sum * 31 + (unsigned char)piece.ptr[i];
	return 0;
}

static int sink(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_receive(req, count_pieces, hatch_scratch(req, sizeof(unsigned long)));
}

static int pull(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)arg;
	return hatch_read(req, buf, room);
}

static int echo(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_send_stream(req, 200, "application/octet-stream", pull, NULL);
}

static int fill(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	size_t *at = arg, len = 0;
	(void)req;
	while (len < room && len < 777 && *at < BIG)
		buf[len++] = (char)('a' + (*at)++ % 26);
	return (int)len;
}

static int stream(struct hatch_req *req)
{
	size_t *at = hatch_scratch(req, sizeof(*at));
	(void)watched(req);
	if (hatch_query(req, "length").ptr != NULL)
		(void)hatch_set_length(req, BIG);
	return hatch_send_stream(req, 200, "text/plain", fill, at);
}

static int break_off(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	unsigned *calls = arg;
	(void)req;
	memset(buf, 'x', room);
	return (*calls)++ < 3 ? (int)room : HATCH_EPORT;
}

static int broken(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_send_stream(
		req, 200, "text/plain", break_off, hatch_scratch(req, sizeof(unsigned)));
}

static int fail_at_once(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)req;
	(void)buf;
	(void)room;
	(void)arg;
	return HATCH_EPORT;
}

static int broken_at_once(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_send_stream(req, 200, "text/plain", fail_at_once, NULL);
}

static int borrowed(struct hatch_req *req)
{
	static char bytes[100000];
	(void)watched(req);
	memset(bytes, 'b', sizeof(bytes));
	return hatch_send_static(req, 200, "text/plain", bytes, sizeof(bytes));
}

static int later(struct hatch_req *req)
{
	(void)watched(req);
	app.held = hatch_ref_of(req);
	return hatch_defer(req, 1000);
}

static int early(struct hatch_req *req)
{
	(void)watched(req);
	return hatch_send_text(req, 403, "no\n");
}

static int nothing(struct hatch_req *req)
{
	(void)watched(req);
	return 0;
}

static int failing(struct hatch_req *req)
{
	(void)watched(req);
	return HATCH_EPORT;
}

static int twice(struct hatch_req *req)
{
	(void)hatch_send_text(req, 200, "first\n");
	app.second_response = hatch_send_text(req, 200, "second\n");
	return 0;
}

static int inject(struct hatch_req *req)
{
	(void)hatch_set_field(req, "X-Bad", "a\r\nSet-Cookie: b");
	return hatch_send_text(req, 200, "never\n");
}

static int copy(struct hatch_req *req)
{
	static char bytes[4096];
	long len = 0;
	(void)hatch_to_long(hatch_query(req, "n"), 0, sizeof(bytes), &len);
	return hatch_send_bytes(req, 200, "text/plain", bytes, (size_t)len);
}

static int gate(struct hatch_req *req)
{
	app.guards++;
	if (app.guard_opens)
		return 0;
	app.held = hatch_ref_of(req);
	return HATCH_LATER;
}

static int refuse_401(struct hatch_req *req)
{
	return hatch_send_text(req, 401, "who?\n");
}

static int guard_fails(struct hatch_req *req)
{
	(void)req;
	return HATCH_EPORT;
}

static int add_mark(struct hatch_req *req)
{
	app.after++;
	return hatch_add_field(req, "X-Mark", hatch_arg(req));
}

static const struct hatch_hook gates[] = { { gate, NULL } };
static const struct hatch_hook refusals[] = { { refuse_401, NULL } };
static const struct hatch_hook failures[] = { { guard_fails, NULL } };
static const struct hatch_hook marks[] = { { add_mark, "one" }, { add_mark, "two" } };
static const struct hatch_policy collects = { .body_max = 1000 };
static const struct hatch_policy gated = { .guards = gates, .guard_count = 1 };
static const struct hatch_policy refused = { .guards = refusals, .guard_count = 1 };
static const struct hatch_policy failed = { .guards = failures, .guard_count = 1 };
static const struct hatch_policy marked = { .after = marks, .after_count = 2 };

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", hello),
	HATCH_ROUTE_WITH(HATCH_PUT, "/collect", collected, NULL, &collects),
	HATCH_ROUTE(HATCH_POST, "/sink", sink),
	HATCH_ROUTE(HATCH_POST, "/echo", echo),
	HATCH_ROUTE(HATCH_GET, "/stream", stream),
	HATCH_ROUTE(HATCH_GET, "/broken", broken),
	HATCH_ROUTE(HATCH_GET, "/broken-at-once", broken_at_once),
	HATCH_ROUTE(HATCH_GET, "/static", borrowed),
	HATCH_ROUTE(HATCH_GET, "/later", later),
	HATCH_ROUTE(HATCH_POST, "/early", early),
	HATCH_ROUTE(HATCH_GET, "/nothing", nothing),
	HATCH_ROUTE(HATCH_GET, "/failing", failing),
	HATCH_ROUTE(HATCH_GET, "/twice", twice),
	HATCH_ROUTE(HATCH_GET, "/inject", inject),
	HATCH_ROUTE(HATCH_GET, "/copy", copy),
	HATCH_ROUTE_WITH(HATCH_GET, "/gated", hello, NULL, &gated),
	HATCH_ROUTE_WITH(HATCH_ANY, "/refused", hello, NULL, &refused),
	HATCH_ROUTE_WITH(HATCH_GET, "/guard-fails", hello, NULL, &failed),
	HATCH_ROUTE_WITH(HATCH_GET, "/marked", hello, NULL, &marked),
};

void app_configure(struct hatch_config *config)
{
	memset(config, 0, sizeof(*config));
	config->routes = routes;
	config->route_count = HATCH_COUNT(routes);
	config->port = HATCH_PORT_NONE;
	config->identity = sim_identity();
	config->platform = &world_platform;
	config->client_handshakes_per_min = HATCH_UNLIMITED;
}

struct hatch *app_open(const struct hatch_config *config)
{
	struct hatch *srv;
	memset(&app, 0, sizeof(app));
	app.sink_takes = true;
	assert_int_equal(hatch_open(&srv, config), 0);
	/* Who uses record buffers that it gave back is to fail. */
	if (srv->tls != NULL)
		srv->tls->lend.poison = true;
	return srv;
}

void app_check_idle(struct hatch *srv)
{
	unsigned exchanges = 0, bodies = 0;
	for (struct hatch_req *req = srv->free_exchanges; req != NULL; req = req->next)
		exchanges++;
	for (struct hx_body_buf *buf = srv->free_bodies; buf != NULL; buf = buf->next)
		bodies++;
	assert_int_equal(exchanges, srv->config.max_requests);
	assert_int_equal(bodies, srv->body_size > 0 ? srv->config.bodies : 0);
	assert_int_equal(srv->stats.conns, 0);
	assert_null(srv->flight.holder);
	if (srv->tls != NULL)
		assert_int_equal(srv->tls->lend.left, srv->tls->lend.count);
	assert_int_equal(app.begun, app.ended);
}
