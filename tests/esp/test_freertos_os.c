/*
 * test_freertos_os.c - ESP-IDF's port: tasks, random numbers, memory, addresses, log, and a server
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <esp_heap_caps.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "hatch_port.h"
#include "port/bsd_sockets.h"
#include "standin.h"

static const struct hatch_port *port = &hatch_default_port;

static int fresh(void **state)
{
	(void)state;
	standin_reboot();
	return 0;
}

/* Nothing was left behind. */
static int nothing_left(void **state)
{
	(void)state;
	return standin.tasks == 0 && standin.semaphores == 0 ? 0 : -1;
}

/* ---- tasks ---- */

struct job {
	void *task, *seen;
	pthread_t thread;
	bool ran;
};

static void work(void *arg)
{
	struct job *job = arg;
	job->seen = job->task;
	job->thread = pthread_self();
	job->ran = true;
}

static void a_task_as_it_was_asked_for(void **state)
{
	const struct hatch_task any = { .stack = 6144, .priority = 7 };
	const struct hatch_task first = { .stack = 8192, .priority = 24, .core = 1 };
	const struct hatch_task second = { .stack = 8192, .core = 2 };
	struct job job = { 0 };
	(void)state;
	assert_int_equal(port->spawn(&job.task, work, &job, &any), 0);
	port->join(job.task);
	assert_true(job.ran && job.seen == job.task);
	assert_false(pthread_equal(job.thread, pthread_self()));
	assert_string_equal(standin.task.name, "hatch");
	assert_int_equal(standin.task.stack, 6144);
	assert_int_equal(standin.task.priority, 7);
	assert_int_equal(standin.task.core, tskNO_AFFINITY);

	assert_int_equal(port->spawn(&job.task, work, &job, &first), 0);
	port->join(job.task);
	assert_int_equal(standin.task.priority, 24);
	assert_int_equal(standin.task.core, 0);

	assert_int_equal(port->spawn(&job.task, work, &job, &second), 0);
	port->join(job.task);
	assert_int_equal(standin.task.priority, 0);
	assert_int_equal(standin.task.core, 1);
}

/* Each of them would stop the firmware with an assertion of FreeRTOS. */
static void a_task_that_there_cannot_be(void **state)
{
	static const struct hatch_task wrong[] = { { 8192, -1, 0 }, { 8192, 25, 0 },
		{ 8192, 5, -1 }, { 8192, 5, 3 } };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(wrong); i++) {
		struct job job = { 0 };
		standin.log[0] = '\0';
		job.task = &job;
		assert_int_equal(port->spawn(&job.task, work, &job, &wrong[i]), HATCH_EINVAL);
		assert_null(job.task);
		assert_non_null(strstr(standin.log, "priority from 0 to 24, and core is 0 or 1 to "
						    "2, not"));
	}
}

static void no_memory_for_a_task(void **state)
{
	const struct hatch_task how = { .stack = 8192, .priority = 5 };
	struct job job = { 0 };
	void *lock;
	(void)state;
	standin.no_tasks = true;
	assert_int_equal(port->spawn(&job.task, work, &job, &how), HATCH_ENOMEM);
	assert_null(job.task);
	standin.no_tasks = false;
	standin.no_semaphores = true;
	assert_int_equal(port->spawn(&job.task, work, &job, &how), HATCH_ENOMEM);
	assert_null(job.task);
	assert_int_equal(port->lock_open(&lock), HATCH_ENOMEM);
	assert_null(lock);
	assert_int_equal(port->signal_open(&lock), HATCH_ENOMEM);
	assert_null(lock);
	assert_false(job.ran);
}

static unsigned shared_count;

static void count_up(void *lock)
{
	for (unsigned i = 0; i < 10000; i++) {
		port->lock(lock);
		shared_count++;
		port->unlock(lock);
	}
}

static void a_lock_keeps_others_out(void **state)
{
	const struct hatch_task how = { .stack = 8192, .priority = 5 };
	void *lock, *one, *two;
	(void)state;
	shared_count = 0;
	assert_int_equal(port->lock_open(&lock), 0);
	assert_int_equal(port->spawn(&one, count_up, lock, &how), 0);
	assert_int_equal(port->spawn(&two, count_up, lock, &how), 0);
	port->join(one);
	port->join(two);
	port->lock_close(lock);
	assert_int_equal(shared_count, 20000);
}

struct counted {
	void *signal, *lock;
	unsigned seen;
};

static void wait_for_many(void *arg)
{
	struct counted *counted = arg;
	for (unsigned i = 0; i < 5000; i++) {
		port->signal_wait(counted->signal);
		port->lock(counted->lock);
		counted->seen++;
		port->unlock(counted->lock);
	}
}

/* Each that was given is taken by one of those who wait. */
static void signals_are_counted(void **state)
{
	const struct hatch_task how = { .stack = 8192, .priority = 5 };
	struct counted counted = { .seen = 0 };
	void *one, *two;
	(void)state;
	assert_int_equal(port->lock_open(&counted.lock), 0);
	assert_int_equal(port->signal_open(&counted.signal), 0);
	for (unsigned i = 0; i < 1000; i++) /* before anybody waits */
		port->signal_give(counted.signal);
	assert_int_equal(port->spawn(&one, wait_for_many, &counted, &how), 0);
	assert_int_equal(port->spawn(&two, wait_for_many, &counted, &how), 0);
	for (unsigned i = 0; i < 9000; i++)
		port->signal_give(counted.signal);
	port->join(one);
	port->join(two);
	port->signal_close(counted.signal);
	port->lock_close(counted.lock);
	assert_int_equal(counted.seen, 10000);
}

/* ---- what the board has ---- */

static void random_numbers(void **state)
{
	unsigned char one[32] = { 0 }, two[32] = { 0 };
	(void)state;
	assert_int_equal(port->random(one, sizeof(one)), 0);
	assert_int_equal(port->random(two, sizeof(two)), 0);
	assert_memory_not_equal(one, two, sizeof(one));
	standin.random_stuck = true;
	assert_int_equal(port->random(one, 1), HATCH_EPORT);
	assert_non_null(strstr(standin.log, "E hatch: no random numbers yet: start Wi-Fi"));
	standin.random_stuck = false;
	assert_int_equal(port->random(one, sizeof(one)), 0);
}

static void memory(void **state)
{
	struct hatch_heap left;
	(void)state;
	standin.heap_free = 123456;
	standin.heap_largest = 65536;
	port->heap(&left);
	assert_int_equal(left.free, 123456);
	assert_int_equal(left.largest, 65536);
	assert_int_equal(standin.heap_caps, MALLOC_CAP_DEFAULT); /* what malloc() takes from */
	void *block = calloc(1, 100);
	assert_true(hatch_block_size(block) >= 100);
	free(block);
	assert_int_equal(hx_sockets_max(), CONFIG_LWIP_MAX_SOCKETS);
}

static void clocks(void **state)
{
	(void)state;
	uint32_t before = port->now_ms();
	usleep(5000);
	uint32_t passed = port->now_ms() - before;
	assert_true(passed >= 4 && passed < 60000);
	assert_true(port->unix_time() >= 1704067200);
	assert_null(port->cpu_ns);
	assert_false(port->fast_aes());
}

static void log_levels(void **state)
{
	(void)state;
	port->log(HATCH_ERROR, "one 100%");
	port->log(HATCH_WARN, "two");
	port->log(HATCH_INFO, "three");
	port->log(HATCH_DEBUG, "four");
	assert_string_equal(
		standin.log, "E hatch: one 100%\nW hatch: two\nI hatch: three\nD hatch: four\n");
}

static void addresses(void **state)
{
	static const char *const expected[] = { "192.0.2.7", "fe80::1", "2001:db8::7",
		"192.168.4.1", "2001:db8::9" };
	struct hatch_address found[8];
	(void)state;
	standin.netif[0] = (struct standin_netif){ true, "192.0.2.7",
		{ "fe80::1", "2001:db8::7" } };
	standin.netif[1] = (struct standin_netif){ false, "192.0.2.8", { "fe80::2" } };
	standin.netif[2] = (struct standin_netif){ true, "192.168.4.1", { NULL } };
	standin.netif[3] = (struct standin_netif){ true, NULL, { "2001:db8::9" } };
	standin.netifs = 4;
	assert_int_equal(port->addresses(found, 8), 5);
	for (size_t i = 0; i < HATCH_COUNT(expected); i++)
		assert_string_equal(found[i].text, expected[i]);
	static const unsigned char first[16] = { [10] = 0xff, 0xff, 192, 0, 2, 7 };
	assert_memory_equal(found[0].bytes, first, 16);

	memset(found, 0x55, sizeof(found));
	assert_int_equal(port->addresses(found, 2), 2); /* no more than there is room for */
	assert_int_equal(found[2].bytes[0], 0x55);
	standin.netif[0].up = standin.netif[2].up = standin.netif[3].up = false;
	assert_int_equal(port->addresses(found, 8), 0);
	standin.tcpip_exec = ESP_FAIL;
	assert_int_equal(port->addresses(found, 8), HATCH_EPORT);
}

/* ---- a server in a task ---- */

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static const struct hatch_policy on_worker = { .worker = true };
static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", hello) };
static const struct hatch_route slow_routes[] = { HATCH_ROUTE_WITH(
	HATCH_GET, "/", hello, NULL, &on_worker) };

static struct hatch_config plain_config(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	return config;
}

static void ask(uint16_t at)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(at) };
	char answer[512];
	size_t len = 0;
	ssize_t got;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
	while ((got = recv(fd, answer + len, sizeof(answer) - len, 0)) > 0)
		len += (size_t)got;
	close(fd);
	assert_true(len > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0);
}

/* hatch_close() from here has to wake the task, which waits for nothing else. */
static void a_server_in_its_task(void **state)
{
	const struct hatch_task how = { .core = 2 };
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	assert_int_equal(hatch_start(&srv, &config, &how), 0);
	assert_int_equal(standin.task.stack, 8192);
	assert_int_equal(standin.task.priority, 5);
	assert_int_equal(standin.task.core, 1);
	ask(hatch_bound_port(srv, false));
	hatch_close(srv);
}

static void a_server_with_workers(void **state)
{
	static const struct hatch_workers two = HATCH_WORKERS(2);
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	config.routes = slow_routes;
	config.workers = &two;
	assert_int_equal(hatch_open(&srv, &config), 0);
	assert_int_equal(standin.task.stack, 6144);
	assert_int_equal(standin.task.priority, 4);
	assert_int_equal(standin.tasks, 2);
	hatch_close(srv);
	assert_int_equal(standin.tasks, 0);
	assert_int_equal(hatch_start(&srv, &config, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		ask(hatch_bound_port(srv, false));
	hatch_close(srv);
	standin.no_tasks = true;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	assert_non_null(strstr(standin.log, "config.workers: the platform could not start them"));
}

static void a_server_without_a_task(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	standin.no_tasks = true;
	assert_int_equal(hatch_start(&srv, &config, NULL), HATCH_ENOMEM);
	assert_null(srv);
	assert_non_null(strstr(standin.log, "could not start a task"));
}

/* Where the default of ESP-IDF leaves fewer sockets than were asked for, open() says so. */
static void more_connections_than_sockets(void **state)
{
	struct hatch_config config = plain_config();
	struct hatch *srv;
	(void)state;
	config.max_conns = CONFIG_LWIP_MAX_SOCKETS;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EBIG);
	assert_non_null(strstr(standin.log, "E hatch: "));
}

/* ---- waking ---- */

static void waking_comes_to_itself_alone(void **state)
{
	int pair[2];
	char byte;
	(void)state;
	assert_int_equal(hx_wake_pair(pair), 0);
	assert_int_equal(pair[0], pair[1]);
	for (unsigned i = 0; i < 10000; i++)
		hx_wake_write(pair[1]); /* more than its queue has room for: it does not block */
	hx_wake_read(pair[0]);
	assert_int_equal(recv(pair[0], &byte, 1, MSG_DONTWAIT), -1);

	struct sockaddr_in self;
	socklen_t len = sizeof(self);
	assert_int_equal(getsockname(pair[0], (struct sockaddr *)&self, &len), 0);
	assert_int_equal(self.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_not_equal(self.sin_port, 0);
	int other = socket(AF_INET, SOCK_DGRAM, 0);
	(void)sendto(other, "x", 1, 0, (struct sockaddr *)&self, len);
	assert_int_equal(recv(pair[0], &byte, 1, MSG_DONTWAIT), -1); /* connected to itself */
	close(other);
	close(pair[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, nothing_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_task_as_it_was_asked_for),
		TEST(a_task_that_there_cannot_be),
		TEST(no_memory_for_a_task),
		TEST(a_lock_keeps_others_out),
		TEST(signals_are_counted),
		TEST(random_numbers),
		TEST(memory),
		TEST(clocks),
		TEST(log_levels),
		TEST(addresses),
		TEST(a_server_in_its_task),
		TEST(a_server_with_workers),
		TEST(a_server_without_a_task),
		TEST(more_connections_than_sockets),
		TEST(waking_comes_to_itself_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
