/*
 * test_sockets.c - the port over real sockets: both families, resets, and no descriptor left
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hatch_port.h"
#include "port/bsd_sockets.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static struct hatch_port platform;
static char log_lines[4096];
static char peer[64];

static void keep_line(enum hatch_level level, const char *line)
{
	size_t len = strlen(log_lines);
	(void)level;
	snprintf(log_lines + len, sizeof(log_lines) - len, "%s\n", line);
}

static int whoami(struct hatch_req *req)
{
	struct hatch_span who = hatch_peer(req);
	snprintf(peer, sizeof(peer), "%.*s", (int)who.len, who.ptr);
	return hatch_send_text(req, 200, peer);
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", whoami) };

static struct hatch *open_at(const char *address)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *srv;
	platform = hatch_default_port;
	platform.log = keep_line;
	log_lines[0] = peer[0] = '\0';
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = address;
	config.platform = &platform;
	config.log_level = HATCH_DEBUG;
	return hatch_open(&srv, &config) == 0 ? srv : NULL;
}

/* -1: this machine has no such family */
static int connect_to(int family, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	int ret = family == AF_INET ? connect(fd, (struct sockaddr *)&in, sizeof(in))
				    : connect(fd, (struct sockaddr *)&in6, sizeof(in6));
	if (ret == 0)
		return fd;
	close(fd);
	return -1;
}

static bool asked(struct hatch *srv, int fd)
{
	char answer[512];
	assert_int_equal(send(fd, GET, sizeof(GET) - 1, MSG_NOSIGNAL), sizeof(GET) - 1);
	for (unsigned i = 0; i < 50; i++) {
		assert_int_equal(hatch_poll(srv, 1), 0);
		ssize_t got = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (got > 12)
			return memcmp(answer, "HTTP/1.1 200", 12) == 0;
	}
	return false;
}

static void one_address(void **state)
{
	struct hatch *srv = open_at("127.0.0.1");
	(void)state;
	assert_non_null(srv);
	int fd = connect_to(AF_INET, hatch_bound_port(srv, false));
	assert_true(fd >= 0 && asked(srv, fd));
	assert_string_equal(peer, "127.0.0.1");
	assert_int_equal(connect_to(AF_INET6, hatch_bound_port(srv, false)), -1);
	close(fd);
	hatch_close(srv);
}

static void one_address_of_ipv6(void **state)
{
	struct hatch *srv = open_at("::1");
	(void)state;
	if (srv == NULL)
		skip(); /* no IPv6 on this machine */
	int fd = connect_to(AF_INET6, hatch_bound_port(srv, false));
	assert_true(fd >= 0 && asked(srv, fd));
	assert_string_equal(peer, "::1");
	assert_int_equal(connect_to(AF_INET, hatch_bound_port(srv, false)), -1);
	close(fd);
	hatch_close(srv);
}

/* One socket takes both; an IPv4 client is called by its IPv4 address. */
static void all_addresses(void **state)
{
	struct hatch *srv = open_at(NULL);
	(void)state;
	assert_non_null(srv);
	int fd = connect_to(AF_INET, hatch_bound_port(srv, false));
	assert_true(fd >= 0 && asked(srv, fd));
	assert_string_equal(peer, "127.0.0.1");
	close(fd);
	fd = connect_to(AF_INET6, hatch_bound_port(srv, false));
	if (fd >= 0) {
		assert_true(asked(srv, fd));
		assert_string_equal(peer, "::1");
		close(fd);
	}
	hatch_close(srv);
}

static void addresses_in_words(void **state)
{
	struct hatch_address out;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(4711) };
	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr), 1);
	hx_bsd_address(&out, &in6);
	assert_string_equal(out.text, "192.0.2.7");
	assert_int_equal(out.port, 4711);
	static const char longest[] = "2001:db8:1111:2222:3333:4444:5555:6666";
	assert_int_equal(inet_pton(AF_INET6, longest, &in6.sin6_addr), 1);
	hx_bsd_address(&out, &in6);
	assert_string_equal(out.text, longest);
	assert_memory_equal(out.bytes, &in6.sin6_addr, 16);
}

/* The client's machine says that there is no such connection any more. */
static void a_reset(void **state)
{
	struct hatch *srv = open_at("127.0.0.1");
	struct hatch_stats stats;
	struct linger now = { 1, 0 };
	(void)state;
	assert_non_null(srv);
	int fd = connect_to(AF_INET, hatch_bound_port(srv, false));
	assert_true(fd >= 0 && asked(srv, fd));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(fd);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(hatch_poll(srv, 1), 0);
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.conns, 0);
	assert_non_null(strstr(log_lines, hatch_strerror(HATCH_EGONE)));
	hatch_close(srv);
}

/* ---- no descriptor left ---- */

static int lowest_free(void)
{
	int fd = dup(0);
	assert_true(fd >= 0);
	close(fd);
	return fd;
}

/*
 * accept() fails: the idle connection goes, whose descriptor the newcomer then gets, after a pause
 * in which nobody asks again.
 */
static void no_descriptor_left(void **state)
{
	struct hatch *srv = open_at("127.0.0.1");
	struct hatch_stats stats;
	struct rlimit before, few;
	(void)state;
	assert_non_null(srv);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	int idle = connect_to(AF_INET, hatch_bound_port(srv, false));
	assert_true(idle >= 0 && asked(srv, idle));
	int late = connect_to(AF_INET, hatch_bound_port(srv, false));
	assert_true(late >= 0);
	few = before;
	few.rlim_cur = (rlim_t)lowest_free();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	bool served = asked(srv, late);
	for (unsigned i = 0; !served && i < 100; i++) {
		char answer[512];
		assert_int_equal(hatch_poll(srv, 10), 0);
		served = recv(late, answer, sizeof(answer), MSG_DONTWAIT) > 12;
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(served);
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.evicted, 1);
	const char *line = strstr(log_lines, "cannot accept");
	assert_non_null(line);
	assert_null(strstr(line + 1, "cannot accept"));
	close(idle);
	close(late);
	hatch_close(srv);
}

/* One socket for each connection, the listener, and to be woken with: no more are promised. */
static void no_more_connections_than_sockets(void **state)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct rlimit before, few;
	struct hatch *srv;
	(void)state;
	platform = hatch_default_port;
	platform.log = keep_line;
	log_lines[0] = '\0';
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.platform = &platform;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)lowest_free() + 30;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	config.max_conns = (uint16_t)(few.rlim_cur - 1);
	int too_many = hatch_open(&srv, &config);
	config.max_conns = (uint16_t)(few.rlim_cur - 2);
	int enough = hatch_open(&srv, &config);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(too_many, HATCH_EBIG);
	assert_non_null(strstr(log_lines, "the platform has fewer"));
	assert_int_equal(enough, 0);
	hatch_close(srv);
}

/* ---- the port itself ---- */

static void waiting(void **state)
{
	struct hatch_wait set[3] = { { -1, HATCH_WAIT_RX, 0 }, { -1, HATCH_WAIT_RX, 0 },
		{ -1, HATCH_WAIT_RX, 0 } };
	int pair[2];
	void *net;
	(void)state;
	assert_int_equal(hx_bsd_net_open(&net, 2), 0);
	assert_int_equal(hx_bsd_wait(net, set, 3, 0), HATCH_EINVAL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	set[0] = (struct hatch_wait){ pair[0], HATCH_WAIT_RX, 9 };
	set[1] = (struct hatch_wait){ pair[1], 0, 9 };
	assert_int_equal(hx_bsd_wait(net, set, 2, 0), 0);
	assert_int_equal(set[0].ready, 0);
	assert_int_equal(set[1].ready, 0);
	assert_int_equal(hx_bsd_send(pair[1], "x", 1), 1);
	set[0].want = HATCH_WAIT_RX | HATCH_WAIT_TX;
	assert_int_equal(hx_bsd_wait(net, set, 2, HATCH_FOREVER), 0);
	assert_int_equal(set[0].ready, HATCH_WAIT_RX | HATCH_WAIT_TX);
	hx_bsd_wake(net); /* before the wait: it is not lost */
	set[0].want = 0;
	assert_int_equal(hx_bsd_wait(net, set, 2, HATCH_FOREVER), 0);
	char byte;
	assert_int_equal(hx_bsd_recv(pair[0], &byte, 1), 1);
	close(pair[1]);
	assert_int_equal(hx_bsd_recv(pair[0], &byte, 1), 0);
	assert_int_equal(hx_bsd_send(pair[0], "x", 1), HATCH_EGONE); /* and no SIGPIPE */
	close(pair[0]);
	hx_bsd_net_close(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address),
		cmocka_unit_test(one_address_of_ipv6),
		cmocka_unit_test(all_addresses),
		cmocka_unit_test(addresses_in_words),
		cmocka_unit_test(a_reset),
		cmocka_unit_test(no_descriptor_left),
		cmocka_unit_test(no_more_connections_than_sockets),
		cmocka_unit_test(waiting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
