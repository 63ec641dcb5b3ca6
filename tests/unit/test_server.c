/*
 * A server with real sockets: ports, addresses, threads, the post queue, who has to go.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <hatch_port.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static struct hatch_port platform;
static atomic_int logged;

static void count_lines(enum hatch_level level, const char *line)
{
	(void)level;
	(void)line;
	logged++;
}

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", hello) };

static struct hatch_config plain_config(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	platform = hatch_default_port;
	platform.log = count_lines;
	config.routes = routes;
	config.route_count = 1;
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.platform = &platform;
	return config;
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in in;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	struct timeval patience = { 20, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

/* The server polls while the client, on the same thread, does one thing after the other. */
static void poll_some(struct hatch *srv)
{
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(hatch_poll(srv, 1), 0);
}

/* 1 answered, 0 closed */
static int ask(struct hatch *srv, int fd)
{
	char answer[512];
	(void)send(fd, GET, sizeof(GET) - 1, MSG_NOSIGNAL);
	if (srv != NULL)
		poll_some(srv);
	ssize_t got = recv(fd, answer, sizeof(answer), 0);
	return got > 15 && memcmp(answer, "HTTP/1.1 200 OK", 15) == 0;
}

static void ports_and_addresses(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *one, *two, *three;
	(void)state;
	assert_int_equal(hatch_open(&one, &config), 0);
	assert_int_equal(hatch_open(&two, &config), 0);
	assert_true(hatch_bound_port(one, false) != hatch_bound_port(two, false));
	assert_int_equal(hatch_bound_port(one, true), 0);
	int fd = connect_to(hatch_bound_port(two, false));
	assert_true(ask(two, fd));
	close(fd);
	config.plain_port = hatch_bound_port(one, false);
	assert_int_equal(hatch_open(&three, &config), HATCH_EADDR);
	assert_null(three);
	config.plain_port = HATCH_PORT_ANY;
	config.address = "192.0.2.1"; /* not ours: RFC 5737 */
	assert_int_equal(hatch_open(&three, &config), HATCH_EADDR);
	config.address = "nonsense";
	assert_int_equal(hatch_open(&three, &config), HATCH_EADDR);
	config.address = "127.0.0.1,127.0.0.2";
	assert_int_equal(hatch_open(&three, &config), 0);
	hatch_close(three);
	config.address = "127.0.0.1,127.0.0.2,127.0.0.3";
	assert_int_equal(hatch_open(&three, &config), HATCH_EINVAL);
	hatch_close(one);
	hatch_close(two);
	hatch_close(NULL);
}

static void the_longest_idle_makes_room(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	struct hatch_stats stats;
	int fd[3];
	(void)state;
	config.max_conns = 2;
	assert_int_equal(hatch_open(&srv, &config), 0);
	for (unsigned i = 0; i < 2; i++) {
		fd[i] = connect_to(hatch_bound_port(srv, false));
		assert_true(ask(srv, fd[i]));
		struct timespec pause = { 0, 5000000 };
		nanosleep(&pause, NULL);
	}
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.evicted, 0);
	assert_int_equal(stats.conns_idle, 2);
	fd[2] = connect_to(hatch_bound_port(srv, false));
	assert_true(ask(srv, fd[2]));
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.evicted, 1);
	assert_false(ask(srv, fd[0])); /* the one that had been idle for longer */
	assert_true(ask(srv, fd[1]));
	for (unsigned i = 0; i < 3; i++)
		close(fd[i]);
	hatch_close(srv);
}

/* Nobody is idle: newcomers wait, and are served when somebody leaves. */
static void newcomers_wait(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	config.max_conns = 1;
	assert_int_equal(hatch_open(&srv, &config), 0);
	int busy = connect_to(hatch_bound_port(srv, false));
	assert_int_equal(send(busy, "GET / ", 6, 0), 6);
	poll_some(srv);
	int waiting = connect_to(hatch_bound_port(srv, false));
	(void)send(waiting, GET, sizeof(GET) - 1, 0);
	poll_some(srv);
	char byte;
	assert_int_equal(recv(waiting, &byte, 1, MSG_DONTWAIT), -1);
	close(busy);
	poll_some(srv);
	assert_int_equal(recv(waiting, &byte, 1, 0), 1);
	close(waiting);
	hatch_close(srv);
}

static void a_client_has_its_share(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	struct hatch_stats stats;
	int fd[3];
	(void)state;
	config.max_conns = 8;
	config.client_conns = 2;
	assert_int_equal(hatch_open(&srv, &config), 0);
	for (unsigned i = 0; i < 3; i++) {
		fd[i] = connect_to(hatch_bound_port(srv, false));
		(void)send(fd[i], "GET / ", 6, MSG_NOSIGNAL); /* busy: not to be evicted */
		poll_some(srv);
	}
	hatch_get_stats(srv, &stats);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(stats.conns, 2);
	for (unsigned i = 0; i < 3; i++)
		close(fd[i]);
	hatch_close(srv);
}

/* ---- threads ---- */

static atomic_int called, called_without;

static void count_call(struct hatch *srv, void *arg)
{
	(void)arg;
	called++;
	if (srv == NULL)
		called_without++;
}

static void a_full_queue_says_so(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	called = called_without = 0;
	config.posts = 3;
	assert_int_equal(hatch_open(&srv, &config), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(hatch_post(srv, count_call, NULL), 0);
	assert_int_equal(hatch_post(srv, count_call, NULL), HATCH_EFULL);
	assert_int_equal(hatch_post(srv, NULL, NULL), HATCH_EINVAL);
	assert_int_equal(hatch_poll(srv, 0), 0);
	assert_int_equal(called, 3);
	assert_int_equal(hatch_post(srv, count_call, NULL), 0);
	hatch_close(srv);
	assert_int_equal(called, 4); /* exactly once, and told that there is no server */
	assert_int_equal(called_without, 1);
}

enum { POSTERS = 4, POSTS = 2000 };

static void *post_many(void *arg)
{
	struct hatch *srv = arg;
	for (unsigned i = 0; i < POSTS; i++)
		while (hatch_post(srv, count_call, NULL) == HATCH_EFULL) {
			struct timespec pause = { 0, 10000 };
			nanosleep(&pause, NULL);
		}
	return NULL;
}

static void posts_from_threads(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	pthread_t threads[POSTERS];
	(void)state;
	called = called_without = 0;
	assert_int_equal(hatch_start(&srv, &config, NULL), 0);
	for (unsigned i = 0; i < POSTERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, post_many, srv), 0);
	int fd = connect_to(hatch_bound_port(srv, false));
	for (unsigned i = 0; i < 50; i++)
		assert_true(ask(NULL, fd)); /* requests go on meanwhile */
	for (unsigned i = 0; i < POSTERS; i++)
		pthread_join(threads[i], NULL);
	close(fd);
	hatch_close(srv); /* stops and joins */
	assert_int_equal(called, POSTERS * POSTS);
}

static struct hatch *to_stop;

static void on_alarm(int number)
{
	(void)number;
	hatch_stop(to_stop);
}

static void stopped_by_a_signal(void **state)
{
	struct hatch_config config = plain_config();
	struct sigaction action;
	(void)state;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	assert_int_equal(hatch_open(&to_stop, &config), 0);
	alarm(1);
	assert_int_equal(hatch_run(to_stop), 0);
	hatch_close(to_stop);
}

/* ---- timers ---- */

static void timers(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	called = 0;
	config.timers = 1;
	assert_int_equal(hatch_open(&srv, &config), 0);
	assert_int_equal(hatch_every(srv, 0, count_call, NULL), HATCH_EINVAL);
	assert_int_equal(hatch_every(srv, 10, count_call, NULL), 0);
	assert_int_equal(hatch_every(srv, 10, count_call, NULL), HATCH_EFULL);
	for (unsigned i = 0; called < 3 && i < 5000; i++)
		assert_int_equal(hatch_poll(srv, HATCH_FOREVER), 0);
	assert_int_equal(called, 3);
	hatch_close(srv);
}

/* ---- a platform that fails ---- */

static int no_net(void **net, size_t max)
{
	(void)max;
	*net = NULL;
	return HATCH_EPORT;
}

static int no_task(void **task, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	(void)run;
	(void)arg;
	(void)how;
	*task = NULL;
	return HATCH_EPORT;
}

static void *no_alloc(size_t size)
{
	(void)size;
	return NULL;
}

static void platforms_that_fail(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	logged = 0;
	platform.net_open = no_net;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EPORT);
	assert_null(srv);
	config = plain_config();
	platform.spawn = no_task;
	assert_int_equal(hatch_start(&srv, &config, NULL), HATCH_EPORT);
	assert_null(srv);
	config = plain_config();
	platform.alloc = no_alloc;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	assert_null(srv);
	assert_int_equal(logged, 4); /* the second was open already, and said where */
}

/* ---- the store ---- */

static void store(void **state)
{
	char folder[] = "/tmp/hatch-store-XXXXXX", got[16], command[64];
	size_t len = sizeof(got);
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "%s/deep/er", folder);
	setenv("HATCH_STORE", command, 1);
	assert_int_equal(hatch_default_port.store_get("key", got, &len), HATCH_EGONE);
	assert_int_equal(hatch_default_port.store_put("key", "value", 5), 0);
	assert_int_equal(hatch_default_port.store_get("key", got, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(got, "value", 5);
	assert_int_equal(hatch_default_port.store_put("key", "v2", 2), 0);
	len = 2;
	assert_int_equal(hatch_default_port.store_get("key", got, &len), 0);
	len = 1;
	assert_int_equal(hatch_default_port.store_get("key", got, &len), HATCH_EBIG);
	assert_int_equal(hatch_default_port.store_put("../key", "x", 1), HATCH_EINVAL);
	assert_int_equal(hatch_default_port.store_put("", "x", 1), HATCH_EINVAL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_and_addresses),
		cmocka_unit_test(the_longest_idle_makes_room),
		cmocka_unit_test(newcomers_wait),
		cmocka_unit_test(a_client_has_its_share),
		cmocka_unit_test(a_full_queue_says_so),
		cmocka_unit_test(posts_from_threads),
		cmocka_unit_test(stopped_by_a_signal),
		cmocka_unit_test(timers),
		cmocka_unit_test(platforms_that_fail),
		cmocka_unit_test(store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
