/*
 * server.c - opening, running and closing a server
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "../base/check.h"
#include "../base/wipe.h"
#include "../tls/arithmetic.h"
#include "server.h"

/* ---- small answers ---- */

const struct hatch_config *hx_config(const struct hatch *srv)
{
	return &srv->config;
}

struct hx_tls_server *hx_tls_shared(struct hatch *srv)
{
	return srv->tls_ready ? srv->tls : NULL;
}

struct hx_tls *hx_conn_tls(struct hatch_conn *c)
{
	return c->srv->conn_tls[c->slot];
}

struct hx_flight *hx_flight(struct hatch *srv)
{
	return &srv->flight;
}

bool hx_stopping(const struct hatch *srv)
{
	return atomic_load(&srv->stop);
}

int64_t hx_unix_time(const struct hatch *srv)
{
	return srv->port->unix_time();
}

uint32_t hx_now_ms(const struct hatch *srv)
{
	return srv->port->now_ms();
}

uint64_t hx_cpu_ns(const struct hatch *srv)
{
	return srv->port->cpu_ns == NULL ? 0 : srv->port->cpu_ns();
}

uint32_t hx_handshake_rate(const struct hatch_conn *asks)
{
	return hx_rate_take(&asks->srv->handshakes, &asks->peer, asks->now);
}

uint32_t hx_request_rate(const struct hatch_conn *asks)
{
	uint32_t wait = hx_rate_take(&asks->srv->requests, &asks->peer, asks->now);
	asks->srv->stats.requests_limited += wait == 0 ? 0u : 1u;
	return wait;
}

uint32_t hx_body_buf_size(const struct hatch *srv)
{
	return srv->body_size;
}

void *hatch_user(const struct hatch *srv)
{
	return srv->config.user;
}

uint16_t hatch_bound_port(const struct hatch *srv, bool secure)
{
	return srv->bound[secure ? 0 : 1];
}

size_t hatch_memory_needed(const struct hatch_config *config)
{
	struct hatch_config complete;
	struct hx_arena arena = { NULL, 0 };
	const char *why;
	if (hx_config_complete(&complete, config, &why) < 0)
		return 0;
	(void)hx_server_lay_out(&arena, &complete);
	return arena.used;
}

void hatch_get_stats(struct hatch *srv, struct hatch_stats *out)
{
	struct hatch_heap heap = { 0, 0 };
	*out = srv->stats;
	out->uptime_ms = srv->port->now_ms() - srv->started;
	out->tls_heap = srv->tls_ready ? hx_tls_server_heap(srv->tls) : 0;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		const struct hatch_conn *c = srv->conns[i];
		out->conns_idle += hx_conn_is_idle(c) ? 1u : 0u;
		out->tls_heap += c->used ? c->account.now : 0;
	}
	srv->port->heap(&heap);
	hx_metrics_heap(&srv->metrics, heap.free);
	out->heap_free = heap.free;
	out->heap_largest = heap.largest;
	out->memory = (uint32_t)srv->memory;
	out->publish_dropped = atomic_load(&srv->lives.dropped);
}

/* ---- opening ---- */

static void say(void *arg, enum hatch_level level, const char *line)
{
	hx_log(arg, level, "%s", line);
}

void hx_exchange_work(struct hatch_req *req)
{
	req->srv->work->handler(req);
}

static void wake(void *self)
{
	struct hatch *srv = self;
	srv->freed = true;
}

static int open_tls(struct hatch *srv)
{
	if (srv->tls == NULL)
		return 0;
	const struct hx_jobs jobs = { srv->work == NULL ? NULL : srv->work->submit, wake, srv,
		srv->work == NULL ? NULL : srv->work->sign };
	int error = hx_tls_server_open(
		srv->tls, &srv->config, srv->port->unix_time(), &jobs, say, srv);
	srv->tls_ready = error == 0;
	if (error == 0)
		hx_admission_open(srv);
	return error;
}

static void say_why_not(struct hatch *srv, const char *address, long port, int error)
{
	const char *at = address == NULL ? "any address" : address;
	if (error == HATCH_EADDR)
		hx_log(srv, HATCH_ERROR,
			"cannot listen on %s port %ld: it is taken, or the address is not ours", at,
			port);
	else if (error == HATCH_EACCESS)
		hx_log(srv, HATCH_ERROR,
			"cannot listen on port %ld: ports below 1024 need a right that we lack",
			port);
	else
		hx_log(srv, HATCH_ERROR, "cannot listen on %s port %ld: %s", at, port,
			hatch_strerror(error));
}

/* The first at HATCH_PORT_ANY finds a port, the others take the same. */
static int listen_at(struct hatch *srv, unsigned n, const char *address, int32_t port)
{
	uint16_t *bound = &srv->bound[n % 2];
	uint16_t number = port == HATCH_PORT_ANY ? *bound : (uint16_t)port;
	int error = srv->port->listen(srv->net, address, number, &srv->listeners[n], bound);
	if (error < 0)
		say_why_not(srv, address, (long)port, error);
	return error;
}

/* which: 0 secure, 1 plain */
static int open_listeners(struct hatch *srv, unsigned which, int32_t port)
{
	struct hatch_span left = hatch_str(srv->config.address);
	if (port == HATCH_PORT_NONE)
		return 0;
	if (left.len == 0)
		return listen_at(srv, which, NULL, port);
	for (unsigned i = 0; i < HX_ADDRESSES && left.len > 0; i++) {
		char address[sizeof(((struct hatch_address *)0)->text)];
		size_t len = 0, skip;
		while (len < left.len && left.ptr[len] != ',')
			len++;
		skip = len < left.len ? len + 1 : len;
		if (len >= sizeof(address))
			len = sizeof(address) - 1; /* no address is that long: refused below */
		memcpy(address, left.ptr, len);
		address[len] = '\0';
		HX_TRY(listen_at(srv, which + 2 * i, address, port));
		left = hx_span(left.ptr + skip, left.len - skip);
	}
	return left.len == 0 ? 0 : HATCH_EINVAL;
}

static unsigned listener_count(const struct hatch_config *config)
{
	unsigned addresses = config->address != NULL && strchr(config->address, ',') != NULL ? 2
											     : 1;
	return addresses * ((config->port != HATCH_PORT_NONE ? 1u : 0u) +
				   (config->plain_port != HATCH_PORT_NONE ? 1u : 0u));
}

static int open_platform(struct hatch *srv)
{
	int error = srv->port->lock_open(&srv->lock);
	if (error < 0)
		return error;
	unsigned socks = srv->config.max_conns + listener_count(&srv->config);
	error = srv->port->net_open(&srv->net, socks);
	if (error == HATCH_EBIG)
		hx_log(srv, HATCH_ERROR,
			"config.max_conns is %u, which needs %u sockets: the platform has fewer",
			srv->config.max_conns, socks);
	else if (error < 0)
		hx_log(srv, HATCH_ERROR, "the platform has no network: %s", hatch_strerror(error));
	return error;
}

static int open_all(struct hatch *srv)
{
	int error = open_platform(srv);
	if (error == 0 && srv->config.workers != NULL)
		error = srv->config.workers->source(srv, srv->config.workers);
	if (error == 0)
		error = open_tls(srv);
	if (error == 0)
		error = open_listeners(srv, 0, srv->config.port);
	if (error == 0)
		error = open_listeners(srv, 1, srv->config.plain_port);
	if (error == 0 && srv->tls_ready)
		hx_log(srv, HATCH_INFO, "%s", hx_arithmetic_name());
	if (error == 0 && srv->bound[0] != 0)
		hx_log(srv, HATCH_INFO, "HTTPS on port %u", (unsigned)srv->bound[0]);
	if (error == 0 && srv->bound[1] != 0)
		hx_log(srv, HATCH_INFO, "HTTP on port %u", (unsigned)srv->bound[1]);
	return error;
}

/* Before there is a server, its sentences go straight to the platform. */
static void say_early(const struct hatch_config *config, const char *line)
{
	const struct hatch_port *port = config->platform != NULL ? config->platform
								 : &hatch_default_port;
	if (config->log_level != HATCH_QUIET)
		port->log(HATCH_ERROR, line);
}

static int take_block(const struct hatch_config *config, struct hx_arena *arena, void **owned)
{
	struct hx_arena measure = { NULL, 0 };
	char line[96];
	(void)hx_server_lay_out(&measure, config);
	*owned = NULL;
	arena->used = 0;
	arena->base = config->memory;
	if (config->memory == NULL)
		arena->base = *owned = config->platform->alloc(measure.used);
	if (arena->base != NULL && (config->memory == NULL || config->memory_len >= measure.used))
		return 0;
	snprintf(line, sizeof(line), "hatch_open() needs %lu bytes of memory",
		(unsigned long)measure.used);
	say_early(config, line);
	return HATCH_ENOMEM;
}

int hatch_open(struct hatch **out, const struct hatch_config *config)
{
	struct hatch_config complete;
	struct hx_arena arena;
	const char *why;
	void *owned;
	*out = NULL;
	int error = hx_config_complete(&complete, config, &why);
	if (error < 0) {
		say_early(config, why);
		return error;
	}
	error = take_block(&complete, &arena, &owned);
	if (error < 0)
		return error;
	struct hatch *srv = hx_server_lay_out(&arena, &complete);
	srv->owned = owned;
	srv->memory = arena.used;
	srv->started = srv->port->now_ms();
	error = open_all(srv);
	if (error < 0)
		hatch_close(srv);
	else
		*out = srv;
	return error;
}

/* ---- closing ---- */

static void close_sockets(struct hatch *srv)
{
	for (unsigned i = 0; i < HX_LISTENERS; i++)
		if (srv->listeners[i] >= 0)
			srv->port->close(srv->listeners[i]);
	for (uint32_t i = 0; i < srv->config.max_conns; i++)
		if (srv->conns[i]->used)
			hx_close_conn(srv->conns[i]);
}

void hatch_close(struct hatch *srv)
{
	if (srv == NULL)
		return;
	const struct hatch_port *port = srv->port;
	if (srv->task != NULL) {
		hatch_stop(srv);
		port->join(srv->task);
	}
	if (srv->work != NULL)
		srv->work->close(srv);
	atomic_store(&srv->stop, true);
	if (srv->set != NULL)
		hx_last_turns(srv);
	close_sockets(srv);
	/* Nothing can be posted any more by then; that is the caller's part. */
	if (srv->lock != NULL)
		hx_posts_run(srv, NULL);
	if (srv->tls_ready)
		hx_tls_server_close(srv->tls);
	if (srv->net != NULL)
		port->net_close(srv->net);
	if (srv->lock != NULL)
		port->lock_close(srv->lock);
	void *owned = srv->owned;
	hx_wipe(srv, sizeof(*srv));
	if (owned != NULL)
		port->free(owned);
}

/* ---- running ---- */

int hatch_run(struct hatch *srv)
{
	int ret;
	do
		ret = hatch_poll(srv, HATCH_FOREVER);
	while (ret == 0);
	return ret < 0 ? ret : 0;
}

void hatch_stop(struct hatch *srv)
{
	atomic_store(&srv->stop, true);
	srv->port->wake(srv->net);
}

int hatch_serve(const struct hatch_config *config)
{
	struct hatch *srv;
	int error = hatch_open(&srv, config);
	if (error < 0)
		return error;
	error = hatch_run(srv);
	hatch_close(srv);
	return error;
}

static void task_main(void *arg)
{
	(void)hatch_run(arg);
}

int hatch_start(
	struct hatch **out, const struct hatch_config *config, const struct hatch_task *task)
{
	struct hatch_task how = task == NULL ? (struct hatch_task){ 0 } : *task;
	if (how.stack == 0)
		how.stack = 8192;
	if (how.priority == 0)
		how.priority = 5;
	int error = hatch_open(out, config);
	if (error < 0)
		return error;
	error = (*out)->port->spawn(&(*out)->task, task_main, *out, &how);
	if (error < 0) {
		hx_log(*out, HATCH_ERROR, "the platform could not start a task: %s",
			hatch_strerror(error));
		(*out)->task = NULL;
		hatch_close(*out);
		*out = NULL;
	}
	return error;
}
