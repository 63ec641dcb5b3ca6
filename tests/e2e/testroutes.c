/* SPDX-License-Identifier: MIT */
/*
 * What the test server serves and counts, on the public API only: see testroutes.h.
 */
#include "testroutes.h"

#include <hatch_live.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 5, SLEEPERS = 64, ERRANDS = 32, STATIC_LEN = 1 << 20, PERIOD = 251, ERRORS = 16 };
enum { ERRAND_STACK = 2048 };

/* Asked again at the next tick, or the one after. */
struct sleeper {
	struct hatch_ref ref;
	bool used;
	bool ready; /* it has slept */
};

/* An answer that another task brings. */
struct errand {
	void *task;      /* NULL: the place is free */
	atomic_bool out; /* it may still post */
	struct state *state;
	struct hatch_ref ref;
	long ms;
};

/* Of one server; there may be two in this process. */
struct state {
	struct hatch *srv;
	struct sleeper sleepers[SLEEPERS];
	struct errand errands[ERRANDS];
	unsigned long begun, ended, by_error[ERRORS];           /* as hatch_on_end() says */
	unsigned long observed, observed_errors, observed_hand; /* as the observer says */
	unsigned long pieces, refused_pieces, unclaimed_posts;
	uint64_t observed_sent;
};

static struct state states[2];
static atomic_bool stopping;

/* A period of bytes, 4,181 times: more than enough, and it needs no memory on a device. */
#define TEN(n) n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9
#define HUNDRED(n)                                                                                 \
	TEN(n), TEN(n + 10), TEN(n + 20), TEN(n + 30), TEN(n + 40), TEN(n + 50), TEN(n + 60),      \
		TEN(n + 70), TEN(n + 80), TEN(n + 90)
#define ONE_PERIOD HUNDRED(0), HUNDRED(100), TEN(200), TEN(210), TEN(220), TEN(230), TEN(240), 250
#define EIGHT(x)   x, x, x, x, x, x, x, x
static const unsigned char static_body[] = { EIGHT(EIGHT(EIGHT(EIGHT(ONE_PERIOD)))),
	EIGHT(EIGHT(ONE_PERIOD)), EIGHT(ONE_PERIOD), EIGHT(ONE_PERIOD), EIGHT(ONE_PERIOD) };
_Static_assert(sizeof(static_body) >= STATIC_LEN, "the static body is too short");

static struct state *state_of(const struct hatch_req *req)
{
	return hatch_user(hatch_server(req));
}

static long query_number(struct hatch_req *req, const char *name, long otherwise)
{
	long value;
	return hatch_to_long(hatch_query(req, name), 0, 2000000000, &value) == 0 ? value
										 : otherwise;
}

/* ---- sleeping: what said LATER is asked again by a timer ---- */

/* False: there is no place. */
static bool sleep_a_tick(struct hatch_req *req)
{
	struct state *state = state_of(req);
	for (size_t i = 0; i < SLEEPERS; i++)
		if (!state->sleepers[i].used) {
			state->sleepers[i] = (struct sleeper){ hatch_ref_of(req), true, false };
			return true;
		}
	return false;
}

/* True, once, after a sleep. */
static bool has_slept(struct hatch_req *req)
{
	struct state *state = state_of(req);
	struct hatch_ref ref = hatch_ref_of(req);
	for (size_t i = 0; i < SLEEPERS; i++) {
		struct sleeper *s = &state->sleepers[i];
		if (s->used && s->ready && s->ref.slot == ref.slot &&
			s->ref.generation == ref.generation) {
			s->used = false;
			return true;
		}
	}
	return false;
}

static void tick(struct hatch *srv, void *arg)
{
	struct state *state = arg;
	for (size_t i = 0; i < SLEEPERS; i++) {
		struct sleeper *s = &state->sleepers[i];
		if (s->used && !s->ready) {
			s->ready = true;
			if (hatch_resume(srv, s->ref) == HATCH_EGONE)
				s->used = false;
		}
	}
}

/* ---- counting: a guard before everything in the group ---- */

static void count_end(void *arg, int error)
{
	struct state *state = arg;
	state->ended++;
	if (-error >= 0 && -error < ERRORS)
		state->by_error[-error]++;
}

static int count_begin(struct hatch_req *req)
{
	struct state *state = state_of(req);
	state->begun++;
	return hatch_on_end(req, count_end, state);
}

static void observe_exchange(
	void *user, struct hatch_req *req, int status, uint64_t sent, int error)
{
	struct state *state = user;
	(void)req;
	(void)status;
	state->observed++;
	state->observed_sent += sent;
	state->observed_errors += error != 0 ? 1u : 0u;
}

static void observe_handshake(void *user, const char *peer, const struct hatch_tls_facts *facts)
{
	struct state *state = user;
	(void)peer;
	(void)facts;
	state->observed_hand++;
}

static int counters(struct hatch_req *req)
{
	struct state *state = state_of(req);
	struct hatch_stats s;
	char text[900];
	int len = snprintf(text, sizeof(text),
		"{\"begun\":%lu,\"ended\":%lu,\"observed\":%lu,\"observed_errors\":%lu,"
		"\"observed_handshakes\":%lu,\"observed_sent\":%llu,\"pieces\":%lu,"
		"\"refused_pieces\":%lu,\"errors\":{",
		state->begun, state->ended, state->observed, state->observed_errors,
		state->observed_hand, (unsigned long long)state->observed_sent, state->pieces,
		state->refused_pieces);
	for (int i = 0; i < ERRORS; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s\"%d\":%lu",
			i == 0 ? "" : ",", -i, state->by_error[i]);
	hatch_get_stats(hatch_server(req), &s);
	snprintf(text + len, sizeof(text) - (size_t)len,
		"},\"conns\":%lu,\"conns_idle\":%lu,\"conns_max\":%lu,\"accepted\":%lu,"
		"\"evicted\":%lu,\"refused\":%lu,\"full\":%lu,\"resumed\":%lu,\"failed\":%lu,\"delayed\":%lu,"
		"\"requests\":%lu,\"memory\":%lu,\"tls_heap\":%lu,\"heap_free\":%lu,"
		"\"heap_largest\":%lu,\"cpu_ns\":%llu}\n",
		(unsigned long)s.conns, (unsigned long)s.conns_idle, (unsigned long)s.conns_max,
		(unsigned long)s.accepted, (unsigned long)s.evicted, (unsigned long)s.refused,
		(unsigned long)s.handshakes_full, (unsigned long)s.handshakes_resumed,
		(unsigned long)s.handshakes_failed, (unsigned long)s.handshakes_delayed,
		(unsigned long)s.requests, (unsigned long)s.memory, (unsigned long)s.tls_heap,
		(unsigned long)s.heap_free, (unsigned long)s.heap_largest,
		hatch_default_port.cpu_ns == NULL
			? 0
			: (unsigned long long)hatch_default_port.cpu_ns());
	return hatch_send_bytes(req, 200, "application/json", text, strlen(text));
}

/* ---- short answers ---- */

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static int facts(struct hatch_req *req)
{
	struct hatch_tls_facts f;
	if (hatch_tls_facts_of(req, &f) < 0)
		return hatch_send_json(req, 200, "{\"secure\":%d}\n", hatch_is_secure(req));
	return hatch_send_json(req, 200,
		"{\"secure\":%d,\"version\":\"%s\",\"suite\":\"%s\",\"group\":\"%s\","
		"\"alpn\":\"%s\",\"resumed\":%d,\"cpu_ns\":%llu,\"heap_peak\":%lu,\"heap_now\":%lu}\n",
		hatch_is_secure(req), f.version, f.suite, f.group, f.alpn, f.resumed,
		(unsigned long long)f.handshake_cpu_ns, (unsigned long)f.heap_peak,
		(unsigned long)f.heap_now);
}

static int echo_path(struct hatch_req *req)
{
	struct hatch_span path = hatch_path(req), query = hatch_raw_query(req);
	char p[200], q[200];
	snprintf(p, sizeof(p), "%.*s", (int)path.len, path.ptr);
	snprintf(q, sizeof(q), "%.*s", (int)query.len, query.len == 0 ? "" : query.ptr);
	return hatch_send_json(req, 200, "{\"path\":\"%s\",\"query\":\"%s\"}\n", p, q);
}

static int nothing(struct hatch_req *req)
{
	(void)req;
	return 0;
}

static int negative(struct hatch_req *req)
{
	(void)req;
	return HATCH_EPORT;
}

static int forbidden(struct hatch_req *req)
{
	return hatch_send_text(req, 403, "no\n");
}

static int close_after(struct hatch_req *req)
{
	hatch_close_after(req);
	return hatch_send_text(req, 200, "closing\n");
}

/* ---- guards and after hooks ---- */

static int guard(struct hatch_req *req)
{
	struct hatch_span what = hatch_field(req, "X-Guard");
	if (hatch_eq(what, "pass"))
		return 0;
	if (hatch_eq(what, "fail"))
		return HATCH_EPORT;
	if (hatch_eq(what, "later"))
		return has_slept(req) ? 0 : sleep_a_tick(req) ? (int)HATCH_LATER : HATCH_EFULL;
	(void)hatch_set_field(req, "WWW-Authenticate", "Test");
	return hatch_send_text(req, 401, "who are you?\n");
}

static int add_after(struct hatch_req *req)
{
	return hatch_set_field(req, "X-After", "yes");
}

/* ---- bodies that come ---- */

static int collect(struct hatch_req *req)
{
	struct hatch_span body = hatch_body(req);
	return hatch_send_static(req, 200, "application/octet-stream", body.ptr, body.len);
}

struct tally {
	unsigned long long bytes;
	uint32_t a, b; /* Adler-32, RFC 1950 */
	long late, left;
};

static int tally_piece(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	struct tally *tally = arg;
	struct state *state = state_of(req);
	if (piece.len == 0)
		return hatch_send_json(req, 200, "{\"bytes\":%llu,\"adler32\":%lu}\n", tally->bytes,
			(unsigned long)(tally->b << 16 | tally->a));
	if (tally->late > 0 && --tally->left <= 0 && !has_slept(req)) {
		state->refused_pieces++;
		return sleep_a_tick(req) ? (int)HATCH_LATER : HATCH_EFULL;
	}
	if (tally->left <= 0)
		tally->left = tally->late;
	state->pieces++;
	for (size_t i = 0; i < piece.len; i++) {
		tally->a = (tally->a + (unsigned char)piece.ptr[i]) % 65521;
		tally->b = (tally->b + tally->a) % 65521;
	}
	tally->bytes += piece.len;
	return 0;
}

static int drop_piece(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	(void)arg;
	return piece.len == 0 ? hatch_send_empty(req, 204) : 0;
}

/* What it costs to take a body, and nothing else. */
static int drop(struct hatch_req *req)
{
	return hatch_receive(req, drop_piece, NULL);
}

/* ?late=N: every N-th piece is not taken at first. */
static int sink(struct hatch_req *req)
{
	struct tally *tally = hatch_scratch(req, sizeof(*tally));
	if (tally == NULL)
		return HATCH_ENOMEM;
	tally->a = 1;
	tally->left = tally->late = query_number(req, "late", 0);
	return hatch_receive(req, tally_piece, tally);
}

static int refuse_piece(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	(void)req;
	(void)piece;
	(void)arg;
	return HATCH_EPORT;
}

static int bad_sink(struct hatch_req *req)
{
	return hatch_receive(req, refuse_piece, NULL);
}

static int pull(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)arg;
	return hatch_read(req, buf, room);
}

static int echo(struct hatch_req *req)
{
	return hatch_send_stream(req, 200, "application/octet-stream", pull, NULL);
}

/* ---- bodies that go ---- */

static int send_static(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "application/octet-stream", static_body, STATIC_LEN);
}

struct flow {
	long at, end, fail;
	bool late;
};

static int flow_bytes(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	struct flow *flow = arg;
	long n = flow->end - flow->at;
	if (flow->late && !has_slept(req))
		return sleep_a_tick(req) ? (int)HATCH_LATER : HATCH_EFULL;
	if (n > flow->fail - flow->at)
		n = flow->fail - flow->at;
	if (n == 0 && flow->at < flow->end)
		return HATCH_EPORT;
	if (n > (long)room)
		n = (long)room;
	for (long i = 0; i < n; i++)
		buf[i] = (char)((flow->at + i) % PERIOD);
	flow->at += n;
	return (int)n;
}

/* ?len=N bytes; &announce=M bytes in Content-Length; &fail=F: an error there; &late=1: LATER first.
 */
static int stream(struct hatch_req *req)
{
	struct flow *flow = hatch_scratch(req, sizeof(*flow));
	if (flow == NULL)
		return HATCH_ENOMEM;
	flow->end = query_number(req, "len", 0);
	flow->fail = query_number(req, "fail", flow->end);
	flow->late = query_number(req, "late", 0) == 1;
	long announce = query_number(req, "announce", -1);
	if (announce >= 0)
		(void)hatch_set_length(req, (uint64_t)announce);
	return hatch_send_stream(req, 200, "application/octet-stream", flow_bytes, flow);
}

/* ---- answers from another task ---- */

/* On the server's task.  The errand has no more to do, so there is nothing to wait for. */
static void deliver(struct hatch *srv, void *arg)
{
	struct errand *errand = arg;
	struct hatch_req *req = srv == NULL ? NULL : hatch_find(srv, errand->ref);
	if (req != NULL)
		(void)hatch_send_json(req, 200, "{\"slept\":%ld}\n", errand->ms);
	else
		errand->state->unclaimed_posts++;
	hatch_default_port.join(errand->task);
	errand->task = NULL;
}

static void run_errand(void *arg)
{
	struct errand *errand = arg;
	test_sleep_ms(errand->ms);
	while (hatch_post(errand->state->srv, deliver, errand) == HATCH_EFULL &&
		!atomic_load(&stopping))
		test_sleep_ms(1);
	atomic_store(&errand->out, false);
}

/* ?ms=N */
static int later(struct hatch_req *req)
{
	struct state *state = state_of(req);
	struct hatch_task how = { .stack = ERRAND_STACK };
	struct errand *errand = state->errands;
	while (errand < state->errands + ERRANDS && errand->task != NULL)
		errand++;
	if (errand == state->errands + ERRANDS)
		return HATCH_EFULL;
	errand->state = state;
	errand->ref = hatch_ref_of(req);
	errand->ms = query_number(req, "ms", 20);
	atomic_store(&errand->out, true);
	int error = hatch_default_port.spawn(&errand->task, run_errand, errand, &how);
	if (error < 0) {
		atomic_store(&errand->out, false);
		return error;
	}
	return hatch_defer(req, (uint32_t)query_number(req, "timeout", 60000));
}

/* Nobody ever answers. */
static int never(struct hatch_req *req)
{
	return hatch_defer(req, (uint32_t)query_number(req, "timeout", 50));
}

/* ---- what is where ---- */

static const struct hatch_hook counting[] = { { count_begin, NULL } };
static const struct hatch_hook guarding[] = { { guard, NULL } };
static const struct hatch_hook afterwards[] = { { add_after, NULL } };
static const struct hatch_policy counted = { .guards = counting, .guard_count = 1 };
static const struct hatch_policy collected = { .body_max = 1000 };
static const struct hatch_policy guarded = {
	.body_max = 1000,
	.guards = guarding,
	.guard_count = 1,
	.after = afterwards,
	.after_count = 1,
};

/* ---- connections that stay ---- */

static char kept[512];
static struct hatch_event_stream told = { .memory = kept, .memory_len = sizeof(kept) };

static int echo_message(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	return hatch_ws_send(ws, piece->text ? HATCH_WS_TEXT : HATCH_WS_BINARY, piece->data);
}

static const struct hatch_ws_ops talked = {
	.message = echo_message, .writable = hatch_ws_resume, .ping_ms = 5000
};

/* To everybody on both. */
static int tell(struct hatch_req *req)
{
	struct hatch *srv = hatch_server(req);
	struct hatch_event event = { .data = hatch_body(req), .event = "told", .id = "1" };
	int error = hatch_publish_event(srv, hatch_to_path("/t/events"), &event);
	if (error == 0)
		error = hatch_publish(srv, hatch_to_path("/t/ws"), HATCH_WS_TEXT, event.data);
	return error < 0 ? error : hatch_send_empty(req, 204);
}

static const struct hatch_route inner[] = {
	HATCH_ROUTE_ARG(HATCH_GET, "/ws", hatch_websocket, &talked),
	HATCH_ROUTE_ARG(HATCH_GET, "/events", hatch_events, &told),
	HATCH_ROUTE_WITH(HATCH_POST, "/tell", tell, NULL, &collected),
	HATCH_ROUTE(HATCH_GET, "/hello", hello),
	HATCH_ROUTE(HATCH_GET, "/facts", facts),
	HATCH_ROUTE(HATCH_GET, "/path/*", echo_path),
	HATCH_ROUTE(HATCH_GET, "/nothing", nothing),
	HATCH_ROUTE(HATCH_GET, "/negative", negative),
	HATCH_ROUTE(HATCH_ANY, "/forbidden", forbidden),
	HATCH_ROUTE(HATCH_GET, "/close", close_after),
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/guarded", hello, NULL, &guarded),
	HATCH_ROUTE_WITH(HATCH_POST, "/collect", collect, NULL, &collected),
	HATCH_ROUTE(HATCH_POST | HATCH_PUT, "/sink", sink),
	HATCH_ROUTE(HATCH_POST, "/drop", drop),
	HATCH_ROUTE(HATCH_POST, "/bad-sink", bad_sink),
	HATCH_ROUTE(HATCH_POST | HATCH_PUT, "/echo", echo),
	HATCH_ROUTE(HATCH_GET, "/static", send_static),
	HATCH_ROUTE(HATCH_GET, "/stream", stream),
	HATCH_ROUTE(HATCH_GET, "/later", later),
	HATCH_ROUTE(HATCH_GET, "/never", never),
};

static const struct hatch_route outer[] = { HATCH_ROUTE(HATCH_GET, "/counters", counters) };
static const struct hatch_group groups[] = { HATCH_GROUP_WITH("/t", inner, &counted) };
static const struct hatch_observer observer = { observe_handshake, observe_exchange };

/* ---- settings ---- */

static struct hatch_config config = HATCH_DEFAULTS;
static long to_https, two, in_task, plain_only, soft_aes;
static struct hatch_port platform;

struct setting {
	const char *name;
	void *at;
	size_t size;
};
#define SETTING(name)                                                                              \
	{                                                                                          \
#name, &config.name, sizeof(config.name)                                           \
	}

static const struct setting settings[] = {
	SETTING(tls_min), SETTING(tls_max), SETTING(session_cache), SETTING(ticket_s),
	SETTING(no_tickets), SETTING(keep_tickets), SETTING(max_conns), SETTING(client_conns),
	SETTING(client_handshakes_per_min), SETTING(client_requests_per_min), SETTING(max_requests),
	SETTING(max_line), SETTING(max_head), SETTING(max_fields), SETTING(max_trailers),
	SETTING(copy_max), SETTING(bodies), SETTING(posts), SETTING(discard_max),
	SETTING(tls_heap_max), SETTING(record_buffers), SETTING(record_ms), SETTING(handshake_ms),
	SETTING(head_ms), SETTING(body_ms), SETTING(request_ms), SETTING(respond_ms),
	SETTING(send_ms), SETTING(idle_ms), SETTING(goodbye_ms), SETTING(log_level),
	SETTING(max_live), SETTING(live_buffer), SETTING(live_piece), SETTING(publish_queue),
	{ "to_https", &to_https, sizeof(to_https) },       /* all of the plain port */
	{ "two", &two, sizeof(two) },                      /* servers; the second in a task */
	{ "in_task", &in_task, sizeof(in_task) },          /* hatch_start() for the first as well */
	{ "plain_only", &plain_only, sizeof(plain_only) }, /* no TLS port, no identity */
	{ "soft_aes", &soft_aes, sizeof(soft_aes) },       /* as on a device without AES */
};

bool test_set(const char *word)
{
	const char *equals = strchr(word, '=');
	char *end;
	if (equals == NULL)
		return false;
	unsigned long value = strtoul(equals + 1, &end, 0);
	for (size_t i = 0; i < HATCH_COUNT(settings); i++) {
		const struct setting *s = &settings[i];
		if (strlen(s->name) != (size_t)(equals - word) ||
			strncmp(s->name, word, strlen(s->name)) != 0 || *end != '\0')
			continue;
		uint8_t byte = (uint8_t)value;
		uint16_t half = (uint16_t)value;
		uint32_t full = (uint32_t)value;
		const void *from = s->size == 1   ? (const void *)&byte
				   : s->size == 2 ? (const void *)&half
				   : s->size == 4 ? (const void *)&full
						  : (const void *)&value;
		memcpy(s->at, from, s->size);
		return true;
	}
	return false;
}

/* ---- from beginning to end ---- */

/* hatch_every() is the server's task's to call. */
static void start_ticking(struct hatch *srv, void *arg)
{
	if (srv != NULL && hatch_every(srv, TICK_MS, tick, arg) < 0)
		abort();
}

static int start_one(struct state *state, bool task)
{
	config.user = state;
	int error = task ? hatch_start(&state->srv, &config, NULL)
			 : hatch_open(&state->srv, &config);
	if (error < 0)
		return error;
	printf("%u %u\n", hatch_bound_port(state->srv, true), hatch_bound_port(state->srv, false));
	return hatch_post(state->srv, start_ticking, state);
}

int test_start(const struct test_place *place)
{
	platform = *place->platform;
	platform.fast_aes = soft_aes ? NULL : platform.fast_aes;
	config.platform = &platform;
	config.identity = plain_only ? NULL : place->identity;
	config.port = plain_only ? HATCH_PORT_NONE : place->port;
	config.plain_port = place->plain_port;
	config.address = place->address;
	config.plain_handler = to_https ? hatch_to_https : NULL;
	config.routes = outer;
	config.route_count = HATCH_COUNT(outer);
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.observer = &observer;
	if (config.client_handshakes_per_min == 0) /* all clients are one, and fast */
		config.client_handshakes_per_min = HATCH_UNLIMITED;
	config.log_level = config.log_level == 0 ? (uint8_t)HATCH_DEBUG : config.log_level;
	for (size_t i = 0; i < (two ? 2u : 1u); i++) {
		int error = start_one(&states[i], in_task || i == 1);
		if (error < 0)
			return error;
	}
	fflush(stdout);
	return 0;
}

int test_run(void)
{
	int error = 0;
	if (!in_task)
		error = hatch_run(states[0].srv);
	while (in_task && !atomic_load(&stopping))
		test_sleep_ms(10);
	return error;
}

void test_stop(void)
{
	atomic_store(&stopping, true);
	for (size_t i = 0; i < HATCH_COUNT(states); i++)
		if (states[i].srv != NULL)
			hatch_stop(states[i].srv);
}

/* Those that gave up because the queue was full and the end had come. */
static void join_the_rest(struct state *state)
{
	for (size_t i = 0; i < ERRANDS; i++)
		if (state->errands[i].task != NULL) {
			hatch_default_port.join(state->errands[i].task);
			state->errands[i].task = NULL;
		}
}

static bool somebody_is_out(void)
{
	for (size_t i = 0; i < HATCH_COUNT(states); i++)
		for (size_t k = 0; k < ERRANDS; k++)
			if (atomic_load(&states[i].errands[k].out))
				return true;
	return false;
}

bool test_close(void)
{
	bool good = true;
	atomic_store(&stopping, true);
	while (somebody_is_out()) /* whoever may post is to be done before the close */
		test_sleep_ms(1);
	for (size_t i = 0; i < HATCH_COUNT(states) && states[i].srv != NULL; i++) {
		hatch_close(states[i].srv);
		join_the_rest(&states[i]);
		if (states[i].begun == states[i].ended)
			continue;
		printf("testserver: %lu exchanges begun, %lu ended\n", states[i].begun,
			states[i].ended);
		good = false;
	}
	return good;
}
