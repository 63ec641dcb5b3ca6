/*
 * Record buffers that connections lend each other: nothing of a connection depends on them between
 * records, nobody keeps them from the others, and nothing stays in them.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "app.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

enum { ALERT = 21, HANDSHAKE = 22, DATA = 23 };

static struct hatch *srv;
static struct hx_lend *lend;

static void open_with(const struct hatch_config *changes)
{
	struct hatch_config config;
	world_reset();
	app_configure(&config);
	config.max_conns = changes->max_conns;
	config.max_requests = changes->max_requests;
	config.record_buffers = changes->record_buffers;
	config.tls_heap_max = changes->tls_heap_max;
	config.record_ms = changes->record_ms;
	config.max_head = changes->max_head;
	config.max_line = changes->max_line;
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	srv = app_open(&config);
	lend = &srv->tls->lend;
}

static void close_server(void)
{
	app_check_idle(srv);
	hatch_close(srv);
	tls_client_forget();
}

static bool holds(const struct world *w)
{
	return hx_conn_tls(w->c)->pair != NULL;
}

static bool answered(struct world *w)
{
	size_t len;
	const char *heard = world_heard(w, &len);
	return len > 15 && memcmp(heard, "HTTP/1.1 200 OK", 15) == 0;
}

static void ask(struct world *w, const char *request)
{
	world_say(w, request, strlen(request));
	(void)world_settle(w);
}

/* One step of each at the present time. */
static void step_all(struct world *w, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (w[i].c != NULL)
			(void)world_settle(&w[i]);
}

/* ---- nothing depends on them ---- */

/* Over what nobody has at present. */
static void make_noise(struct world *dice)
{
	for (struct hx_lend_pair *pair = lend->free; pair != NULL; pair = pair->next) {
		for (size_t i = 0; i < lend->in_len; i += 1 + i / 64)
			pair->in[i] = (unsigned char)world_random(dice);
		for (size_t i = 0; i < lend->out_len; i += 1 + i / 64)
			pair->out[i] = (unsigned char)world_random(dice);
	}
}

/* The body of the last answer, which is chunked, has these bytes. */
static void check_echo(const char *at, const char *end, const char *body, size_t len)
{
	const char *fields = strstr(at, "\r\n\r\n");
	assert_non_null(fields);
	for (at = fields + 4; at < end;) {
		char *data;
		size_t size = strtoul(at, &data, 16);
		data += 2;
		assert_true(size <= len && data + size + 2 <= end);
		assert_memory_equal(data, body, size);
		body += size;
		len -= size;
		at = data + size + 2;
	}
	assert_int_equal(len, 0);
}

static void echo(struct world *w, size_t len)
{
	static char body[60001], head[100];
	size_t before, after;
	for (size_t i = 0; i < len; i++)
		body[i] = (char)world_random(w);
	(void)world_heard(w, &before);
	snprintf(head, sizeof(head),
		"POST /echo HTTP/1.1\r\nHost: sim\r\nContent-Length: %zu\r\n\r\n", len);
	world_say(w, head, strlen(head));
	world_say(w, body, len);
	assert_true(world_settle(w));
	const char *heard = world_heard(w, &after);
	assert_memory_equal(heard + before, "HTTP/1.1 200 OK", 15);
	check_echo(heard + before, heard + after, body, len);
	assert_false(holds(w));
}

static size_t any_size(struct world *dice)
{
	uint32_t kind = world_random(dice) % 8;
	return 1 + world_random(dice) % (kind == 0 ? 60000u : kind < 3 ? 6000u : 200u);
}

/* Three that take turns with two pairs, so that each is moved about. */
static void echoes(void **state)
{
	static const struct {
		int version, suites[2];
	} kinds[] = {
		{ 0x0304, { MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, 0 } },
		{ 0x0304, { MBEDTLS_TLS1_3_AES_128_GCM_SHA256, 0 } },
		{ 0x0304, { MBEDTLS_TLS1_3_AES_256_GCM_SHA384, 0 } },
		{ 0x0303, { MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 0 } },
		{ 0x0303, { MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0 } },
	};
	struct world dice = { .seed = 77 };
	struct hatch_config config = { .max_conns = 4, .record_buffers = 2 };
	unsigned rounds = getenv("HATCH_LONG") != NULL ? 400 : 80, echoed = 0;
	(void)state;
	open_with(&config);
	assert_int_equal(lend->count, 2);
	for (unsigned i = 0; i < 5 * HATCH_COUNT(kinds); i++) {
		struct world w[3];
		tls_options.version = kinds[i % HATCH_COUNT(kinds)].version;
		tls_options.suites = kinds[i % HATCH_COUNT(kinds)].suites;
		for (unsigned n = 0; n < 3; n++) {
			world_connect(&w[n], srv, true, 3 + i + n);
			w[n].up.piece = w[n].down.piece = n < 2 ? 0 : WORLD_ROOM;
		}
		for (unsigned round = 0; round < rounds; round++, echoed++) {
			make_noise(&dice);
			echo(&w[world_random(&dice) % 3], any_size(&dice));
			assert_int_equal(lend->left, 2);
			/* And another pair for the next one. */
			struct hx_lend_wait one = { .queued = false }, two = one;
			struct hx_lend_pair *pair = hx_lend_take(lend, &one, true);
			struct hx_lend_pair *other = hx_lend_take(lend, &two, true);
			hx_lend_give(lend, pair);
			hx_lend_give(lend, other);
		}
		for (unsigned n = 0; n < 3; n++)
			world_close(&w[n]);
	}
	assert_true(echoed >= 2000);
	close_server();
}

/* A request, cut before every byte of its record; while it is not complete there is noise. */
static void split_at_every_byte(void **state)
{
	struct world dice = { .seed = 5 };
	struct hatch_config config = { .max_conns = 4 };
	(void)state;
	open_with(&config);
	for (int version = 0x0303; version <= 0x0304; version++) {
		size_t record = 6;
		tls_options.version = version;
		for (size_t cut = 1; cut < record; cut++) {
			struct world w;
			world_connect(&w, srv, true, 3);
			assert_true(world_settle(&w));
			assert_false(holds(&w));
			size_t from = w.up.len;
			world_say(&w, GET("/"), strlen(GET("/")));
			(void)tls_client_step(w.tls);
			record = w.up.len - from;
			w.up.len = from + cut;
			assert_true(world_settle(&w));
			assert_int_equal(w.up.taken, from + cut);
			assert_int_equal(holds(&w), cut >= HX_RECORD_HEADER);
			make_noise(&dice);
			w.up.len = from + record;
			assert_true(world_settle(&w));
			assert_true(answered(&w));
			assert_false(holds(&w));
			world_close(&w);
		}
		assert_true(record > 40);
	}
	close_server();
}

/* The same for the flights of a client in a handshake. */
static void handshakes_split_at_every_byte(void **state)
{
	struct world dice = { .seed = 6 };
	struct hatch_config config = { .max_conns = 4 };
	unsigned step = getenv("HATCH_LONG") != NULL ? 1 : 3;
	(void)state;
	open_with(&config);
	for (int version = 0x0303; version <= 0x0304; version++) {
		size_t flights = 2;
		tls_options.version = version;
		for (size_t cut = 1; cut < flights; cut += cut < 10 ? 1 : step) {
			struct world w;
			world_connect(&w, srv, true, 3);
			(void)hatch_conn_step(w.c, world_now);
			assert_false(holds(&w)); /* nothing has been said */
			w.up.piece = 1;
			while (w.up.taken < cut)
				(void)world_once(&w);
			w.up.stopped = true;
			(void)world_settle(&w);
			make_noise(&dice);
			w.up.stopped = false;
			w.up.piece = WORLD_ROOM;
			assert_true(world_settle(&w));
			assert_true(tls_client_done(w.tls));
			flights = w.up.len;
			ask(&w, GET("/"));
			assert_true(answered(&w));
			world_close(&w);
		}
		assert_true(flights > 150);
	}
	close_server();
}

/* ---- messages after the handshake ---- */

/* Half a message, which the library keeps in its buffer between records. */
static void half_a_message(void **state)
{
	static const unsigned char half[20] = { 1, 0, 32, 0 }, key_update[5] = { 24, 0, 0, 1, 0 };
	struct hatch_config config = { .max_conns = 4 };
	(void)state;
	open_with(&config);
	for (int version = 0x0303; version <= 0x0304; version++) {
		for (unsigned whole = 0; whole < 2; whole++) {
			struct world w;
			tls_options.version = version;
			world_connect(&w, srv, true, 3);
			ask(&w, GET("/"));
			assert_true(answered(&w));
			tls_client_record(w.tls, HANDSHAKE, whole ? key_update : half,
				whole ? sizeof(key_update) : sizeof(half));
			assert_false(world_settle(&w));
			assert_int_equal(hatch_conn_error(w.c), HATCH_ETLS);
			assert_int_equal(lend->left, lend->count);
			world_close(&w);
		}
	}
	close_server();
}

/* What is neither, and no handshake message: the buffers go back, and the connection goes on. */
static void nothing_worth_reading(void **state)
{
	static const unsigned char no_certificate[2] = { 1, 90 };
	struct hatch_config config = { .max_conns = 4 };
	(void)state;
	open_with(&config);
	for (int version = 0x0303; version <= 0x0304; version++) {
		struct world w;
		tls_options.version = version;
		world_connect(&w, srv, true, 3);
		assert_true(world_settle(&w));
		if (version == 0x0303) {
			tls_client_record(w.tls, ALERT, no_certificate, 2);
			assert_true(world_settle(&w));
			assert_false(holds(&w));
		}
		tls_client_record(w.tls, DATA, "", 0);
		assert_true(world_settle(&w));
		assert_false(holds(&w));
		ask(&w, GET("/"));
		assert_true(answered(&w));
		world_close(&w);
	}
	close_server();
}

/* ---- nobody keeps them from the others ---- */

enum { CROWD = HATCH_RECORD_BUFFERS + 1 };

static void stop_in_handshake(struct world *w)
{
	world_connect(w, srv, true, 3);
	(void)tls_client_step(w->tls);
	w->up.len = 100; /* of a ClientHello */
	(void)world_settle(w);
}

/* 2,000 bytes of a record of 4 kB; returns where the body ends. */
static size_t stop_in_record(struct world *w)
{
	static char body[16000];
	static const char head[] = "POST /sink HTTP/1.1\r\nHost: sim\r\n"
				   "Content-Length: 16000\r\n\r\n";
	ask(w, head);
	size_t from = w->up.len;
	world_say(w, body, sizeof(body));
	(void)tls_client_step(w->tls);
	size_t end = w->up.len;
	w->up.len = from + 2000;
	(void)world_settle(w);
	return end;
}

static void connect_all(struct world *w, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		world_connect(&w[i], srv, true, 4 + i);
		assert_true(world_settle(&w[i]));
	}
}

/* All of a crowd stand still, and one is polite: served before each of them has had its time. */
static void served_among(struct world *crowd, struct world *polite)
{
	uint32_t began = world_now;
	ask(polite, GET("/"));
	while (!answered(polite)) {
		world_now += 100;
		step_all(crowd, CROWD);
		assert_true(world_settle(polite));
		assert_true(world_now - began <= CROWD * HATCH_RECORD_MS);
	}
}

static void stalled_handshakes(void **state)
{
	struct hatch_config config = { .max_conns = 8 };
	struct world crowd[CROWD], old, polite;
	(void)state;
	open_with(&config);
	world_connect(&old, srv, true, 9);
	assert_true(world_settle(&old));
	for (unsigned i = 0; i < CROWD; i++)
		stop_in_handshake(&crowd[i]);
	assert_int_equal(lend->left, 1);
	/* The last pair is for those who are through. */
	ask(&old, GET("/"));
	assert_true(answered(&old));
	world_connect(&polite, srv, true, 3);
	served_among(crowd, &polite);
	assert_int_equal(crowd[0].want, HATCH_ENDED);
	assert_int_equal(hatch_conn_error(crowd[0].c), HATCH_ETIME);
	for (unsigned i = 0; i < CROWD; i++)
		world_close(&crowd[i]);
	world_close(&old);
	world_close(&polite);
	close_server();
}

static void stalled_records(void **state)
{
	struct hatch_config config = { .max_conns = 8, .max_requests = 8 };
	struct world crowd[CROWD], polite;
	(void)state;
	open_with(&config);
	connect_all(&polite, 1);
	connect_all(crowd, CROWD);
	for (unsigned i = 0; i < CROWD; i++)
		(void)stop_in_record(&crowd[i]);
	assert_int_equal(lend->left, 0);
	assert_int_equal(crowd[CROWD - 1].want, HATCH_WANT_APP);
	served_among(crowd, &polite);
	for (unsigned i = 0; i < CROWD; i++)
		world_close(&crowd[i]);
	world_close(&polite);
	close_server();
}

/* Who asks for much and takes nothing of it. */
static void stalled_answers(void **state)
{
	struct hatch_config config = { .max_conns = 8, .max_requests = 8 };
	struct world crowd[CROWD], polite;
	(void)state;
	open_with(&config);
	connect_all(&polite, 1);
	connect_all(crowd, CROWD);
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i].down.stopped = true;
		ask(&crowd[i], GET("/static"));
	}
	assert_int_equal(lend->left, 0);
	served_among(crowd, &polite);
	for (unsigned i = 0; i < CROWD; i++)
		world_close(&crowd[i]);
	world_close(&polite);
	close_server();
}

/* Before the deadline nobody is cut; after it, only while somebody waits. */
static void a_record_has_its_time(void **state)
{
	struct hatch_config config = {
		.max_conns = 8, .max_requests = 8, .record_buffers = 1, .record_ms = 700
	};
	struct world slow, other;
	(void)state;
	open_with(&config);
	for (unsigned late = 0; late < 3; late++) {
		connect_all(&other, 1);
		connect_all(&slow, 1);
		size_t end = stop_in_record(&slow);
		assert_true(holds(&slow));
		assert_int_equal(hatch_conn_wait_ms(slow.c, world_now), 700);
		if (late == 2) { /* nobody waits until it has long passed */
			world_pass(&slow, 5000);
			assert_true(slow.want != HATCH_ENDED);
		}
		ask(&other, GET("/"));
		assert_false(answered(&other));
		world_pass(&slow, late == 2 ? 0 : 699 + late);
		assert_int_equal(slow.want == HATCH_ENDED, late > 0);
		(void)world_settle(&other);
		assert_int_equal(answered(&other), late > 0);
		if (late == 0) { /* in time after all */
			slow.up.len = end;
			assert_true(world_settle(&slow));
			assert_true(world_settle(&other)); /* who waited is next */
			assert_true(answered(&other));
			assert_true(world_settle(&slow));
			assert_true(answered(&slow));
		}
		world_close(&slow);
		world_close(&other);
	}
	close_server();
}

enum { SLOW = 3, ROUNDS = 40 };

/* A record arrives now and then at a client that has much to come; time passes for all. */
static void trickle(struct world *slow, struct world *victim, uint32_t ms)
{
	for (unsigned i = 0; i < SLOW; i++) {
		slow[i].down.stopped = false;
		(void)world_once(&slow[i]);
		slow[i].down.stopped = true;
	}
	world_now += ms;
	step_all(slow, SLOW);
	(void)world_settle(victim);
}

/*
 * Three who take their answers slowly, one record after the other, each in time: all buffers are
 * theirs, but who comes is served within some records of theirs.
 */
static void slow_takers(void **state)
{
	static const char one[] = GET("/static"),
			  four[] = GET("/static") GET("/static") GET("/static") GET("/static");
	struct hatch_config config = { .max_conns = 8, .max_requests = 8 };
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct world slow[SLOW], victim;
		unsigned rounds = 0;
		open_with(&config);
		if (kind >= 2) /* one whose handshake is over already */
			connect_all(&victim, 1);
		connect_all(slow, SLOW);
		for (unsigned i = 0; i < SLOW; i++) {
			slow[i].down.stopped = true;
			slow[i].down.piece = 2200; /* half a record */
			ask(&slow[i], kind % 2 == 0 ? one : four);
		}
		assert_int_equal(lend->left, 0);
		if (kind < 2)
			world_connect(&victim, srv, true, 9);
		ask(&victim, GET("/"));
		while (!answered(&victim) && rounds < ROUNDS && victim.want != HATCH_ENDED) {
			trickle(slow, &victim, 700);
			rounds++;
		}
		if (!answered(&victim))
			fail_msg("kind %u: not answered in %u rounds", kind, rounds);
		for (unsigned i = 0; i < SLOW; i++) /* they were never late */
			assert_true(kind % 2 == 1 || slow[i].want != HATCH_ENDED);
		for (unsigned i = 0; i < SLOW; i++)
			world_close(&slow[i]);
		world_close(&victim);
		close_server();
	}
}

/* Who waits for an exchange does so without buffers: those who have one need them to answer. */
static void waiting_for_an_exchange(void **state)
{
	struct hatch_config config = { .max_conns = 8, .max_requests = 1, .record_buffers = 1 };
	struct world first, others[3];
	(void)state;
	open_with(&config);
	world_connect(&first, srv, true, 3);
	ask(&first, GET("/later"));
	for (unsigned i = 0; i < 3; i++) {
		world_connect(&others[i], srv, true, 4 + i);
		ask(&others[i], GET("/"));
		assert_false(answered(&others[i]));
		assert_int_equal(others[i].want, HATCH_WANT_APP);
	}
	assert_int_equal(lend->left, 1);
	assert_int_equal(hatch_send_text(hatch_find(srv, app.held), 200, "now\n"), 0);
	assert_true(world_settle(&first));
	assert_true(answered(&first));
	for (unsigned i = 0; i < 3; i++) {
		assert_true(world_settle(&others[i]));
		assert_true(answered(&others[i]));
		world_close(&others[i]);
	}
	world_close(&first);
	close_server();
}

/* An application that does not take the body yet is not the client's fault. */
static void the_application_takes_its_time(void **state)
{
	/* A record is longer than what the exchange has room for. */
	struct hatch_config config = { .max_conns = 8,
		.max_requests = 8,
		.max_line = 512,
		.max_head = 1024,
		.record_buffers = 1 };
	struct world upload, other;
	(void)state;
	open_with(&config);
	connect_all(&other, 1);
	app.sink_takes = false;
	world_connect(&upload, srv, true, 3);
	ask(&upload, "POST /sink HTTP/1.1\r\nHost: sim\r\nContent-Length: 16000\r\n\r\n");
	static char body[16000];
	world_say(&upload, body, sizeof(body));
	assert_true(world_settle(&upload));
	assert_true(holds(&upload));
	ask(&other, GET("/"));
	world_pass(&upload, HATCH_RECORD_MS + 1);
	assert_true(upload.want != HATCH_ENDED);
	app.sink_takes = true;
	hatch_resume(srv, app.held);
	assert_true(world_settle(&upload));
	assert_true(world_settle(&other));
	assert_true(answered(&other));
	assert_true(world_settle(&upload));
	assert_true(answered(&upload));
	world_close(&upload);
	world_close(&other);
	close_server();
}

/* ---- nothing stays in them ---- */

static void expect_clean(void)
{
	for (struct hx_lend_pair *pair = lend->free; pair != NULL; pair = pair->next) {
		for (size_t i = 0; i < lend->in_len; i++)
			assert_int_equal(pair->in[i], 0);
		for (size_t i = 0; i < lend->out_len; i++)
			assert_int_equal(pair->out[i], 0);
	}
}

static void wiped(void **state)
{
	struct hatch_config config = { .max_conns = 4 };
	(void)state;
	open_with(&config);
	lend->poison = false;
	for (unsigned i = 0; i < 8; i++) {
		struct world w, cut;
		tls_options.version = i % 4 < 2 ? 0x0304 : 0x0303;
		tls_options.resume = i % 2 == 1;
		world_connect(&w, srv, true, 3 + i);
		assert_true(world_settle(&w));
		expect_clean();
		echo(&w, i < 2 ? 50000 : 500);
		expect_clean();
		connect_all(&cut, 1);
		(void)stop_in_record(&cut);
		assert_true(holds(&cut));
		world_close(&cut);
		expect_clean();
		stop_in_handshake(&cut);
		assert_true(holds(&cut));
		world_close(&cut);
		expect_clean();
		tls_client_leave(w.tls);
		(void)world_settle(&w);
		world_close(&w);
		expect_clean();
	}
	close_server();
}

/* ---- with and without ---- */

static void own_buffers(void **state)
{
	struct hatch_config config = { .max_conns = 4, .record_buffers = HATCH_RECORD_BUFFERS_OWN };
	(void)state;
	open_with(&config);
	assert_int_equal(lend->count, 0);
	for (int version = 0x0303; version <= 0x0304; version++) {
		struct world w;
		tls_options.version = version;
		world_connect(&w, srv, true, 3);
		w.up.piece = 1;
		ask(&w, GET("/"));
		assert_true(answered(&w));
		assert_true(w.c->account.now > 20000);
		world_close(&w);
	}
	close_server();
}

/* What an idle connection has of the library's memory; the pairs are the server's, once. */
static void accounts(void **state)
{
	struct hatch_config config = { .max_conns = 4 };
	struct hatch_stats stats;
	struct hatch_tls_facts facts;
	(void)state;
	open_with(&config);
	size_t pairs = lend->count * (lend->in_len + lend->out_len);
	assert_true(srv->tls->account.now > pairs);
	assert_true(srv->tls->account.now < pairs + pairs / 2);
	for (int version = 0x0303; version <= 0x0304; version++) {
		struct world w;
		tls_options.version = version;
		world_connect(&w, srv, true, 3);
		ask(&w, GET("/"));
		assert_true(answered(&w));
		hx_http1_secure.facts(w.c, &facts);
		assert_true(facts.heap_now < 6000 && facts.heap_peak < 16000);
		hatch_get_stats(srv, &stats);
		assert_int_equal(stats.tls_heap, srv->tls->account.now + facts.heap_now);
		world_close(&w);
	}
	close_server();
}

/* Setting up a context fails after its buffers were promised: none of them is freed. */
static void no_memory_for_a_context(void **state)
{
	struct hatch_config config = { .max_conns = 4, .tls_heap_max = 1000 };
	struct hatch_address peer = { "192.0.2.7", 1, { 0 } };
	struct hatch_conn *c;
	(void)state;
	open_with(&config);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(hatch_conn_open(&c, srv, true, &peer, world_now), HATCH_ENOMEM);
	close_server();
}

static bool is_lent(const void *at)
{
	for (const struct hx_lend_pair *pair = lend->free; pair != NULL; pair = pair->next)
		if ((const unsigned char *)at >= pair->in &&
			(const unsigned char *)at < pair->out + lend->out_len)
			return true;
	return false;
}

/* Another user of the library on the same thread has buffers of its own, and keeps them. */
static void another_user(void **state)
{
	struct hatch_config config = { .max_conns = 4 };
	mbedtls_ssl_context ssl;
	struct world w;
	(void)state;
	open_with(&config);
	mbedtls_ssl_init(&ssl);
	world_connect(&w, srv, true, 3);
	assert_int_equal(mbedtls_ssl_setup(&ssl, &srv->tls->conf), 0);
	assert_non_null(ssl.MBEDTLS_PRIVATE(in_buf));
	assert_false(is_lent(ssl.MBEDTLS_PRIVATE(in_buf)));
	assert_false(is_lent(ssl.MBEDTLS_PRIVATE(out_buf)));
	memset(ssl.MBEDTLS_PRIVATE(in_buf), 7, 16384);
	ask(&w, GET("/"));
	assert_true(answered(&w));
	for (unsigned i = 0; i < 16384; i++)
		assert_int_equal(ssl.MBEDTLS_PRIVATE(in_buf)[i], 7);
	mbedtls_ssl_free(&ssl);
	assert_int_equal(lend->left, lend->count);
	world_close(&w);
	close_server();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echoes),
		cmocka_unit_test(split_at_every_byte),
		cmocka_unit_test(handshakes_split_at_every_byte),
		cmocka_unit_test(half_a_message),
		cmocka_unit_test(nothing_worth_reading),
		cmocka_unit_test(stalled_handshakes),
		cmocka_unit_test(stalled_records),
		cmocka_unit_test(stalled_answers),
		cmocka_unit_test(a_record_has_its_time),
		cmocka_unit_test(slow_takers),
		cmocka_unit_test(waiting_for_an_exchange),
		cmocka_unit_test(the_application_takes_its_time),
		cmocka_unit_test(wiped),
		cmocka_unit_test(own_buffers),
		cmocka_unit_test(accounts),
		cmocka_unit_test(no_memory_for_a_context),
		cmocka_unit_test(another_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
