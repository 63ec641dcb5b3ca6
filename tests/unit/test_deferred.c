/*
 * Deferred answers under load: thousands are given by other threads, late, too late, or to clients
 * that have left; each exchange ends exactly once.
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
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <hatch_port.h>

enum { CLIENTS = 6, GIVERS = 3, QUEUE = 64 };

static struct hatch *srv;
static struct hatch_port platform;

/* What came of it. */
static atomic_uint begun, ended, in_time, too_late, left, posted, not_posted, gone, answered,
	second;
static atomic_bool over;

static void no_line(enum hatch_level level, const char *line)
{
	(void)level;
	(void)line;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void pause_us(uint32_t us)
{
	struct timespec time = { 0, (long)us * 1000 };
	nanosleep(&time, NULL);
}

/* ---- from handler to giver ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct hatch_ref queue[QUEUE];
static unsigned queue_at, queue_len;

static void put(struct hatch_ref ref)
{
	pthread_mutex_lock(&mutex);
	if (queue_len < QUEUE) /* who is forgotten has a 504 */
		queue[(queue_at + queue_len++) % QUEUE] = ref;
	pthread_mutex_unlock(&mutex);
}

static bool take(struct hatch_ref *ref)
{
	pthread_mutex_lock(&mutex);
	bool there = queue_len > 0;
	if (there) {
		*ref = queue[queue_at];
		queue_at = (queue_at + 1) % QUEUE;
		queue_len--;
	}
	pthread_mutex_unlock(&mutex);
	return there;
}

static void on_end(void *arg, int error)
{
	(void)arg;
	ended++;
	if (error == 0)
		in_time++;
	else if (error == HATCH_ETIME)
		too_late++;
	else
		left++;
}

static int later(struct hatch_req *req)
{
	long ms = 1;
	(void)hatch_to_long(hatch_query(req, "ms"), 1, 1000, &ms);
	begun++;
	assert_int_equal(hatch_on_end(req, on_end, NULL), 0);
	put(hatch_ref_of(req));
	return hatch_defer(req, (uint32_t)ms);
}

struct gift {
	struct hatch_ref ref;
};

static void give(struct hatch *to, void *arg)
{
	struct gift *gift = arg;
	struct hatch_req *req = to == NULL ? NULL : hatch_find(to, gift->ref);
	if (req == NULL)
		gone++;
	else if (hatch_send_text(req, 200, "later\n") == 0)
		answered++;
	else
		second++; /* it has its answer already, and that is on its way */
	free(gift);
}

static void *giver(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg;
	struct hatch_ref ref;
	while (!over) {
		if (!take(&ref)) {
			pause_us(50);
			continue;
		}
		if (next_random(&seed) % 3 == 0)
			pause_us(next_random(&seed) % 4000);
		struct gift *gift = malloc(sizeof(*gift));
		gift->ref = ref;
		if (hatch_post(srv, give, gift) == 0) {
			posted++;
			/* A second one for the same, which is to find nobody. */
			if (next_random(&seed) % 8 == 0) {
				struct gift *again = malloc(sizeof(*again));
				again->ref = ref;
				if (hatch_post(srv, give, again) == 0)
					posted++;
				else
					free(again);
			}
		} else {
			not_posted++;
			free(gift);
		}
	}
	return NULL;
}

/* ---- clients ---- */

struct client {
	pthread_t thread;
	uint32_t seed;
	unsigned rounds;
	unsigned heard_200, heard_504, went;
	char wrong[80]; /* what else was heard */
};

static int connect_to(void)
{
	struct sockaddr_in in;
	struct timeval patience = { 60, 0 };
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(hatch_bound_port(srv, false));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&in, sizeof(in)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* At once, so that a reset comes in between. */
static void leave(int fd, bool reset)
{
	struct linger now = { 1, 0 };
	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void hear(struct client *client, int fd)
{
	char answer[600];
	size_t len = 0;
	while (len < sizeof(answer) - 1) {
		ssize_t got = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	answer[len] = '\0';
	if (strncmp(answer, "HTTP/1.1 200 ", 13) == 0 && strstr(answer, "\r\n\r\nlater\n") != NULL)
		client->heard_200++;
	else if (strncmp(answer, "HTTP/1.1 504 ", 13) == 0)
		client->heard_504++;
	else
		snprintf(client->wrong, sizeof(client->wrong), "%.70s", answer);
}

static void *client_main(void *arg)
{
	struct client *client = arg;
	for (unsigned i = 0; i < client->rounds; i++) {
		char request[100];
		int fd = connect_to();
		int len = snprintf(request, sizeof(request),
			"GET /?ms=%u HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			1 + next_random(&client->seed) % 5);
		if (fd < 0 || send(fd, request, (size_t)len, MSG_NOSIGNAL) != len) {
			snprintf(client->wrong, sizeof(client->wrong), "cannot connect");
			break;
		}
		if (next_random(&client->seed) % 3 == 0) {
			if (next_random(&client->seed) % 2 == 0)
				pause_us(next_random(&client->seed) % 3000);
			leave(fd, next_random(&client->seed) % 2 == 0);
			client->went++;
			continue;
		}
		hear(client, fd);
		close(fd);
	}
	return NULL;
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", later) };

static void open_one(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	platform = hatch_default_port;
	platform.log = no_line;
	config.routes = routes;
	config.route_count = 1;
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.platform = &platform;
	config.max_conns = 16;
	config.client_conns = 16;
	config.max_requests = 9;
	config.posts = 16;
	assert_int_equal(hatch_start(&srv, &config, NULL), 0);
}

static void interleavings(void **state)
{
	const unsigned rounds = getenv("HATCH_LONG") != NULL ? 5000 : 500;
	struct client clients[CLIENTS];
	pthread_t givers[GIVERS];
	unsigned heard = 0, timed_out = 0;
	(void)state;
	open_one();
	for (uintptr_t i = 0; i < GIVERS; i++)
		pthread_create(&givers[i], NULL, giver, (void *)(i + 1));
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client){ .seed = 100 + i, .rounds = rounds };
		pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		if (clients[i].wrong[0] != '\0')
			fail_msg("heard: %s", clients[i].wrong);
		heard += clients[i].heard_200;
		timed_out += clients[i].heard_504;
	}
	over = true;
	for (unsigned i = 0; i < GIVERS; i++)
		pthread_join(givers[i], NULL);
	hatch_close(srv);
	printf("%u begun: %u in time, %u too late, %u left; %u gifts, %u for nobody\n",
		(unsigned)begun, (unsigned)in_time, (unsigned)too_late, (unsigned)left,
		(unsigned)posted, (unsigned)gone);
	assert_int_equal(begun, ended);
	assert_int_equal(in_time + too_late + left, ended);
	assert_int_equal(posted, answered + gone + second); /* each call was made once */
	assert_true(heard <= answered);
	/* All three happen, or nothing is tested. */
	assert_true(heard > rounds / 10 && timed_out > 0 && left > 0 && gone > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(interleavings) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
