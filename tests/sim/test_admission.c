/*
 * The server's loop over sockets in memory: who comes in, who has to go, whose turn it is, how
 * long it sleeps.
 * SPDX-License-Identifier: MIT
 *
 * The lines of a struct world serve as socket: no connection of its own hangs on them, the server
 * makes it when it accepts.
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

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

enum { SOCKS = 32, LISTENER_TLS = 100, LISTENER_PLAIN = 101 };

static struct sock {
	struct world wire;
	struct hatch_address from;
	bool secure, taken, fin, reset; /* taken: accepted; fin, reset: what the client did */
	unsigned closed, shut, dropped; /* dropped: closed with a reset */
} socks[SOCKS];
static size_t sock_count;

static struct hatch *srv;
static bool no_socket_left, listens; /* listens: the last wait() was for newcomers too */
static uint32_t last_wait;
static unsigned accepts;

/* ---- the platform's network ---- */

static int fake_net_open(void **net, size_t max)
{
	(void)max;
	*net = socks;
	return 0;
}

static void fake_net_close(void *net)
{
	(void)net;
}

static int fake_listen(void *net, const char *address, uint16_t port, hatch_sock *out, uint16_t *at)
{
	(void)net;
	(void)address;
	*out = port == 443 ? LISTENER_TLS : LISTENER_PLAIN;
	*at = port;
	return 0;
}

static struct sock *newcomer(hatch_sock listener)
{
	for (size_t i = 0; i < sock_count; i++)
		if (!socks[i].taken && socks[i].secure == (listener == LISTENER_TLS))
			return &socks[i];
	return NULL;
}

static int fake_accept(void *net, hatch_sock listener, hatch_sock *out, struct hatch_address *peer)
{
	struct sock *s = newcomer(listener);
	(void)net;
	accepts++;
	if (no_socket_left)
		return HATCH_EPORT;
	if (s == NULL)
		return HATCH_LATER;
	s->taken = true;
	*out = (hatch_sock)(s - socks);
	*peer = s->from;
	return 0;
}

static bool readable(const struct sock *s)
{
	return s->wire.up.len > s->wire.up.taken || s->fin || s->reset;
}

static int fake_recv(hatch_sock number, void *buf, size_t len)
{
	struct sock *s = &socks[number];
	size_t have = s->wire.up.len - s->wire.up.taken;
	assert_int_equal(s->closed, 0);
	if (s->reset)
		return HATCH_EGONE;
	if (have == 0)
		return s->fin ? 0 : HATCH_LATER;
	len = len < have ? len : have;
	memcpy(buf, s->wire.up.bytes + s->wire.up.taken, len);
	s->wire.up.taken += len;
	return (int)len;
}

static int fake_send(hatch_sock number, const void *buf, size_t len)
{
	struct sock *s = &socks[number];
	assert_int_equal(s->closed + s->shut, 0);
	if (s->reset)
		return HATCH_EGONE;
	if (s->wire.down.stopped)
		return HATCH_LATER;
	assert_true(len <= WORLD_ROOM - s->wire.down.len);
	memcpy(s->wire.down.bytes + s->wire.down.len, buf, len);
	s->wire.down.len += len;
	return (int)len;
}

static void fake_shutdown(hatch_sock number)
{
	socks[number].shut++;
}

static void fake_close(hatch_sock number)
{
	if (number < LISTENER_TLS)
		socks[number].closed++;
}

static void fake_drop(hatch_sock number)
{
	fake_close(number);
	socks[number].dropped++;
}

/* What the platform says of its heap; free 0: nothing. */
static struct hatch_heap fake_heap_is;

static void fake_heap(struct hatch_heap *out)
{
	*out = fake_heap_is;
}

static bool is_ready(const struct hatch_wait *entry)
{
	if (entry->want == 0)
		return false;
	if (entry->sock >= LISTENER_TLS)
		return newcomer(entry->sock) != NULL;
	const struct sock *s = &socks[entry->sock];
	return ((entry->want & HATCH_WAIT_RX) != 0 && readable(s)) ||
	       ((entry->want & HATCH_WAIT_TX) != 0 && (!s->wire.down.stopped || s->reset));
}

/* Time passes only if nobody is ready. */
static int fake_wait(void *net, struct hatch_wait *set, size_t count, uint32_t ms)
{
	bool any = false;
	(void)net;
	last_wait = ms;
	listens = false;
	for (size_t i = 0; i < count; i++) {
		listens = listens || (set[i].want != 0 && set[i].sock >= LISTENER_TLS);
		set[i].ready = is_ready(&set[i]) ? set[i].want : 0;
		any = any || set[i].ready != 0;
	}
	if (!any && ms != HATCH_FOREVER)
		world_now += ms;
	return 0;
}

static void fake_wake(void *net)
{
	(void)net;
}

/* ---- clients ---- */

/* The loop is to sleep for what these tests are about. */
static void fill_spares(void)
{
	while (hx_tls_spare_wait_ms(srv->tls, world_now) != HATCH_FOREVER)
		hx_tls_spare_make(srv->tls, world_now);
}

static void open_server(struct hatch_config *changes)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.port = 443;
	config.plain_port = 80;
	config.max_conns = changes->max_conns;
	config.client_conns = changes->client_conns;
	config.max_requests = changes->max_requests;
	config.tls_heap_max = changes->tls_heap_max;
	config.record_buffers = changes->record_buffers;
	if (changes->client_handshakes_per_min != 0)
		config.client_handshakes_per_min = changes->client_handshakes_per_min;
	world_platform.net_open = fake_net_open;
	world_platform.net_close = fake_net_close;
	world_platform.listen = fake_listen;
	world_platform.accept = fake_accept;
	world_platform.recv = fake_recv;
	world_platform.send = fake_send;
	world_platform.shutdown = fake_shutdown;
	world_platform.close = fake_close;
	world_platform.reset = fake_drop;
	world_platform.heap = fake_heap;
	memset(&fake_heap_is, 0, sizeof(fake_heap_is));
	world_platform.wait = fake_wait;
	world_platform.wake = fake_wake;
	memset(socks, 0, sizeof(socks));
	memset(&tls_options, 0, sizeof(tls_options));
	sock_count = accepts = 0;
	no_socket_left = false;
	srv = app_open(&config);
	fill_spares();
}

/* Every socket that was accepted is closed, once. */
static void close_server(void)
{
	hatch_close(srv);
	for (size_t i = 0; i < sock_count; i++) {
		assert_int_equal(socks[i].closed, socks[i].taken ? 1 : 0);
		world_close(&socks[i].wire);
	}
	assert_int_equal(app.begun, app.ended);
}

/* Somebody who knocks; the last byte of 192.0.2.0 (with net 0) or 2001:db8:0:NET::. */
static struct sock *knock(bool secure, unsigned char net, unsigned char host)
{
	struct sock *s = &socks[sock_count++];
	assert_true(sock_count <= SOCKS);
	s->secure = secure;
	s->wire.up.bytes = malloc(WORLD_ROOM);
	s->wire.down.bytes = malloc(WORLD_ROOM);
	assert_non_null(s->wire.up.bytes);
	assert_non_null(s->wire.down.bytes);
	s->wire.tls = secure ? tls_client_open(&s->wire) : NULL;
	if (net == 0) {
		s->from.bytes[10] = s->from.bytes[11] = 0xff;
		s->from.bytes[12] = 192;
		s->from.bytes[14] = 2;
	} else {
		memcpy(s->from.bytes, "\x20\x01\x0d\xb8", 4);
		s->from.bytes[7] = net;
	}
	s->from.bytes[15] = host;
	snprintf(s->from.text, sizeof(s->from.text), "client %u/%u", net, host);
	return s;
}

/* Everything that has happened, as one number. */
static size_t progress(void)
{
	size_t sum = accepts + srv->stats.requests + srv->stats.handshakes_failed;
	for (size_t i = 0; i < sock_count; i++)
		sum += socks[i].wire.up.taken + socks[i].wire.up.len + socks[i].wire.down.len +
		       socks[i].closed + socks[i].shut;
	return sum;
}

/* The server and all clients go on until nothing has happened for a while, at this moment. */
static void run(void)
{
	unsigned quiet = 0;
	for (unsigned polls = 0; quiet < 20; polls++) {
		size_t before = progress();
		assert_true(polls < 10000);
		assert_int_equal(hatch_poll(srv, 0), 0);
		for (size_t i = 0; i < sock_count; i++)
			if (socks[i].wire.tls != NULL)
				(void)tls_client_step(socks[i].wire.tls);
		quiet = progress() == before ? quiet + 1 : 0;
	}
}

static unsigned answers(struct sock *s)
{
	size_t len;
	unsigned count = 0;
	const char *text = world_heard(&s->wire, &len);
	for (size_t i = 0; i + 12 <= len; i++)
		count += memcmp(text + i, "HTTP/1.1 200", 12) == 0;
	return count;
}

static void ask(struct sock *s, const char *request)
{
	world_say(&s->wire, request, strlen(request));
	run();
}

/* ---- who comes in ---- */

static void the_longest_idle_goes_and_only_for_somebody(void **state)
{
	struct hatch_config config = { .max_conns = 3 };
	struct sock *s[4];
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = knock(i == 1, 0, (unsigned char)i);
		ask(s[i], GET("/"));
		world_now += 100;
	}
	ask(s[0], GET("/")); /* now 1 has been idle for longest */
	assert_int_equal(srv->stats.evicted, 0);
	assert_int_equal(srv->stats.conns, 3);
	s[3] = knock(false, 0, 9);
	ask(s[3], GET("/"));
	assert_int_equal(srv->stats.evicted, 1);
	assert_int_equal(s[1]->closed, 1);
	assert_int_equal(s[0]->closed + s[2]->closed, 0);
	assert_int_equal(answers(s[0]), 2);
	assert_int_equal(answers(s[3]), 1);
	close_server();
}

/* A browser that has just come has not asked yet: it has a second for that, and then makes room. */
static void who_has_just_come_keeps_its_place(void **state)
{
	struct hatch_config config = { .max_conns = 2 };
	struct sock *s[4];
	(void)state;
	for (unsigned secure = 0; secure < 2; secure++) {
		open_server(&config);
		for (unsigned i = 0; i < 2; i++) {
			s[i] = knock(secure == 1, 0, (unsigned char)i);
			run();
		}
		s[2] = knock(false, 0, 9);
		world_now += HATCH_HEAD_GRACE_MS - 1;
		run();
		assert_false(s[2]->taken);
		ask(s[0], GET("/")); /* in time: it is idle as any other from then on */
		assert_int_equal(answers(s[0]), 1);
		assert_true(s[2]->taken);
		assert_int_equal(s[0]->closed, 1);
		s[3] = knock(false, 0, 10); /* the others have their time */
		run();
		assert_false(s[3]->taken);
		fill_spares();
		assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
		assert_int_equal(last_wait, 1); /* it wakes for that */
		ask(s[3], GET("/"));
		assert_int_equal(answers(s[3]), 1);
		assert_int_equal(s[1]->closed, 1);
		assert_int_equal(srv->stats.evicted, 2);
		close_server();
	}
}

/* All are busy: newcomers stay in the queue, nobody asks for them, and the loop sleeps. */
static void a_full_server_sleeps(void **state)
{
	struct hatch_config config = { .max_conns = 2, .max_requests = 2 };
	struct sock *s[3];
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = knock(false, 0, (unsigned char)i);
		ask(s[i], i < 2 ? "GET / " : GET("/"));
	}
	unsigned before = accepts;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(hatch_poll(srv, 50), 0);
	assert_int_equal(last_wait, 50);
	assert_false(listens);
	assert_int_equal(accepts, before);
	assert_false(s[2]->taken);
	s[0]->fin = true;
	run();
	assert_int_equal(s[0]->closed, 1);
	assert_int_equal(answers(s[2]), 1);
	close_server();
}

static void the_platform_has_no_socket(void **state)
{
	struct hatch_config config = { .max_conns = 4 };
	struct sock *idle, *late;
	(void)state;
	open_server(&config);
	idle = knock(false, 0, 1);
	ask(idle, GET("/"));
	no_socket_left = true;
	late = knock(false, 0, 2);
	ask(late, GET("/"));
	assert_int_equal(idle->closed, 1); /* its socket may be the one that is missing */
	assert_int_equal(accepts, 3);      /* two for the first, one that failed; then a pause */
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(last_wait, 100);
	assert_false(listens);
	no_socket_left = false;
	run();
	assert_true(listens);
	assert_int_equal(answers(late), 1);
	close_server();
}

/* One IPv6 customer has a /64; one IPv4 customer an address. */
static void a_share_for_each_client(void **state)
{
	struct hatch_config config = { .max_conns = 8, .client_conns = 2 };
	(void)state;
	open_server(&config);
	for (unsigned char i = 1; i <= 3; i++)
		ask(knock(false, 7, i), "GET / ");
	assert_int_equal(srv->stats.refused, 1);
	for (unsigned char i = 1; i <= 3; i++)
		ask(knock(false, 0, i), "GET / ");
	assert_int_equal(srv->stats.refused, 1);
	ask(knock(false, 8, 1), "GET / ");
	assert_int_equal(srv->stats.refused, 1);
	assert_int_equal(srv->stats.conns, 6);
	close_server();
}

/* At the limit the client's own idle connection goes, and nobody else's. */
static void a_client_makes_room_for_itself(void **state)
{
	struct hatch_config config = { .max_conns = 4, .client_conns = 2 };
	struct sock *other, *own[3];
	(void)state;
	open_server(&config);
	other = knock(false, 0, 1);
	ask(other, GET("/"));
	world_now += 10;
	for (unsigned i = 0; i < 3; i++) {
		own[i] = knock(false, 0, 2);
		ask(own[i], GET("/"));
		world_now += 10;
	}
	assert_int_equal(srv->stats.refused, 0);
	assert_int_equal(own[0]->closed, 1);
	assert_int_equal(other->closed + own[1]->closed + own[2]->closed, 0);
	assert_int_equal(answers(own[2]), 1);
	close_server();
}

/* ---- who leaves a handshake where it is ---- */

/* Part of what a client of TLS would send first, and no more. */
static void begin(struct sock *s, size_t len)
{
	(void)tls_client_step(s->wire.tls);
	assert_true(len < s->wire.up.len);
	s->wire.up.len = len;
	tls_client_close(s->wire.tls);
	s->wire.tls = NULL;
}

/* Silent ones and half a ClientHello: after a second, and not before, a newcomer has their place.
 */
static void a_stuck_handshake_gives_way(void **state)
{
	struct hatch_config config = { .max_conns = 3, .client_conns = 3 };
	struct sock *idle, *silent, *half, *late[2];
	(void)state;
	open_server(&config);
	silent = knock(true, 0, 1);
	begin(silent, 0);
	run();
	world_now += 10;
	half = knock(true, 0, 1);
	begin(half, 100);
	run();
	idle = knock(false, 0, 2);
	ask(idle, "GET / "); /* at work, for now */
	late[0] = knock(true, 0, 3);
	world_now += HATCH_HANDSHAKE_GRACE_MS - 10 - 1;
	run();
	assert_false(late[0]->taken);
	assert_int_equal(last_wait, 0);
	fill_spares();
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(last_wait, 1); /* it wakes for that */
	ask(late[0], GET("/"));
	assert_int_equal(answers(late[0]), 1);
	assert_int_equal(silent->dropped, 1);
	assert_int_equal(half->closed, 0);
	ask(idle, "HTTP/1.1\r\nHost: sim\r\n\r\n");
	assert_int_equal(answers(idle), 1);
	world_now += HATCH_HANDSHAKE_GRACE_MS;
	run();
	assert_int_equal(half->closed, 0); /* nobody needs its place */
	late[1] = knock(true, 0, 4);
	ask(late[1], GET("/"));
	assert_int_equal(answers(late[1]), 1);
	assert_int_equal(half->dropped, 1); /* rather than the idle one */
	assert_int_equal(idle->closed + late[0]->closed, 0);
	assert_int_equal(srv->stats.handshakes_failed, 2);
	assert_int_equal(srv->stats.evicted, 2);
	close_server();
}

/* A byte now and then is no progress; a flight is. */
static void bytes_are_not_progress(void **state)
{
	struct hatch_config config = { .max_conns = 2 };
	struct sock *drips, *goes_on, *late;
	(void)state;
	open_server(&config);
	drips = knock(true, 0, 1);
	begin(drips, 200);
	drips->wire.up.len = 0;
	goes_on = knock(true, 0, 2);
	assert_int_equal(hatch_poll(srv, 0), 0);
	for (unsigned i = 0; i < 10; i++) { /* with the first byte it begins, and that is all */
		world_now += HATCH_HANDSHAKE_GRACE_MS / 10;
		drips->wire.up.len += 20;
		if (i == 8)
			(void)tls_client_step(goes_on->wire.tls); /* its ClientHello, at last */
		assert_int_equal(hatch_poll(srv, 0), 0);
	}
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(hatch_poll(srv, 0), 0);
	late = knock(true, 0, 3);
	world_now += HATCH_HANDSHAKE_GRACE_MS / 10;
	run();
	assert_int_equal(drips->dropped, 1);
	assert_int_equal(goes_on->closed, 0);
	ask(late, GET("/"));
	ask(goes_on, GET("/"));
	assert_int_equal(answers(late), 1);
	assert_int_equal(answers(goes_on), 1);
	close_server();
}

/* Silent ones have spoken for all the memory there is. */
static void stuck_handshakes_make_memory(void **state)
{
	struct hatch_config config = { .max_conns = 8, .client_conns = 8 };
	struct sock *silent[2], *late;
	(void)state;
	open_server(&config);
	ask(knock(true, 0, 1), GET("/later"));
	fake_heap_is.largest = srv->tls_block;
	fake_heap_is.free = 3 * srv->tls_peak + HATCH_HEAP_RESERVE;
	for (unsigned i = 0; i < 2; i++) {
		silent[i] = knock(true, 0, 2);
		begin(silent[i], 0);
		run();
	}
	fake_heap_is.free = 2 * srv->tls_peak + HATCH_HEAP_RESERVE;
	late = knock(true, 0, 3);
	run();
	assert_false(late->taken);
	world_now += HATCH_HANDSHAKE_GRACE_MS;
	ask(late, GET("/"));
	assert_int_equal(answers(late), 1);
	assert_int_equal(silent[0]->dropped + silent[1]->dropped, 1);
	close_server();
}

/* Who waits for record buffers does so for our sake. */
static void waiting_for_buffers_is_not_stuck(void **state)
{
	struct hatch_config config = { .max_conns = 3, .client_conns = 3, .record_buffers = 1 };
	struct sock *holds, *waits, *late;
	(void)state;
	open_server(&config);
	holds = knock(true, 0, 1);
	ask(holds, "GET / ");
	size_t cut = holds->wire.up.len + 20;
	world_say(&holds->wire, "HTTP/1.1\r\nHost: sim\r\n\r\n", 23);
	(void)tls_client_step(holds->wire.tls);
	size_t whole = holds->wire.up.len;
	holds->wire.up.len = cut;
	run();
	waits = knock(true, 0, 2);
	run();
	assert_int_equal(srv->stats.handshakes_full, 1);
	ask(knock(false, 0, 3), "GET / ");
	late = knock(true, 0, 4);
	world_now += HATCH_HANDSHAKE_GRACE_MS;
	run();
	assert_false(late->taken);
	holds->wire.up.len = whole;
	ask(waits, GET("/"));
	assert_int_equal(answers(holds), 1);
	assert_int_equal(answers(waits), 1);
	close_server();
}

/* ---- how often one client may ---- */

/* What is over its rate waits for its turn, without keeping another client from anything. */
static void one_clients_handshakes_wait(void **state)
{
	enum { BURST = 10, PER_MIN = 60 };
	struct hatch_config config = {
		.max_conns = 4, .client_conns = 3, .client_handshakes_per_min = PER_MIN
	};
	struct sock *s, *other;
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < BURST; i++) {
		s = knock(true, 0, 1);
		ask(s, GET("/"));
		assert_int_equal(answers(s), 1);
	}
	s = knock(true, 0, 1);
	ask(s, GET("/"));
	assert_int_equal(answers(s), 0);
	assert_int_equal(srv->stats.handshakes_delayed, 1);
	assert_non_null(strstr(world_log, "more handshakes than this client may have"));
	other = knock(true, 0, 2);
	ask(other, GET("/"));
	assert_int_equal(answers(other), 1);
	fill_spares();
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(last_wait, 60000 / PER_MIN); /* and it sleeps until then */
	run();
	assert_int_equal(answers(s), 1);
	s = knock(true, 0, 1);
	ask(s, GET("/"));
	assert_int_equal(answers(s), 0);
	assert_int_equal(srv->stats.handshakes_delayed, 2);
	close_server();
}

/* It gives way if all places are taken and nobody is idle; else it has its turn, in time. */
static void a_delayed_handshake_gives_way(void **state)
{
	struct hatch_config config = {
		.max_conns = 2, .client_conns = 2, .max_requests = 2, .client_handshakes_per_min = 4
	};
	struct sock *s[2], *late;
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 10; i++)
		ask(knock(true, 0, 1), GET("/"));
	s[0] = knock(true, 0, 1);
	run();
	ask(knock(false, 0, 2), "GET / ");
	late = knock(true, 0, 3);
	ask(late, GET("/"));
	assert_int_equal(answers(late), 1);
	assert_int_equal(s[0]->dropped, 1);
	late->fin = true;
	run();
	s[1] = knock(true, 0, 1);
	run();
	for (unsigned i = 0; i < 8; i++) { /* longer than a handshake may take */
		world_now += 2000;
		run();
	}
	assert_int_equal(s[1]->closed, 0);
	ask(s[1], GET("/"));
	assert_int_equal(answers(s[1]), 1);
	close_server();
}

/* ---- whose turn it is ---- */

static const struct hx_engine_ops *real_ops;
static struct hx_engine_ops counting_ops;
static unsigned steps_of[SOCKS];

static int counted_handshake(struct hx_engine *e)
{
	int ret = real_ops->handshake(e);
	if (ret == 0 || ret == 1)
		for (uint32_t i = 0; i < srv->config.max_conns; i++)
			if (srv->conns[i]->engine == e)
				steps_of[i]++;
	return ret;
}

static void count_handshake_steps(void)
{
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		struct hatch_conn *c = srv->conns[i];
		if (!c->used || !c->secure || c->engine->ops == &counting_ops)
			continue;
		real_ops = c->engine->ops;
		counting_ops = *real_ops;
		counting_ops.handshake = counted_handshake;
		c->engine->ops = &counting_ops;
	}
}

/*
 * Many in the middle of their handshakes, and one who asks: in no round does anybody make more
 * than one step, and the answer is there after the first.
 */
static void nobody_waits_for_more_than_one_step(void **state)
{
	enum { MANY = 6 };
	struct hatch_config config = {
		.max_conns = MANY + 1, .client_conns = MANY + 1, .record_buffers = MANY + 1
	};
	struct sock *plain;
	unsigned together = 0;
	(void)state;
	open_server(&config);
	plain = knock(false, 0, 1);
	ask(plain, GET("/"));
	for (unsigned i = 0; i < MANY; i++)
		(void)tls_client_step(knock(true, 0, (unsigned char)(10 + i))->wire.tls);
	assert_int_equal(hatch_poll(srv, 0), 0); /* accepts, and takes the ClientHellos */
	count_handshake_steps();
	for (unsigned round = 0; round < 40; round++) {
		unsigned before = answers(plain), stepping = 0;
		memset(steps_of, 0, sizeof(steps_of));
		world_say(&plain->wire, GET("/"), strlen(GET("/")));
		assert_int_equal(hatch_poll(srv, 0), 0);
		assert_int_equal(answers(plain), before + 1);
		for (uint32_t i = 0; i < srv->config.max_conns; i++) {
			assert_true(steps_of[i] <= 1);
			stepping += steps_of[i];
		}
		together = stepping > together ? stepping : together;
		for (size_t i = 1; i < sock_count; i++)
			(void)tls_client_step(socks[i].wire.tls);
	}
	assert_int_equal(together, MANY); /* or nothing was tested */
	run();
	assert_int_equal(srv->stats.handshakes_full, MANY);
	close_server();
}

/* A place for a request comes free: whoever waits for it goes on by itself. */
static void a_freed_place_wakes(void **state)
{
	struct hatch_config config = { .max_conns = 3, .max_requests = 1 };
	struct sock *s[3];
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = knock(false, 0, (unsigned char)i);
		ask(s[i], i == 0 ? GET("/later") : GET("/"));
	}
	assert_int_equal(answers(s[1]) + answers(s[2]), 0);
	assert_int_equal(hatch_send_text(hatch_find(srv, app.held), 200, "now\n"), 0);
	uint32_t before = world_now;
	run();
	assert_int_equal(answers(s[0]), 1);
	assert_int_equal(answers(s[1]), 1);
	assert_int_equal(answers(s[2]), 1);
	assert_int_equal(world_now, before);
	close_server();
}

/* The record buffers come free: whoever waits for them goes on by itself. */
static void freed_buffers_wake(void **state)
{
	struct hatch_config config = { .max_conns = 4, .max_requests = 4, .record_buffers = 1 };
	struct sock *s[3];
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = knock(true, 0, (unsigned char)i);
		run();
	}
	size_t cut = s[0]->wire.up.len + 20;
	world_say(&s[0]->wire, GET("/"), strlen(GET("/")));
	(void)tls_client_step(s[0]->wire.tls);
	size_t whole = s[0]->wire.up.len;
	s[0]->wire.up.len = cut;
	ask(s[1], GET("/"));
	ask(s[2], GET("/"));
	assert_int_equal(answers(s[1]) + answers(s[2]), 0);
	fill_spares();
	assert_int_equal(hatch_poll(srv, 50), 0);
	assert_int_equal(last_wait, 50); /* and until then nobody is busy */
	uint32_t before = world_now;
	s[0]->wire.up.len = whole;
	run();
	assert_int_equal(answers(s[0]) + answers(s[1]) + answers(s[2]), 3);
	assert_int_equal(world_now, before);
	close_server();
}

/* Who keeps them for too long is cut by the loop itself, and with a reset, when another waits. */
static void kept_buffers_are_taken(void **state)
{
	struct hatch_config config = { .max_conns = 4, .max_requests = 4, .record_buffers = 1 };
	struct sock *s[2];
	(void)state;
	open_server(&config);
	for (unsigned i = 0; i < 2; i++) {
		s[i] = knock(true, 0, (unsigned char)i);
		run();
	}
	size_t cut = s[0]->wire.up.len + 20;
	world_say(&s[0]->wire, GET("/"), strlen(GET("/")));
	(void)tls_client_step(s[0]->wire.tls);
	s[0]->wire.up.len = cut;
	run();
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(hatch_poll(srv, HATCH_RECORD_MS), 0);
	assert_int_equal(s[0]->closed, 0); /* nobody minds */
	uint32_t before = world_now;
	ask(s[1], GET("/"));
	assert_int_equal(answers(s[1]), 1);
	assert_int_equal(s[0]->dropped, 1);
	assert_int_equal(world_now, before);
	close_server();
}

/* ---- memory for another one ---- */

/* Waits in the listen queue until the heap carries it, with one line, and plain ones do not. */
static void newcomers_wait_for_memory(void **state)
{
	struct hatch_config config = { .max_conns = 6 };
	struct sock *busy, *first, *second, *plain;
	(void)state;
	open_server(&config);
	busy = knock(true, 0, 1);
	ask(busy, GET("/later"));
	assert_true(srv->tls_peak > 4096 && srv->tls_block > 256 && srv->tls_block < srv->tls_peak);
	fake_heap_is.free = srv->tls_peak + HATCH_HEAP_RESERVE - 1;
	fake_heap_is.largest = srv->tls_block;
	first = knock(true, 0, 2);
	run();
	assert_false(first->taken);
	assert_true(last_wait <= 100); /* it is looked at again */
	for (unsigned i = 0; i < 3; i++) {
		world_now += 100;
		run();
	}
	const char *line = strstr(world_log, "no memory for another TLS connection");
	assert_non_null(line);
	assert_null(strstr(line + 1, "no memory for another"));
	plain = knock(false, 0, 3);
	ask(plain, GET("/"));
	assert_int_equal(answers(plain), 1);
	fake_heap_is.free++;
	fake_heap_is.largest--; /* enough, but in pieces */
	plain->fin = true;
	world_now += 100;
	run();
	assert_false(first->taken);
	fake_heap_is.largest++;
	world_now += 100;
	run();
	assert_true(first->taken);
	ask(first, GET("/"));
	assert_int_equal(answers(first), 1);
	fake_heap_is.free = 0; /* not known: then it is tried */
	second = knock(true, 0, 4);
	ask(second, GET("/"));
	assert_int_equal(answers(second), 1);
	close_server();
}

/* The idle go for somebody who is there, and one alone is always let in. */
static void the_idle_make_memory(void **state)
{
	struct hatch_config config = { .max_conns = 6 };
	struct sock *idle, *s;
	(void)state;
	open_server(&config);
	fake_heap_is.free = fake_heap_is.largest = 100;
	idle = knock(true, 0, 1);
	ask(idle, GET("/"));
	assert_int_equal(answers(idle), 1);
	run();
	assert_int_equal(idle->closed, 0);
	s = knock(true, 0, 2);
	ask(s, GET("/"));
	assert_int_equal(idle->closed, 1);
	assert_int_equal(answers(s), 1);
	assert_int_equal(srv->stats.evicted, 1);
	close_server();
}

/* What connections in their handshakes have not taken yet is not there for others. */
static void handshakes_speak_for_their_memory(void **state)
{
	struct hatch_config config = { .max_conns = 6 };
	struct sock *one, *other;
	(void)state;
	open_server(&config);
	ask(knock(true, 0, 1), GET("/later"));
	fake_heap_is.largest = srv->tls_block;
	fake_heap_is.free = srv->tls_peak + HATCH_HEAP_RESERVE + 200; /* peaks differ a little */
	one = knock(true, 0, 2);
	other = knock(true, 0, 3);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(hatch_poll(srv, 0), 0); /* nobody lets them begin */
	assert_true(one->taken);
	assert_false(other->taken);
	run();
	world_now += 100;
	run();
	assert_true(other->taken); /* the heap is said to be as before, and nobody lacks anything */
	close_server();
}

/* ---- how long it sleeps, and how it ends ---- */

static void it_sleeps_until_something_is_due(void **state)
{
	struct hatch_config config = { .max_conns = 3 };
	struct sock *s;
	(void)state;
	open_server(&config);
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(last_wait, HATCH_FOREVER);
	s = knock(true, 0, 1);
	ask(s, GET("/"));
	assert_int_equal(answers(s), 1);
	fill_spares();
	world_now += 40;
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0); /* wakes when it is due */
	assert_int_equal(last_wait, HATCH_IDLE_MS - 40);
	run();
	assert_int_equal(s->closed, 1);
	assert_true(tls_client_saw_close(s->wire.tls));
	close_server();
}

static void resets(void **state)
{
	struct hatch_config config = { .max_conns = 3 };
	static const char *const requests[] = { "", "GET / ", GET("/later"), GET("/stream") };
	(void)state;
	open_server(&config);
	for (unsigned n = 0; n < 8; n++) {
		struct sock *s = knock(n % 2 == 1, 0, (unsigned char)n);
		s->wire.down.stopped = n / 2 == 3 && n % 2 == 0;
		ask(s, requests[n / 2]);
		assert_int_equal(s->closed, 0);
		s->reset = true;
		run();
		assert_int_equal(s->closed, 1);
	}
	close_server();
}

/* Who takes nothing, or says nothing, is reset, so that TCP keeps nothing for them; others are not.
 */
static void who_is_gone_is_reset(void **state)
{
	struct hatch_config config = { .max_conns = 4 };
	struct sock *deaf, *mute, *polite, *late;
	(void)state;
	open_server(&config);
	deaf = knock(false, 0, 1);
	deaf->wire.down.stopped = true;
	ask(deaf, GET("/stream"));
	polite = knock(false, 0, 3);
	ask(polite, GET("/"));
	late = knock(false, 0, 4);
	ask(late, "GET / ");
	mute = knock(true, 0, 2); /* nobody lets it begin its handshake */
	assert_int_equal(deaf->closed + mute->closed + polite->closed + late->closed, 0);
	for (unsigned second = 0; second < 60; second++) {
		world_now += 1000;
		for (unsigned round = 0; round < 8; round++)
			assert_int_equal(hatch_poll(srv, 0), 0);
	}
	assert_int_equal(deaf->dropped, 1);
	assert_int_equal(mute->dropped, 1);
	assert_int_equal(polite->closed, 1);
	assert_int_equal(polite->dropped, 0);
	assert_int_equal(late->closed, 1); /* told 408 */
	assert_int_equal(late->dropped, 0);
	close_server();
}

/* Stop is asked for: answers say so, and the loop tells. */
static void stopping(void **state)
{
	struct hatch_config config = { .max_conns = 3 };
	struct sock *s;
	(void)state;
	open_server(&config);
	s = knock(false, 0, 1);
	ask(s, "GET / ");
	hatch_stop(srv);
	world_say(&s->wire, "HTTP/1.1\r\nHost: sim\r\n\r\n", 23);
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 1);
	close_server();
	assert_int_equal(socks[0].closed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_idle_goes_and_only_for_somebody),
		cmocka_unit_test(who_has_just_come_keeps_its_place),
		cmocka_unit_test(a_full_server_sleeps),
		cmocka_unit_test(the_platform_has_no_socket),
		cmocka_unit_test(a_share_for_each_client),
		cmocka_unit_test(a_client_makes_room_for_itself),
		cmocka_unit_test(a_stuck_handshake_gives_way),
		cmocka_unit_test(bytes_are_not_progress),
		cmocka_unit_test(stuck_handshakes_make_memory),
		cmocka_unit_test(waiting_for_buffers_is_not_stuck),
		cmocka_unit_test(one_clients_handshakes_wait),
		cmocka_unit_test(a_delayed_handshake_gives_way),
		cmocka_unit_test(nobody_waits_for_more_than_one_step),
		cmocka_unit_test(a_freed_place_wakes),
		cmocka_unit_test(freed_buffers_wake),
		cmocka_unit_test(kept_buffers_are_taken),
		cmocka_unit_test(newcomers_wait_for_memory),
		cmocka_unit_test(the_idle_make_memory),
		cmocka_unit_test(handshakes_speak_for_their_memory),
		cmocka_unit_test(it_sleeps_until_something_is_due),
		cmocka_unit_test(resets),
		cmocka_unit_test(who_is_gone_is_reset),
		cmocka_unit_test(stopping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
