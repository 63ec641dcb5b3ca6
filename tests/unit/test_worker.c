/*
 * Handlers on workers: the server goes on meanwhile, nothing happens to their connections, and what
 * was begun is waited for.
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
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <hatch_port.h>

enum { WORKERS = 2 };
static const struct hatch_workers workers = HATCH_WORKERS(WORKERS), three = HATCH_WORKERS(3);

static sem_t begun, go_on;
static pthread_t server_thread;
static atomic_int away, ends, last_end;
static struct hatch_port platform;
static char said[2000];

static void keep_line(enum hatch_level level, const char *line)
{
	(void)level;
	size_t len = strlen(said);
	snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static void pause_ms(long ms)
{
	struct timespec time = { 0, ms * 1000000 };
	nanosleep(&time, NULL);
}

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static void ended(void *arg, int error)
{
	(void)arg;
	ends++;
	last_end = error;
}

static void where_am_i(void)
{
	if (!pthread_equal(pthread_self(), server_thread))
		away++;
}

static int slow(struct hatch_req *req)
{
	char buf[8];
	where_am_i();
	(void)hatch_on_end(req, ended, NULL);
	sem_post(&begun);
	sem_wait(&go_on);
	/* Nobody else may have it now, and there is nothing to pull. */
	if (hatch_find(hatch_server(req), hatch_ref_of(req)) != NULL ||
		hatch_read(req, buf, sizeof(buf)) > 0)
		return HATCH_EPORT;
	struct hatch_span body = hatch_body(req);
	(void)hatch_add_field(req, "X-Peer", hatch_peer(req).ptr);
	return hatch_send_bytes(req, 200, "text/plain", body.ptr == NULL ? "none" : body.ptr,
		body.ptr == NULL ? 4 : body.len);
}

static int fails(struct hatch_req *req)
{
	(void)req;
	return HATCH_EPORT;
}

static int later(struct hatch_req *req)
{
	return hatch_defer(req, 20);
}

static int count_down(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	int *left = arg;
	(void)req;
	(void)room;
	*buf = (char)('0' + *left);
	return (*left)-- > 0 ? 1 : 0;
}

static int streams(struct hatch_req *req)
{
	int *left = hatch_scratch(req, sizeof(*left));
	*left = 3;
	where_am_i();
	return hatch_send_stream(req, 200, "text/plain", count_down, left);
}

static int twice_as_much(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	int *sum = arg;
	*sum += 2 * (int)piece.len;
	return piece.len > 0 ? 0 : hatch_send_json(req, 200, "%d", *sum);
}

static int receives(struct hatch_req *req)
{
	return hatch_receive(req, twice_as_much, hatch_scratch(req, sizeof(int)));
}

static int mark(struct hatch_req *req)
{
	where_am_i();
	return hatch_add_field(req, "X-Mark", "after");
}

static const struct hatch_hook after[] = { { mark, NULL } };
static const struct hatch_policy on_worker = { .worker = true, .after = after, .after_count = 1 };
static const struct hatch_policy collects = { .worker = true, .body_max = 100 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", hello),
	HATCH_ROUTE_WITH(HATCH_ANY, "/slow", slow, NULL, &on_worker),
	HATCH_ROUTE_WITH(HATCH_POST, "/body", slow, NULL, &collects),
	HATCH_ROUTE_WITH(HATCH_GET, "/fails", fails, NULL, &on_worker),
	HATCH_ROUTE_WITH(HATCH_GET, "/later", later, NULL, &on_worker),
	HATCH_ROUTE_WITH(HATCH_GET, "/streams", streams, NULL, &on_worker),
	HATCH_ROUTE_WITH(HATCH_POST, "/receives", receives, NULL, &collects),
};
static const struct hatch_route group_routes[] = { HATCH_ROUTE(HATCH_GET, "/slow", slow) };
static const struct hatch_group groups[] = { HATCH_GROUP_WITH("/group", group_routes, &on_worker) };

static void is_server_thread(struct hatch *srv, void *arg)
{
	(void)srv;
	server_thread = pthread_self();
	sem_post(arg);
}

static struct hatch *open_one(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *srv;
	sem_t known;
	platform = hatch_default_port;
	platform.log = keep_line;
	said[0] = '\0';
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.groups = groups;
	config.group_count = 1;
	config.port = HATCH_PORT_NONE;
	config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.platform = &platform;
	config.workers = &workers;
	config.max_conns = 16;
	config.client_conns = 16;
	config.max_requests = 12;
	sem_init(&begun, 0, 0);
	sem_init(&go_on, 0, 0);
	sem_init(&known, 0, 0);
	away = ends = last_end = 0;
	assert_int_equal(hatch_start(&srv, &config, NULL), 0);
	assert_int_equal(hatch_post(srv, is_server_thread, &known), 0);
	sem_wait(&known);
	return srv;
}

static int connect_to(const struct hatch *srv)
{
	struct sockaddr_in in;
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(hatch_bound_port(srv, false));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	struct timeval patience = { 60, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static int ask(const struct hatch *srv, const char *request)
{
	int fd = connect_to(srv);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return fd;
}

/* Reads until the answer has this in it. */
static void hears(int fd, const char *text)
{
	char answer[4000] = "";
	size_t len = 0;
	while (strstr(answer, text) == NULL) {
		ssize_t got = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
		if (got <= 0)
			fail_msg("\"%s\" is not in \"%s\"", text, answer);
		len += (size_t)got;
		answer[len] = '\0';
	}
}

#define SLOW  "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
#define HELLO "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void the_server_goes_on(void **state)
{
	struct hatch *srv = open_one();
	int fd[5];
	(void)state;
	for (unsigned i = 0; i < 5; i++) /* three of them wait for a worker */
		fd[i] = ask(srv, i == 1 ? "GET /group/slow HTTP/1.1\r\nHost: a\r\n\r\n" : SLOW);
	sem_wait(&begun);
	sem_wait(&begun);
	int other = ask(srv, HELLO);
	hears(other, "hello\n");
	close(other);
	assert_int_equal(ends, 0);
	for (unsigned i = 0; i < 5; i++)
		sem_post(&go_on);
	for (unsigned i = 0; i < 5; i++) {
		hears(fd[i], "\r\nX-Peer: 127.0.0.1\r\n");
		close(fd[i]);
	}
	hatch_close(srv);
	assert_int_equal(ends, 5);
	assert_int_equal(last_end, 0);
	assert_int_equal(away, 5 + 5); /* and the after hooks */
}

static void kinds_of_answers(void **state)
{
	struct hatch *srv = open_one();
	(void)state;
	sem_post(&go_on);
	int fd = ask(srv, "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nabcdefg");
	hears(fd, "\r\n\r\nabcdefg");
	close(fd);
	fd = ask(srv, "GET /fails HTTP/1.1\r\nHost: a\r\n\r\n");
	hears(fd, "HTTP/1.1 500 ");
	close(fd);
	fd = ask(srv, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
	hears(fd, "HTTP/1.1 504 ");
	close(fd);
	fd = ask(srv, "GET /streams HTTP/1.1\r\nHost: a\r\n\r\n");
	hears(fd, "0001\r\n1\r\n0\r\n\r\n");
	close(fd);
	fd = ask(srv, "POST /receives HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd");
	hears(fd, "HTTP/1.1 500 "); /* it has been collected */
	close(fd);
	/* A body that nobody collects could not be read there. */
	fd = ask(srv, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nabcdefg");
	hears(fd, "HTTP/1.1 413 ");
	close(fd);
	hatch_close(srv);
	assert_non_null(strstr(said, "a handler failed"));
}

static void the_next_request_waits(void **state)
{
	struct hatch *srv = open_one();
	(void)state;
	int fd = ask(srv, SLOW HELLO);
	sem_wait(&begun);
	sem_post(&go_on);
	hears(fd, "hello\n");
	close(fd);
	hatch_close(srv);
}

/* It is not noticed until then; and then it is. */
static void the_client_leaves(void **state)
{
	struct hatch *srv = open_one();
	struct linger now = { 1, 0 };
	(void)state;
	int fd = ask(srv, SLOW);
	sem_wait(&begun);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* a reset */
	close(fd);
	int other = ask(srv, HELLO);
	hears(other, "hello\n");
	close(other);
	assert_int_equal(ends, 0);
	sem_post(&go_on);
	while (ends == 0)
		pause_ms(1);
	hatch_close(srv);
	assert_int_equal(ends, 1);
}

static void *let_go(void *arg)
{
	(void)arg;
	pause_ms(50);
	for (unsigned i = 0; i < WORKERS; i++)
		sem_post(&go_on);
	return NULL;
}

/* What is being done is waited for; what has not begun is not done, and told so. */
static void closed_meanwhile(void **state)
{
	struct hatch *srv = open_one();
	pthread_t thread;
	int fd[4];
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		fd[i] = ask(srv, SLOW);
	for (unsigned i = 0; i < WORKERS; i++)
		sem_wait(&begun);
	pthread_create(&thread, NULL, let_go, NULL);
	hatch_close(srv);
	assert_int_equal(ends, WORKERS);
	assert_int_not_equal(last_end, 0);
	pthread_join(thread, NULL);
	for (unsigned i = 0; i < 4; i++)
		close(fd[i]);
}

static int no_task(void **task, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	(void)run;
	(void)arg;
	(void)how;
	*task = NULL;
	return HATCH_ENOMEM;
}

static int second_fails(
	void **task, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	static int count;
	return ++count == 2 ? no_task(task, run, arg, how)
			    : hatch_default_port.spawn(task, run, arg, how);
}

static int no_signal(void **signal)
{
	*signal = NULL;
	return HATCH_ENOMEM;
}

static void what_cannot_be(void **state)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch *srv;
	(void)state;
	platform = hatch_default_port;
	platform.log = keep_line;
	said[0] = '\0';
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.port = HATCH_PORT_NONE;
	config.platform = &platform;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	assert_non_null(strstr(said, "a policy says worker, and there are no config.workers"));
	config.routes = NULL;
	config.route_count = 0;
	config.groups = groups;
	config.group_count = 1;
	assert_int_equal(hatch_open(&srv, &config), HATCH_EINVAL);
	config.workers = &three;
	platform.spawn = second_fails;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	platform.spawn = hatch_default_port.spawn;
	platform.signal_open = no_signal;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOMEM);
	assert_non_null(strstr(said, "config.workers: the platform could not start them"));
	platform.signal_open = NULL;
	assert_int_equal(hatch_open(&srv, &config), HATCH_ENOSYS);
	assert_non_null(strstr(said, "has no tasks that could work"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_goes_on),
		cmocka_unit_test(kinds_of_answers),
		cmocka_unit_test(the_next_request_waits),
		cmocka_unit_test(the_client_leaves),
		cmocka_unit_test(closed_meanwhile),
		cmocka_unit_test(what_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
