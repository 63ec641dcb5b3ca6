/*
 * Guards fail closed, hooks run once, and whoever answers later answers the right request.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/server.h"
#include "app.h"
#include "chance.h"

#define HOST        "Host: sim\r\n"
#define GET(path)   "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define POST3(path) "POST " path " HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"

static struct hatch *srv;
static char trace[64]; /* who was called, in order */
static struct hatch_ref held;
static int guard_says; /* what the guard "g" returns */
static int ends, end_error;

static void mark(char c)
{
	size_t len = strlen(trace);
	assert_true(len + 2 < sizeof(trace));
	trace[len] = c;
	trace[len + 1] = '\0';
}

static void on_end(void *arg, int error)
{
	(void)arg;
	ends++;
	end_error = error;
}

/* ---- guards, hooks and handlers that leave a mark ---- */

static int passes(struct hatch_req *req)
{
	mark(*(const char *)hatch_arg(req));
	return 0;
}

static int decides(struct hatch_req *req)
{
	mark('g');
	held = hatch_ref_of(req);
	return guard_says;
}

static int answers(struct hatch_req *req)
{
	mark('a');
	assert_int_equal(hatch_send_text(req, 401, "who?\n"), 0);
	return guard_says;
}

/* A guard has no way to take the body or to put the answer off. */
static int oversteps(struct hatch_req *req)
{
	mark('o');
	assert_int_equal(hatch_defer(req, 10), HATCH_ESTATE);
	assert_int_equal(hatch_receive(req, NULL, NULL), HATCH_EINVAL);
	return 0;
}

static int handler(struct hatch_req *req)
{
	mark('H');
	(void)hatch_on_end(req, on_end, NULL);
	return hatch_send_text(req, 200, "in\n");
}

static int hook(struct hatch_req *req)
{
	const char *name = hatch_arg(req);
	mark(*name);
	return hatch_add_field(req, "X-Hook", name);
}

static int hook_fails(struct hatch_req *req)
{
	(void)hatch_add_field(req, "X-Hook", "f");
	return HATCH_EPORT;
}

static int hook_injects(struct hatch_req *req)
{
	(void)hatch_add_field(req, "X-Hook", "f\r\nX-More: 1");
	return 0;
}

static int hook_answers(struct hatch_req *req)
{
	assert_int_equal(hatch_send_text(req, 200, "no\n"), HATCH_ESTATE);
	return 0;
}

static int defers(struct hatch_req *req)
{
	mark('D');
	held = hatch_ref_of(req);
	(void)hatch_on_end(req, on_end, NULL);
	return hatch_defer(req, 0);
}

static int answers_and_fails(struct hatch_req *req)
{
	mark('F');
	assert_int_equal(hatch_send_text(req, 200, "first\n"), 0);
	return hatch_send_text(req, 200, "second\n");
}

static bool source_sleeps;

static int sometimes(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	size_t *given = arg;
	held = hatch_ref_of(req);
	if (source_sleeps && *given > 0)
		return HATCH_LATER;
	memset(buf, 'z', room);
	*given += room;
	return *given < 20000 ? (int)room : 0;
}

/* A few bytes each time it is asked, and asleep in between. */
static int drips(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	bool *awake = arg;
	held = hatch_ref_of(req);
	assert_true(room >= 5);
	*awake = !*awake;
	if (!*awake)
		return HATCH_LATER;
	memcpy(buf, "drip\n", 5);
	return 5;
}

static int trickles(struct hatch_req *req)
{
	(void)hatch_on_end(req, on_end, NULL);
	return hatch_send_stream(req, 200, "text/plain", drips, hatch_scratch(req, sizeof(bool)));
}

static int streams(struct hatch_req *req)
{
	(void)hatch_on_end(req, on_end, NULL);
	return hatch_send_stream(
		req, 200, "text/plain", sometimes, hatch_scratch(req, sizeof(size_t)));
}

static int sink_says;

static int taken(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	(void)arg;
	mark(piece.len > 0 ? 's' : 'e');
	held = hatch_ref_of(req);
	if (piece.len > 0)
		return sink_says;
	return hatch_send_text(req, 200, "all\n");
}

static int takes(struct hatch_req *req)
{
	(void)hatch_on_end(req, on_end, NULL);
	return hatch_receive(req, taken, NULL);
}

/* Every name that frames a message, and values that would be two lines. */
static int bad_fields(struct hatch_req *req)
{
	static const char *const names[] = { "Content-Length", "transfer-encoding", "Connection",
		"Date", "Upgrade", "TE", "Trailer", "Keep-Alive", "a b", "", "a:" };
	static const char *const values[] = { "a\r\nb: c", "a\nb", "a\rb", "\x7f" };
	for (size_t i = 0; i < HATCH_COUNT(names); i++)
		assert_int_equal(hatch_add_field(req, names[i], "1"), HATCH_EINVAL);
	for (size_t i = 0; i < HATCH_COUNT(values); i++)
		assert_int_equal(hatch_set_field(req, "X-A", values[i]), HATCH_EINVAL);
	assert_int_equal(
		hatch_add_field_span(req, "X-A", (struct hatch_span){ "a\0b", 3 }), HATCH_EINVAL);
	assert_int_equal(hatch_add_field(req, "X-Good", "1"), 0);
	assert_int_equal(hatch_send_json(req, 200, "{}"), HATCH_EINVAL);
	return hatch_send_empty(req, 204); /* it still sticks */
}

static int late_fields(struct hatch_req *req)
{
	assert_int_equal(hatch_set_field(req, "X-A", "1"), 0);
	assert_int_equal(hatch_set_field(req, "x-a", "2"), 0); /* replaces */
	int ret = hatch_send_text(req, 200, "x\n");
	assert_int_equal(hatch_add_field(req, "X-B", "1"), HATCH_ESTATE);
	assert_int_equal(hatch_set_length(req, 7), HATCH_ESTATE);
	return ret;
}

static const struct hatch_hook group_guards[] = { { passes, "1" }, { passes, "2" } };
static const struct hatch_hook group_hooks[] = { { hook, "y" } };
static const struct hatch_policy group_policy = {
	.guards = group_guards, .guard_count = 2, .after = group_hooks, .after_count = 1
};
static const struct hatch_hook route_guards[] = { { passes, "3" }, { decides, NULL },
	{ passes, "4" } };
static const struct hatch_hook route_hooks[] = { { hook, "w" }, { hook, "x" } };
static const struct hatch_policy route_policy = {
	.guards = route_guards, .guard_count = 3, .after = route_hooks, .after_count = 2
};
static const struct hatch_hook answer_guards[] = { { answers, NULL } };
static const struct hatch_policy answer_policy = { .guards = answer_guards, .guard_count = 1 };
static const struct hatch_hook overstep_guards[] = { { oversteps, NULL } };
static const struct hatch_policy overstep_policy = { .guards = overstep_guards, .guard_count = 1 };
static const struct hatch_hook bad_hooks[] = { { hook_fails, NULL }, { hook_injects, NULL },
	{ hook_answers, NULL } };
static const struct hatch_policy bad_policies[] = { { .after = &bad_hooks[0], .after_count = 1 },
	{ .after = &bad_hooks[1], .after_count = 1 },
	{ .after = &bad_hooks[2], .after_count = 1 } };

static const struct hatch_route grouped[] = {
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/in", handler, NULL, &route_policy),
	HATCH_ROUTE_WITH(HATCH_POST, "/sink", takes, NULL, &route_policy),
};
static const struct hatch_group groups[] = { HATCH_GROUP_WITH("/g", grouped, &group_policy) };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", handler),
	HATCH_ROUTE_WITH(HATCH_GET, "/answer", handler, NULL, &answer_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/overstep", handler, NULL, &overstep_policy),
	HATCH_ROUTE_WITH(HATCH_GET, "/hook/0", handler, NULL, &bad_policies[0]),
	HATCH_ROUTE_WITH(HATCH_GET, "/hook/1", handler, NULL, &bad_policies[1]),
	HATCH_ROUTE_WITH(HATCH_GET, "/hook/2", handler, NULL, &bad_policies[2]),
	HATCH_ROUTE(HATCH_GET, "/defer", defers),
	HATCH_ROUTE(HATCH_GET, "/fail", answers_and_fails),
	HATCH_ROUTE(HATCH_POST, "/sink", takes),
	HATCH_ROUTE(HATCH_GET, "/stream", streams),
	HATCH_ROUTE(HATCH_GET, "/trickle", trickles),
	HATCH_ROUTE(HATCH_GET, "/bad-fields", bad_fields),
	HATCH_ROUTE(HATCH_GET, "/late-fields", late_fields),
};

static void open_server(uint16_t max_requests)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.groups = groups;
	config.group_count = 1;
	config.max_requests = max_requests;
	memset(&tls_options, 0, sizeof(tls_options));
	trace[0] = '\0';
	guard_says = sink_says = ends = end_error = 0;
	assert_int_equal(hatch_open(&srv, &config), 0);
}

/* All exchanges are free, no connection is open: whatever happened has left nothing behind. */
static void close_server(void)
{
	unsigned exchanges = 0;
	for (struct hatch_req *req = srv->free_exchanges; req != NULL; req = req->next)
		exchanges++;
	assert_int_equal(exchanges, srv->config.max_requests);
	assert_int_equal(srv->stats.conns, 0);
	hatch_close(srv);
}

/* What has been heard, as a C string. */
static const char *text_of(struct world *w)
{
	static char text[8192];
	size_t len;
	const char *heard = world_heard(w, &len);
	assert_true(len < sizeof(text));
	memcpy(text, heard, len);
	text[len] = '\0';
	return text;
}

static void ask(struct world *w, const char *request)
{
	trace[0] = '\0';
	world_say(w, request, strlen(request));
	(void)world_settle(w);
}

/* One request on a connection of its own: the status, or 0. */
static int status_of(const char *request)
{
	struct world w;
	int status = 0;
	world_connect(&w, srv, false, 1);
	ask(&w, request);
	if (sscanf(text_of(&w), "HTTP/1.1 %d ", &status) != 1)
		status = 0;
	world_close(&w);
	return status;
}

/* ---- guards ---- */

static void in_order(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	ask(&w, GET("/g/in"));
	assert_string_equal(trace, "123g4Hwxy");
	assert_non_null(strstr(text_of(&w), "X-Hook: w\r\nX-Hook: x\r\nX-Hook: y\r\n"));
	world_close(&w);
	close_server();
}

static void later_asks_the_same_guard_again(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	guard_says = HATCH_LATER;
	ask(&w, GET("/g/in"));
	assert_string_equal(trace, "123g");
	for (unsigned i = 0; i < 5; i++)
		(void)world_settle(&w); /* steps alone do not ask again */
	assert_string_equal(trace, "123g");
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_string_equal(trace, "123gg");
	guard_says = 0;
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_string_equal(trace, "123ggg4Hwxy");
	world_close(&w);
	close_server();
}

/* While a guard waits nothing of the body is read, and no answer but the guard's gets out. */
static void nothing_passes_a_waiting_guard(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	w.up.piece = 1;
	guard_says = HATCH_LATER;
	ask(&w, POST3("/g/sink"));
	assert_string_equal(trace, "123g");
	assert_int_equal(w.down.len, 0);
	struct hatch_req *req = hatch_find(srv, held);
	assert_non_null(req);
	assert_int_equal(hatch_send_text(req, 403, "no\n"), 0);
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_null(strpbrk(trace, "Hse4"));
	assert_memory_equal(text_of(&w), "HTTP/1.1 403", 12);
	world_close(&w);
	close_server();
}

static void whatever_a_guard_says(void **state)
{
	static const int says[] = { 1, -1, HATCH_EGONE, 200, HATCH_LATER - 1 };
	(void)state;
	open_server(2);
	for (size_t i = 0; i < HATCH_COUNT(says); i++) {
		guard_says = says[i];
		assert_int_equal(status_of(GET("/g/in")), 500);
		assert_string_equal(trace, "123gwxy");
	}
	/* It has answered: that is the answer, whatever it returns, unless it failed. */
	guard_says = 0;
	assert_int_equal(status_of(GET("/answer")), 401);
	assert_string_equal(trace, "a");
	guard_says = HATCH_LATER;
	assert_int_equal(status_of(GET("/answer")), 401);
	assert_string_equal(trace, "a");
	guard_says = HATCH_EPORT;
	assert_int_equal(status_of(GET("/answer")), 500);
	assert_string_equal(trace, "a");
	assert_int_equal(status_of(GET("/overstep")), 200);
	assert_string_equal(trace, "oH");
	close_server();
}

/* ---- hooks and fields ---- */

static void hooks_that_fail(void **state)
{
	static const char *const requests[] = { GET("/hook/0"), GET("/hook/1"), GET("/hook/2") };
	(void)state;
	open_server(2);
	for (size_t i = 0; i < HATCH_COUNT(requests); i++) {
		struct world w;
		world_connect(&w, srv, false, 1);
		ask(&w, requests[i]);
		/* Answering is refused, and that is all that the third has tried. */
		assert_memory_equal(text_of(&w), i < 2 ? "HTTP/1.1 500" : "HTTP/1.1 200", 12);
		assert_null(strstr(text_of(&w), "X-Hook"));
		assert_null(strstr(text_of(&w), "X-More"));
		world_close(&w);
	}
	close_server();
}

static void fields(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	ask(&w, GET("/bad-fields"));
	assert_memory_equal(text_of(&w), "HTTP/1.1 500", 12);
	assert_null(strstr(text_of(&w), "X-Good"));
	world_close(&w);
	world_connect(&w, srv, false, 1);
	ask(&w, GET("/late-fields"));
	assert_non_null(strstr(text_of(&w), "\r\nx-a: 2\r\n"));
	assert_null(strstr(text_of(&w), "X-A: 1"));
	assert_null(strstr(text_of(&w), "X-B"));
	world_close(&w);
	close_server();
}

/* Nothing is sent yet, so the failure is what counts; and the connection ends. */
static void an_answer_and_then_a_failure(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	ask(&w, GET("/fail"));
	assert_memory_equal(text_of(&w), "HTTP/1.1 500", 12);
	assert_null(strstr(text_of(&w), "first"));
	assert_int_equal(w.want, HATCH_ENDED);
	world_close(&w);
	close_server();
}

/* ---- later ---- */

static void a_client_that_leaves(void **state)
{
	struct world w;
	(void)state;
	open_server(1);
	for (unsigned secure = 0; secure < 2; secure++) {
		ends = 0;
		world_connect(&w, srv, secure == 1, 1);
		ask(&w, GET("/defer"));
		struct hatch_ref gone = held;
		assert_non_null(hatch_find(srv, gone));
		assert_int_equal(ends, 0);
		w.up.ended = true;
		assert_false(world_settle(&w));
		assert_int_equal(ends, 1);
		assert_int_equal(end_error, HATCH_EGONE);
		assert_null(hatch_find(srv, gone));
		assert_int_equal(hatch_resume(srv, gone), HATCH_EGONE);
		world_close(&w);

		/* The place is used again; the old reference does not reach the new exchange. */
		world_connect(&w, srv, secure == 1, 1);
		ask(&w, GET("/defer"));
		assert_int_equal(held.slot, gone.slot);
		assert_int_not_equal(held.generation, gone.generation);
		assert_null(hatch_find(srv, gone));
		assert_non_null(hatch_find(srv, held));
		assert_int_equal(hatch_send_text(hatch_find(srv, held), 200, "now\n"), 0);
		assert_true(world_settle(&w));
		assert_non_null(strstr(text_of(&w), "now\n"));
		assert_int_equal(end_error, 0);
		assert_null(hatch_find(srv, held));
		world_close(&w);
		assert_int_equal(ends, 2);
	}
	held.slot = 1;
	assert_null(hatch_find(srv, held));
	held.slot = UINT32_MAX;
	assert_null(hatch_find(srv, held));
	close_server();
}

/*
 * The next request arrives while the answer to the first is awaited: before it is given, or in
 * the same moment.  No byte of it may be lost.
 */
static void pipelined_behind_a_deferred_one(void **state)
{
	(void)state;
	open_server(2);
	for (unsigned n = 0; n < 24; n++) {
		struct world w;
		size_t late = n % 4 * 9;
		tls_options.version = n % 8 < 4 ? 0x0303 : 0x0304;
		world_connect(&w, srv, n >= 12, 1 + n);
		w.up.piece = n % 3 == 0 ? 1 : n % 3 == 1 ? 7 : WORLD_ROOM;
		ask(&w, GET("/defer"));
		assert_string_equal(trace, "D");
		world_say(&w, GET("/"), late);
		(void)world_settle(&w);
		assert_int_equal(hatch_send_text(hatch_find(srv, held), 200, "one\n"), 0);
		world_say(&w, &GET("/")[late], strlen(GET("/")) - late);
		(void)world_once(&w);
		(void)world_settle(&w);
		const char *one = strstr(text_of(&w), "one\nHTTP/1.1 200 OK\r\n");
		if (one == NULL || strstr(one, "in\n") == NULL)
			fail_msg("case %u: %s", n, text_of(&w));
		world_close(&w);
	}
	close_server();
}

static void answered_in_another_order(void **state)
{
	struct world a, b;
	(void)state;
	open_server(3); /* one client gets all but one */
	world_connect(&a, srv, false, 1);
	world_connect(&b, srv, true, 1);
	ask(&a, GET("/defer"));
	struct hatch_ref first = held;
	ask(&b, GET("/defer"));
	assert_int_not_equal(first.slot, held.slot);
	assert_int_equal(hatch_send_text(hatch_find(srv, held), 200, "for b\n"), 0);
	(void)world_settle(&b);
	(void)world_settle(&a);
	assert_non_null(strstr(text_of(&b), "for b\n"));
	assert_string_equal(text_of(&a), "");
	assert_int_equal(hatch_send_text(hatch_find(srv, first), 200, "for a\n"), 0);
	(void)world_settle(&a);
	assert_non_null(strstr(text_of(&a), "for a\n"));
	world_close(&a);
	world_close(&b);
	close_server();
}

/* ---- sinks ---- */

static void sinks(void **state)
{
	struct world w;
	(void)state;
	open_server(2);
	world_connect(&w, srv, false, 1);
	sink_says = HATCH_LATER;
	ask(&w, POST3("/sink"));
	assert_string_equal(trace, "s");
	(void)world_settle(&w);
	assert_string_equal(trace, "s");
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_string_equal(trace, "ss"); /* the same piece again */
	sink_says = 0;
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_string_equal(trace, "ssse");
	assert_non_null(strstr(text_of(&w), "all\n"));
	world_close(&w);

	sink_says = HATCH_EPORT;
	assert_int_equal(status_of(POST3("/sink")), 500);
	assert_string_equal(trace, "s");
	close_server();
}

/* Held back: no more than the room for a piece is taken from the client. */
static void a_sink_holds_the_client_back(void **state)
{
	static const char head[] = "POST /sink HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n";
	static char body[100000];
	struct world w;
	(void)state;
	open_server(2);
	memset(body, 'x', sizeof(body));
	world_connect(&w, srv, false, 1);
	sink_says = HATCH_LATER;
	world_say(&w, head, sizeof(head) - 1);
	world_say(&w, body, sizeof(body));
	(void)world_settle(&w);
	assert_true(w.up.taken <= HATCH_MAX_HEAD + HATCH_BODY_ROOM);
	for (unsigned i = 0; i < 10; i++) {
		size_t before = w.up.taken;
		trace[0] = '\0';
		assert_int_equal(hatch_resume(srv, held), 0);
		(void)world_settle(&w);
		assert_int_equal(w.up.taken, before);
	}
	trace[0] = '\0';
	sink_says = 0;
	assert_int_equal(hatch_resume(srv, held), 0);
	(void)world_settle(&w);
	assert_int_equal(w.up.taken, sizeof(head) - 1 + sizeof(body));
	assert_non_null(strstr(text_of(&w), "all\n"));
	world_close(&w);
	close_server();
}

/*
 * The line stands still when all but the last bytes of an answer have passed, and the connection
 * is to end after it: the client has send_ms for them, as for any other, and not only the time of
 * a goodbye; whoever asked is told when they are out, and not before.
 */
static void last_bytes(bool secure, bool comes_back)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct world w;
	size_t whole = 0;
	/* From one seed the second run has the same bytes on the wire as the first. */
	for (unsigned run = 0; run < 2; run++) {
		chance_seed(7);
		open_server(2);
		world_connect(&w, srv, secure, 1);
		world_say(&w, request, sizeof(request) - 1);
		w.down.piece = 1;
		while (run == 0 ? w.want != HATCH_ENDED : w.down.len < whole - 20)
			assert_true(world_once(&w));
		if (run == 1)
			break;
		whole = w.down.len - (secure ? 24 : 0); /* without close_notify */
		world_close(&w);
		close_server();
	}
	w.down.stopped = true;
	assert_true(world_settle(&w));
	world_pass(&w, HATCH_SEND_MS - 1);
	assert_int_not_equal(w.want, HATCH_ENDED);
	assert_int_equal(ends, 0);
	w.down.stopped = !comes_back;
	world_pass(&w, comes_back ? 0 : 1);
	assert_int_equal(w.want, HATCH_ENDED);
	assert_int_equal(ends, 1);
	assert_int_equal(end_error, comes_back ? 0 : HATCH_ETIME);
	assert_int_equal(strstr(text_of(&w), "in\n") != NULL, comes_back);
	world_close(&w);
	close_server();
}

static void the_last_bytes_are_part_of_the_answer(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 4; n++)
		last_bytes(n % 2 == 1, n < 2);
}

/*
 * The client was slow once, and then took all there was: it owes nothing while the source sleeps,
 * however long; and steps alone do not ask the source again.
 */
static void a_source_that_sleeps(void **state)
{
	(void)state;
	open_server(2);
	for (unsigned secure = 0; secure < 2; secure++) {
		struct world w;
		world_connect(&w, srv, secure == 1, 1);
		(void)world_settle(&w);
		ends = 0;
		source_sleeps = true;
		w.down.stopped = true;
		ask(&w, GET("/stream"));
		world_pass(&w, HATCH_SEND_MS / 2);
		w.down.stopped = false;
		(void)world_settle(&w);
		size_t len, before;
		(void)world_heard(&w, &before);
		assert_true(before > 1000);
		for (unsigned i = 0; i < 10; i++)
			world_pass(&w, HATCH_SEND_MS);
		assert_int_not_equal(w.want, HATCH_ENDED);
		assert_int_equal(ends, 0);
		source_sleeps = false;
		assert_int_equal(hatch_resume(srv, held), 0);
		assert_true(world_settle(&w));
		const char *heard = world_heard(&w, &len);
		assert_true(len > 15000);
		assert_memory_equal(heard + len - 5, "0\r\n\r\n", 5);
		assert_int_equal(ends, 1);
		assert_int_equal(end_error, 0);
		world_close(&w);
	}
	close_server();
}

/*
 * Whoever takes nothing more of an answer is cut after send_ms, also where its bytes are few, and
 * what all connections share for their handshakes is not kept from them meanwhile.
 */
static void few_bytes_that_nobody_takes(void **state)
{
	(void)state;
	for (unsigned secure = 0; secure < 2; secure++) {
		struct world w;
		open_server(2);
		world_connect(&w, srv, secure == 1, 1);
		ask(&w, GET("/trickle"));
		assert_non_null(strstr(text_of(&w), "drip\n"));
		w.down.stopped = true;
		assert_int_equal(hatch_resume(srv, held), 0);
		assert_true(world_settle(&w));
		assert_true((w.want & HATCH_WANT_TX) != 0);
		assert_null(hx_flight(srv)->holder);
		world_pass(&w, HATCH_SEND_MS - 1);
		assert_int_not_equal(w.want, HATCH_ENDED);
		assert_int_equal(ends, 0);
		world_pass(&w, 1);
		assert_int_equal(w.want, HATCH_ENDED);
		assert_int_equal(ends, 1);
		assert_int_equal(end_error, HATCH_ETIME);
		world_close(&w);
		close_server();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(later_asks_the_same_guard_again),
		cmocka_unit_test(nothing_passes_a_waiting_guard),
		cmocka_unit_test(whatever_a_guard_says),
		cmocka_unit_test(hooks_that_fail),
		cmocka_unit_test(fields),
		cmocka_unit_test(an_answer_and_then_a_failure),
		cmocka_unit_test(a_client_that_leaves),
		cmocka_unit_test(pipelined_behind_a_deferred_one),
		cmocka_unit_test(answered_in_another_order),
		cmocka_unit_test(the_last_bytes_are_part_of_the_answer),
		cmocka_unit_test(few_bytes_that_nobody_takes),
		cmocka_unit_test(a_source_that_sleeps),
		cmocka_unit_test(sinks),
		cmocka_unit_test(a_sink_holds_the_client_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
