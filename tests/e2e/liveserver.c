/*
 * liveserver.c - a server with what hatch_live.h offers, for the end-to-end tests
 * SPDX-License-Identifier: MIT
 *
 * liveserver CERT KEY: prints the port, then takes commands a line each on its standard input:
 *	event PATH ID NAME DATA	publish an event ("-": none; "\n" is a line end)
 *	pour PATH COUNT SIZE	publish so many numbered events, waiting where it is full
 *	say PATH DATA		publish a text message
 *	flood PATH COUNT TAG	so many numbered messages "TAG:n", from a thread, waiting where it
 *is full storm PATH MS SIZE	of so many bytes, as fast as it can for so long, from a thread stats
 *prints a line of JSON quit
 */
#define _POSIX_C_SOURCE 200809L
#include <hatch_live.h>
#include <hatch_web.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct hatch *server;
static unsigned opened, closed, last_code;

/* ---- events ---- */

static char memory[4096], little[256];
static struct hatch_event_stream stream = {
	.memory = memory, .memory_len = sizeof(memory), .retry_ms = 1234, .keepalive_ms = 300
};
static struct hatch_event_stream strict = {
	.memory = little, .memory_len = sizeof(little), .slow = HATCH_SLOW_CLOSE
};

static int greet(struct hatch_req *req, struct hatch_live_ref who)
{
	struct hatch_event hello = { .event = "hello", .data = hatch_str("you") };
	return hatch_publish_event(hatch_server(req), hatch_to_one(who), &hello);
}

static char greeting_memory[512];
static struct hatch_event_stream greeting = {
	.memory = greeting_memory, .memory_len = sizeof(greeting_memory), .open = greet
};

/* ---- WebSockets ---- */

static void note_close(struct hatch_ws *ws, int code)
{
	(void)ws;
	closed++;
	last_code = (unsigned)code;
}

static int note_open(struct hatch_ws *ws, struct hatch_req *req)
{
	(void)ws;
	if (hatch_query(req, "no").ptr != NULL)
		return hatch_send_text(req, 418, "no\n");
	opened++;
	return 0;
}

/* Back, or not taken until there is room. */
static int echo(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	return hatch_ws_send(ws, piece->text ? HATCH_WS_TEXT : HATCH_WS_BINARY, piece->data);
}

static int echo_piece(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	return hatch_ws_send_piece(
		ws, piece->text ? HATCH_WS_TEXT : HATCH_WS_BINARY, piece->data, piece->last);
}

static int count(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	char text[64];
	uintptr_t *sum = (uintptr_t *)(void *)hatch_ws_user(ws);
	*sum += piece->data.len;
	if (!piece->last)
		return 0;
	snprintf(text, sizeof(text), "%lu", (unsigned long)*sum);
	*sum = 0;
	return hatch_ws_send(ws, HATCH_WS_TEXT, hatch_str(text));
}

/* "close 4000": says so. */
static int obey(struct hatch_ws *ws, const struct hatch_ws_piece *piece)
{
	long code;
	struct hatch_span rest = { piece->data.ptr + 6, piece->data.len - 6 };
	if (piece->data.len < 7 || hatch_to_long(rest, 0, 99999, &code) < 0)
		return HATCH_EINVAL;
	return hatch_ws_close(ws, (int)code) < 0
		       ? hatch_ws_send(ws, HATCH_WS_TEXT, hatch_str("refused"))
		       : 0;
}

static const struct hatch_ws_ops echo_ops = { .open = note_open,
	.message = echo,
	.writable = hatch_ws_resume,
	.close = note_close,
	.protocols = "two, one" };
static const struct hatch_ws_ops piece_ops = { .open = note_open,
	.message = echo_piece,
	.writable = hatch_ws_resume,
	.close = note_close,
	.origins = "https://a.example, https://b.example",
	.in_pieces = true,
	.message_max = 3000000 };
static const struct hatch_ws_ops count_ops = {
	.message = count, .in_pieces = true, .message_max = 100000, .origins = "*"
};
static const struct hatch_ws_ops obey_ops = { .message = obey, .close = note_close };
static const struct hatch_ws_ops short_ops = { .message = echo, .message_max = 125 };
static const struct hatch_ws_ops wrong_ops = { .message = echo, .message_max = 1025 };
static const struct hatch_ws_ops ping_ops = {
	.message = echo, .close = note_close, .ping_ms = 200, .pong_ms = 300
};
enum { PACKED = 8 }; /* so many connections at once; others are served without */
static _Alignas(16) unsigned char packed_memory[HATCH_WS_DEFLATE_SIZE(9) +
						PACKED * (HATCH_WS_INFLATE_SIZE(9, 2000) + 16)];
static struct hatch_ws_deflate packed = { .codec = &hatch_ws_zlib,
	.memory = packed_memory,
	.memory_len = sizeof(packed_memory),
	.message_room = 2000 };
static _Alignas(16) unsigned char wide_memory[HATCH_WS_DEFLATE_SIZE(15) +
					      2 * (HATCH_WS_INFLATE_SIZE(15, 500) + 16)];
static struct hatch_ws_deflate wide = { .codec = &hatch_ws_zlib,
	.memory = wide_memory,
	.memory_len = sizeof(wide_memory),
	.window_bits = 15,
	.message_room = 500 };
static const struct hatch_ws_ops packed_ops = {
	.message = echo, .writable = hatch_ws_resume, .close = note_close, .deflate = &packed
};
static const struct hatch_ws_ops wide_ops = { .message = echo_piece,
	.writable = hatch_ws_resume,
	.close = note_close,
	.in_pieces = true,
	.deflate = &wide };
static const struct hatch_ws_ops news_ops = {
	.open = note_open, .close = note_close, .ping_ms = HATCH_FOREVER
};

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", hello),
	HATCH_ROUTE(HATCH_GET, "/metrics", hatch_metrics),
	HATCH_ROUTE_ARG(HATCH_GET, "/events", hatch_events, &stream),
	HATCH_ROUTE_ARG(HATCH_GET, "/strict", hatch_events, &strict),
	HATCH_ROUTE_ARG(HATCH_GET, "/greeting", hatch_events, &greeting),
	HATCH_ROUTE_ARG(HATCH_GET, "/echo", hatch_websocket, &echo_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/pieces", hatch_websocket, &piece_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/count", hatch_websocket, &count_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/obey", hatch_websocket, &obey_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/short", hatch_websocket, &short_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/packed", hatch_websocket, &packed_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/wide", hatch_websocket, &wide_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/wrong", hatch_websocket, &wrong_ops),
	HATCH_ROUTE_ARG(HATCH_GET, "/ping", hatch_websocket, &ping_ops),
};
static const struct hatch_route grouped[] = {
	HATCH_ROUTE_ARG(HATCH_GET, "/news", hatch_websocket, &news_ops),
};
static const struct hatch_group groups[] = { HATCH_GROUP("/api", grouped) };

/* ---- commands ---- */

static void pause_a_little(void)
{
	struct timespec time = { 0, 200000 };
	nanosleep(&time, NULL);
}

static void say_event(char *line)
{
	struct hatch_event event = { 0 };
	char *path = strtok(line, " "), *id = strtok(NULL, " "), *name = strtok(NULL, " ");
	char *data = strtok(NULL, "");
	if (data == NULL)
		data = line + strlen(line);
	for (char *at = strstr(data, "\\n"); at != NULL; at = strstr(at, "\\n")) {
		*at = '\n';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	event.id = strcmp(id, "-") == 0 ? NULL : id;
	event.event = strcmp(name, "-") == 0 ? NULL : name;
	event.data = hatch_str(data);
	struct hatch_to to = strcmp(path, "*") == 0 ? hatch_to_all() : hatch_to_path(path);
	printf("%d\n", hatch_publish_event(server, to, &event));
}

static void pour(const char *line)
{
	char path[64], id[16], data[2000];
	unsigned count, size;
	if (sscanf(line, "%63s %u %u", path, &count, &size) != 3 || size > sizeof(data))
		exit(2);
	memset(data, 'y', sizeof(data));
	for (unsigned i = 0; i < count; i++) {
		struct hatch_event event = { .id = id, .data = { data, size } };
		snprintf(id, sizeof(id), "%u", i);
		while (hatch_publish_event(server, hatch_to_path(path), &event) == HATCH_EFULL)
			pause_a_little();
	}
	printf("%u\n", count);
}

struct job {
	char path[64];
	unsigned long much;
	int size; /* of a message, at least; or the tag */
	bool storm;
};

static unsigned long now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (unsigned long)time.tv_sec * 1000 + (unsigned long)time.tv_nsec / 1000000;
}

static void *work(void *arg)
{
	struct job *job = arg;
	unsigned long start = now_ms(), taken = 0, dropped = 0;
	for (unsigned long i = 0; job->storm ? now_ms() - start < job->much : i < job->much;) {
		char text[1001];
		if (job->storm)
			snprintf(text, sizeof(text), "%0*lu", job->size, i);
		else
			snprintf(text, sizeof(text), "%d:%lu", job->size, i);
		int error = hatch_publish(
			server, hatch_to_path(job->path), HATCH_WS_TEXT, hatch_str(text));
		taken += error == 0;
		dropped += error != 0;
		if (error == 0 || job->storm)
			i++;
		else
			pause_a_little();
	}
	printf("{\"taken\":%lu,\"dropped\":%lu}\n", taken, dropped);
	fflush(stdout);
	free(job);
	return NULL;
}

static pthread_t jobs[1000];
static unsigned job_count;

static void start_job(char *line, bool storm)
{
	struct job *job = calloc(1, sizeof(*job));
	if (job == NULL || sscanf(line, "%63s %lu %d", job->path, &job->much, &job->size) < 2)
		exit(2);
	job->storm = storm;
	if (job_count == HATCH_COUNT(jobs) ||
		pthread_create(&jobs[job_count++], NULL, work, job) != 0)
		exit(2);
}

static void print_stats(struct hatch *srv, void *arg)
{
	struct hatch_stats stats;
	(void)arg;
	hatch_get_stats(srv, &stats);
	printf("{\"live\":%u,\"live_dropped\":%u,\"publish_dropped\":%u,\"conns\":%u,\"memory\":%u,"
	       "\"tls_heap\":%u,\"opened\":%u,\"closed\":%u,\"code\":%u}\n",
		stats.live, stats.live_dropped, stats.publish_dropped, stats.conns, stats.memory,
		stats.tls_heap, opened, closed, last_code);
	fflush(stdout);
}

static void obey_line(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "event ", 6) == 0) {
		say_event(line + 6);
	} else if (strncmp(line, "pour ", 5) == 0) {
		pour(line + 5);
	} else if (strncmp(line, "say ", 4) == 0) {
		char *path = strtok(line + 4, " "), *data = strtok(NULL, "");
		printf("%d\n",
			hatch_publish(server,
				strcmp(path, "*") == 0 ? hatch_to_all() : hatch_to_path(path),
				HATCH_WS_TEXT, hatch_str(data)));
	} else if (strncmp(line, "flood ", 6) == 0) {
		start_job(line + 6, false);
	} else if (strncmp(line, "storm ", 6) == 0) {
		start_job(line + 6, true);
	} else if (strcmp(line, "stats") == 0) {
		(void)hatch_post(server, print_stats, NULL);
	}
	fflush(stdout);
}

static char *read_all(const char *path)
{
	char *text = calloc(1, 16384);
	FILE *file = fopen(path, "rb");
	if (file == NULL || text == NULL || fread(text, 1, 16383, file) == 0)
		exit(2);
	fclose(file);
	return text;
}

static uint32_t number(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);
	return text == NULL ? otherwise : (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	static char line[8192];
	struct hatch_config config = HATCH_DEFAULTS;
	if (argc != 3)
		return 2;
	char *cert = read_all(argv[1]), *key = read_all(argv[2]);
	struct hatch_identity me = HATCH_PEM(cert, key);
	config.port = config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.identity = &me;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.max_conns = 40;
	config.client_conns = 40;
	config.max_requests = 3;
	config.scratch = 1024;
	config.max_live = (uint16_t)number("LIVE", 24);
	config.send_ms = number("SEND_MS", 0);
	config.client_handshakes_per_min = HATCH_UNLIMITED;
	if (hatch_start(&server, &config, NULL) < 0)
		return 1;
	signal(SIGINT, SIG_IGN);
	printf("%u %u\n", hatch_bound_port(server, true), hatch_bound_port(server, false));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "quit\n") != 0)
		obey_line(line);
	while (job_count > 0) /* nobody may publish any more */
		pthread_join(jobs[--job_count], NULL);
	hatch_close(server);
	free(cert);
	free(key);
	return 0;
}
