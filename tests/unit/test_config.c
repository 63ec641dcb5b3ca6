/*
 * test_config.c - the defaults, and everything that hatch_open() refuses with a sentence
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/server.h"

static char line[256];
static unsigned lines, allocs;
static struct hatch_port platform;

static void keep_line(enum hatch_level level, const char *text)
{
	(void)level;
	lines++;
	snprintf(line, sizeof(line), "%s", text);
}

static void *count_alloc(size_t size)
{
	allocs++;
	return malloc(size);
}

static int hello(struct hatch_req *req)
{
	return hatch_send_empty(req, 204);
}

static int no_identity(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	(void)into;
	(void)from;
	return HATCH_EIDENT;
}

static const struct hatch_policy of_worker = { .worker = true };
static const struct hatch_policy of_small = { .body_max = 100 }, of_large = { .body_max = 5000 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", hello),
	HATCH_ROUTE_WITH(HATCH_PUT, "/small", hello, NULL, &of_small),
};
static const struct hatch_route slow[] = { HATCH_ROUTE_WITH(
	HATCH_GET, "/", hello, NULL, &of_worker) };
static const struct hatch_group slow_groups[] = { HATCH_GROUP_WITH("/a", routes, &of_worker) };
static const struct hatch_group slow_routes[] = { HATCH_GROUP("/a", slow) };
static const struct hatch_group large_groups[] = { HATCH_GROUP_WITH("/a", routes, &of_large) };
static const struct hatch_identity sourceless = { .cert = { "x", 1 } };
static const struct hatch_identity bad_identity = { .source = no_identity };
static _Alignas(max_align_t) unsigned char block[1 << 18];

static struct hatch_config good(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	platform = hatch_default_port;
	platform.log = keep_line;
	platform.alloc = count_alloc;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.port = HATCH_PORT_NONE;
	config.platform = &platform;
	return config;
}

/* It is refused with this error and this sentence, by both who look at it. */
static void refused_with(const struct hatch_config *config, int error, const char *sentence)
{
	struct hatch *srv = (struct hatch *)block;
	lines = allocs = 0;
	assert_int_equal(hatch_open(&srv, config), error);
	assert_null(srv);
	assert_int_equal(lines, 1);
	assert_int_equal(allocs, 0);
	if (strstr(line, sentence) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", sentence, line);
	assert_int_equal(hatch_memory_needed(config), 0);
}

#define REFUSED(member, value, error, sentence)                                                    \
	do {                                                                                       \
		struct hatch_config changed = good();                                              \
		changed.member = (value);                                                          \
		refused_with(&changed, (error), (sentence));                                       \
	} while (0)

static const struct hatch_workers one_worker = HATCH_WORKERS(1), no_worker = HATCH_WORKERS(0);

static void what_needs_more(void **state)
{
	struct hatch_config config = good();
	(void)state;
	REFUSED(identities, &sourceless, HATCH_EINVAL, "config.identities without identity_count");
	REFUSED(identity_count, 1, HATCH_EINVAL, "config.identity_count");
	REFUSED(client_certs, HATCH_CLIENT_CERTS_OPTIONAL, HATCH_EINVAL,
		"config.client_certs needs");
	REFUSED(client_ca, hatch_str("x"), HATCH_EINVAL, "config.client_ca without client_certs");
	config.routes = slow;
	config.route_count = 1;
	refused_with(&config, HATCH_EINVAL, "there are no config.workers");
	config = good();
	config.group_count = 1;
	config.groups = slow_groups;
	refused_with(&config, HATCH_EINVAL, "there are no config.workers");
	config.groups = slow_routes;
	refused_with(&config, HATCH_EINVAL, "there are no config.workers");
	config.workers = &no_worker;
	refused_with(&config, HATCH_EINVAL, "config.workers has no source");
	config.workers = &one_worker;
	assert_true(hatch_memory_needed(&config) > 0);
}

static void values(void **state)
{
	(void)state;
	REFUSED(port, -3, HATCH_EINVAL, "config.port");
	REFUSED(port, 65536, HATCH_EINVAL, "config.port");
	REFUSED(plain_port, -3, HATCH_EINVAL, "config.port");
	REFUSED(plain_port, 65536, HATCH_EINVAL, "config.port");
	REFUSED(port, 443, HATCH_EINVAL, "config.identity is needed");
	REFUSED(identity, &sourceless, HATCH_EINVAL, "config.identity has no source");
	REFUSED(tls_min, 0x0302, HATCH_EINVAL, "config.tls_min");
	REFUSED(tls_max, 0x0305, HATCH_EINVAL, "config.tls_min");
	REFUSED(tls_max, 0x0302, HATCH_EINVAL, "config.tls_min");
	REFUSED(max_head, 127, HATCH_EINVAL, "config.max_head");
	REFUSED(max_line, 6145, HATCH_EINVAL, "config.max_head");
	REFUSED(copy_max, 255, HATCH_EINVAL, "config.copy_max");
	REFUSED(max_requests, 9, HATCH_EINVAL, "config.max_requests");
	REFUSED(plain_handler, hello, HATCH_EINVAL, "config.plain_handler");
	REFUSED(address, "a,b,c", HATCH_EINVAL, "config.address");
	REFUSED(memory, block + 1, HATCH_EINVAL, "config.memory is not aligned");
	REFUSED(routes, NULL, HATCH_EINVAL, "route_count without routes");
	REFUSED(group_count, 1, HATCH_EINVAL, "group_count without groups");

	REFUSED(max_live, 8, HATCH_EINVAL, "config.max_live is below max_conns");

	struct hatch_config config = good();
	config.max_live = 7;
	config.live_buffer = 255;
	refused_with(&config, HATCH_EINVAL, "config.live_buffer");
	config.live_buffer = 256;
	config.live_piece = 127;
	refused_with(&config, HATCH_EINVAL, "config.live_buffer");
	config.live_piece = 128;
	config.publish_queue = 240;
	refused_with(&config, HATCH_EINVAL, "config.publish_queue");
	config = good();
	config.tls_min = 0x0304;
	config.tls_max = 0x0303;
	refused_with(&config, HATCH_EINVAL, "config.tls_min");
}

/* One less than what is refused is taken. */
static void last_good_values(void **state)
{
	struct hatch_config config = good(), out;
	const char *why;
	(void)state;
	config.max_head = config.max_line = 128;
	config.copy_max = 256;
	config.max_requests = config.max_conns = 3;
	config.plain_port = 65535;
	config.plain_handler = hello;
	config.address = "a,b";
	config.memory = block;
	config.tls_min = config.tls_max = 0x0304;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
	assert_null(why);
	config.tls_min = config.tls_max = 0x0303;
	config.max_live = 2;
	config.live_buffer = 256;
	config.live_piece = 128;
	config.publish_queue = 256;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
}

/* None of it without live connections; and with them what the header says. */
static void live_memory(void **state)
{
	struct hatch_config config = good();
	(void)state;
	size_t without = hatch_memory_needed(&config);
	config.live_buffer = 4096;
	assert_int_equal(hatch_memory_needed(&config), without);
	config.max_live = 2;
	config.live_piece = 512;
	config.publish_queue = 1024;
	size_t two = hatch_memory_needed(&config);
	config.max_live = 3;
	size_t one = hatch_memory_needed(&config) - two;
	assert_true(one >= 4096 + 512 + sizeof(struct hx_live));
	assert_true(one <= 4096 + 512 + 16 + sizeof(struct hx_live) + 16);
	size_t both = 2 * one + 1024;
	assert_true(two - without + 32 >= both && two - without <= both + 32);
}

static void defaults(void **state)
{
	struct hatch_config config = good(), out;
	const char *why;
	(void)state;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
	assert_int_equal(out.port, HATCH_PORT_NONE);
	assert_int_equal(out.plain_port, HATCH_PORT_NONE);
	assert_int_equal(out.max_conns, HATCH_MAX_CONNS);
	assert_int_equal(out.client_conns, 6);
	assert_int_equal(out.max_requests, 4);
	assert_int_equal(out.log_level, HATCH_INFO);
	assert_int_equal(out.idle_ms, HATCH_IDLE_MS);
	config.max_conns = 20;
	config.log_level = HATCH_QUIET;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
	assert_int_equal(out.client_conns, 18);
	assert_int_equal(out.max_requests, 10);
	assert_int_equal(out.log_level, 0);
	config.max_conns = 1;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
	assert_int_equal(out.client_conns, 6);
	assert_int_equal(out.max_requests, 1);
	config.identity = &bad_identity;
	config.port = 0;
	assert_int_equal(hx_config_complete(&out, &config, &why), 0);
	assert_int_equal(out.port, 443);
}

static void quiet(void **state)
{
	struct hatch_config config = good();
	struct hatch *srv;
	(void)state;
	lines = 0;
	config.log_level = HATCH_QUIET;
	config.copy_max = 1;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	assert_int_equal(lines, 0);
}

/* What is measured is what is taken: of the given block, or in one allocation. */
static void memory(void **state)
{
	struct hatch_config config = good();
	struct hatch_stats stats;
	struct hatch *srv;
	(void)state;
	size_t needed = hatch_memory_needed(&config);
	config.groups = large_groups;
	config.group_count = 1;
	assert_int_equal(hx_config_body_size(&config), 5000);
	assert_true(hatch_memory_needed(&config) >= needed + 2 * 4800);
	config.group_count = 0;
	assert_int_equal(hx_config_body_size(&config), 100);

	assert_true(needed < sizeof(block));
	config.memory = block;
	config.memory_len = needed - 1;
	lines = allocs = 0;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	assert_null(srv);
	char number[24];
	snprintf(number, sizeof(number), " %lu bytes", (unsigned long)needed);
	assert_non_null(strstr(line, number));

	memset(block, 0xa5, sizeof(block));
	config.memory_len = needed;
	assert_int_equal(hatch_open(&srv, &config), 0);
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.memory, needed);
	hatch_close(srv);
	assert_int_equal(allocs, 0);
	for (size_t i = needed; i < sizeof(block); i++)
		assert_int_equal(block[i], 0xa5);

	config.memory = NULL;
	assert_int_equal(hatch_open(&srv, &config), 0);
	hatch_close(srv);
	assert_int_equal(allocs, 1);
}

/* A failure in the middle of opening leaves nothing behind (the sanitizers look). */
static void undone(void **state)
{
	struct hatch_config config = good();
	struct hatch *srv;
	(void)state;
	config.identity = &bad_identity;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EIDENT);
	assert_null(srv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_needs_more),
		cmocka_unit_test(values),
		cmocka_unit_test(last_good_values),
		cmocka_unit_test(live_memory),
		cmocka_unit_test(defaults),
		cmocka_unit_test(quiet),
		cmocka_unit_test(memory),
		cmocka_unit_test(undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
