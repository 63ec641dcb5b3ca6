/*
 * Spare keys: used once, refilled in quiet moments, wiped, and done without.
 * SPDX-License-Identifier: MIT
 *
 * In a build with the library's own arithmetic there are none, and those tests are skipped.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <psa/crypto.h>

#include "../../src/server/server.h"
#include "../../src/tls/mbedtls_shared.h"
#include "app.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: sim\r\n\r\n"

static struct hatch *srv;
static struct hx_spares *spares;

static void open_one(struct hatch_config *config)
{
	world_reset();
	app_configure(config);
	config->max_conns = 4;
	memset(&tls_options, 0, sizeof(tls_options));
	tls_client_forget();
	srv = app_open(config);
	spares = &srv->tls->spares;
}

static void open_or_skip(void)
{
	struct hatch_config config;
	open_one(&config);
	if (hx_tls_spare_wait_ms(srv->tls, world_now) == HATCH_FOREVER) {
		hatch_close(srv);
		skip();
	}
}

static void fill(void)
{
	while (hx_tls_spare_wait_ms(srv->tls, world_now) != HATCH_FOREVER) {
		world_now += hx_tls_spare_wait_ms(srv->tls, world_now);
		hx_tls_spare_make(srv->tls, world_now);
	}
}

static void close_one(void)
{
	app_check_idle(srv);
	hatch_close(srv);
}

/* ---- once ---- */

static unsigned u16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* The X25519 share in what the server has sent: in its first message, or the second of TLS 1.2. */
static const unsigned char *share_of(const struct line *down, int version)
{
	const unsigned char *at = down->bytes, *end = at + down->len;
	if (version == 0x0303) { /* ServerKeyExchange: named_curve, x25519, 32 bytes */
		for (; end - at >= 9 + 4 + 32; at += 5 + u16(at + 3))
			if (at[0] == 22 && at[5] == 12)
				return at[9] == 3 && u16(at + 10) == 29 ? at + 13 : NULL;
		return NULL;
	}
	if (end - at < 80 || at[5] != 2)
		return NULL;
	at += 9 + 34 + 1 + at[9 + 34] + 3 + 2;
	for (; end - at >= 8 + 32; at += 4 + u16(at + 2))
		if (u16(at) == 51)
			return u16(at + 4) == 29 ? at + 8 : NULL;
	return NULL;
}

/* A handshake up to the server's share, and no further. */
static void abort_one(int version, uint32_t seed, unsigned char share[32])
{
	struct world w;
	const unsigned char *found = NULL;
	tls_options.version = version;
	world_connect(&w, srv, true, seed);
	while (found == NULL && world_once(&w))
		found = share_of(&w.down, version);
	assert_non_null(found);
	memcpy(share, found, 32);
	w.up.ended = w.up.stopped = true;
	(void)world_settle(&w);
	world_close(&w);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static void no_key_twice(void **state)
{
	const size_t count = getenv("HATCH_LONG") != NULL ? 10000 : 400;
	unsigned char(*shares)[32] = calloc(count, sizeof(*shares));
	struct hatch_config config;
	(void)state;
	assert_non_null(shares);
	open_one(&config);
	for (size_t i = 0; i < count; i++) {
		abort_one(i % 2 == 0 ? 0x0304 : 0x0303, (uint32_t)i + 1, shares[i]);
		/* Some find a spare key, some do not. */
		world_now += 7;
		for (size_t n = 0; n < i % 5; n++)
			if (hx_tls_spare_wait_ms(srv->tls, world_now) == 0)
				hx_tls_spare_make(srv->tls, world_now);
	}
	qsort(shares, count, sizeof(*shares), compare);
	for (size_t i = 1; i < count; i++)
		assert_memory_not_equal(shares[i - 1], shares[i], 32);
	if (spares->made > 0) {
		assert_true(spares->taken > count / 8 && spares->taken < count / 2);
		assert_int_equal(spares->made, spares->taken + spares->count);
	}
	free(shares);
	close_one();
}

/* The share is the pair's, whose place is wiped before the client has said another word. */
static void a_pair_is_used_up(void **state)
{
	static const struct hx_spare nothing;
	unsigned char share[32];
	(void)state;
	open_or_skip();
	for (int version = 0x0303; version <= 0x0304; version++) {
		fill();
		assert_int_equal(spares->count, HX_SPARES);
		for (unsigned left = HX_SPARES; left-- > 0;) {
			struct hx_spare pair = spares->pair[left];
			abort_one(version, left + 1, share);
			assert_memory_equal(share, pair.public_key, 32);
			assert_int_equal(spares->count, left);
			assert_memory_equal(&spares->pair[left], &nothing, sizeof(nothing));
			assert_memory_equal(&spares->given, &nothing, sizeof(nothing));
		}
		abort_one(version, 1, share); /* drained */
		assert_int_equal(spares->count, 0);
	}
	close_one();
}

static void visit(int version)
{
	struct world w;
	size_t len;
	tls_options.version = version;
	world_connect(&w, srv, true, 3);
	world_say(&w, GET("/"), strlen(GET("/")));
	assert_true(world_settle(&w));
	assert_memory_equal(world_heard(&w, &len), "HTTP/1.1 200 OK", 15);
	world_close(&w);
}

static void whole_handshakes(void **state)
{
	(void)state;
	open_or_skip();
	for (int version = 0x0303; version <= 0x0304; version++) {
		fill();
		uint32_t taken = spares->taken;
		for (unsigned i = 0; i < HX_SPARES + 2; i++) {
			tls_client_forget();
			visit(version);
		}
		assert_int_equal(spares->taken, taken + HX_SPARES);
	}
	close_one();
}

/* ---- and for nothing else ---- */

static void other_keys(void **state)
{
	static const uint16_t p256[] = { MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, 0 };
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t id;
	(void)state;
	open_or_skip();
	fill();
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY));
	psa_set_key_bits(&attributes, 255);
	assert_int_equal(psa_generate_key(&attributes, &id), PSA_SUCCESS);
	assert_int_equal(psa_destroy_key(id), PSA_SUCCESS);
	tls_options.groups = p256;
	visit(0x0303);
	tls_client_forget();
	visit(0x0304);
	tls_options.groups = NULL;
	assert_int_equal(spares->taken, 0);
	assert_int_equal(spares->count, HX_SPARES);
	close_one();
}

/* ---- wiped ---- */

static bool contains(const unsigned char *block, size_t len, const unsigned char *what)
{
	for (size_t i = 0; i + 32 <= len; i++)
		if (memcmp(block + i, what, 32) == 0)
			return true;
	return false;
}

static void wiped_at_close(void **state)
{
	struct hatch_config config;
	struct hx_spare pairs[HX_SPARES];
	(void)state;
	open_or_skip();
	close_one();
	world_reset();
	app_configure(&config);
	config.memory_len = hatch_memory_needed(&config);
	unsigned char *block = config.memory = malloc(config.memory_len);
	assert_non_null(block);
	assert_int_equal(hatch_open(&srv, &config), 0);
	spares = &srv->tls->spares;
	fill();
	memcpy(pairs, spares->pair, sizeof(pairs));
	for (unsigned i = 0; i < HX_SPARES; i++)
		assert_true(contains(block, config.memory_len, pairs[i].secret));
	hatch_close(srv);
	for (unsigned i = 0; i < HX_SPARES; i++) {
		assert_false(contains(block, config.memory_len, pairs[i].secret));
		assert_false(contains(block, config.memory_len, pairs[i].public_key));
	}
	free(block);
}

/* ---- not another process's ---- */

static uint32_t process_number;

static uint32_t this_process(void)
{
	return process_number;
}

static void wiped_after_fork(void **state)
{
	unsigned char share[32];
	struct hx_spare pairs[HX_SPARES];
	(void)state;
	open_or_skip();
	process_number = 1;
	world_platform.process = this_process;
	fill();
	abort_one(0x0304, 1, share);
	assert_int_equal(spares->taken, 1);
	fill();
	memcpy(pairs, spares->pair, sizeof(pairs));
	process_number = 2; /* it takes none of them */
	abort_one(0x0304, 2, share);
	for (unsigned i = 0; i < HX_SPARES; i++) {
		assert_memory_not_equal(share, pairs[i].public_key, 32);
		assert_false(contains((unsigned char *)spares, sizeof(*spares), pairs[i].secret));
	}
	fill();
	process_number = 3; /* and makes none beside them */
	world_now += HX_SPARE_PAUSE_MS;
	abort_one(0x0304, 3, share);
	memcpy(pairs, spares->pair, sizeof(pairs));
	hx_tls_spare_make(srv->tls, world_now);
	assert_int_equal(spares->count, 1);
	abort_one(0x0304, 4, share);
	assert_int_equal(spares->taken, 1); /* its own it does take */
	close_one();
	world_platform.process = NULL;
}

/* The Linux port does tell. */
static void the_port_knows_its_process(void **state)
{
	uint32_t (*process)(void) = hatch_default_port.process;
	int status;
	(void)state;
	uint32_t parent = process();
	pid_t child = fork();
	if (child == 0)
		_exit(process() == parent ? 1 : 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(process(), parent);
}

/* ---- the loop ---- */

static uint32_t waited;
static bool somebody_is_there;

/* Time passes in here alone. */
static int wait_in_virtual_time(void *net, struct hatch_wait *set, size_t count, uint32_t ms)
{
	(void)net;
	waited = ms;
	world_now += somebody_is_there || ms == HATCH_FOREVER ? 0 : ms;
	for (size_t i = 0; i < count; i++)
		set[i].ready = 0;
	set[0].ready = somebody_is_there ? HATCH_WAIT_RX : 0;
	return 0;
}

static void refills_in_quiet_rounds(void **state)
{
	(void)state;
	open_or_skip();
	world_platform.wait = wait_in_virtual_time;
	somebody_is_there = true;
	for (unsigned i = 0; i < 10; i++) {
		world_now += 1000;
		assert_int_equal(hatch_poll(srv, 0), 0);
	}
	assert_int_equal(spares->made, 0);
	somebody_is_there = false;
	uint32_t begin = world_now;
	for (unsigned i = 0; spares->count < HX_SPARES; i++) {
		assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
		assert_int_equal(spares->made, i + 1); /* one in a round */
		assert_true(world_now - begin >= i * HX_SPARE_PAUSE_MS);
		assert_true(waited <= HX_SPARE_PAUSE_MS);
	}
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(waited, HATCH_FOREVER); /* nobody wakes for nothing */
	assert_int_equal(spares->made, HX_SPARES);
	/* One is gone; a round that may not wait so long makes none. */
	unsigned char share[32];
	world_now += 1000;
	abort_one(0x0304, 1, share);
	spares->made_at = world_now;
	assert_int_equal(hatch_poll(srv, HX_SPARE_PAUSE_MS / 2), 0);
	assert_int_equal(spares->count, HX_SPARES - 1);
	assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(waited, HX_SPARE_PAUSE_MS / 2);
	assert_int_equal(spares->count, HX_SPARES);
	hatch_close(srv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_twice),
		cmocka_unit_test(a_pair_is_used_up),
		cmocka_unit_test(whole_handshakes),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(wiped_at_close),
		cmocka_unit_test(wiped_after_fork),
		cmocka_unit_test(the_port_knows_its_process),
		cmocka_unit_test(refills_in_quiet_rounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
