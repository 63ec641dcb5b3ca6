/*
 * worker_handler.c - a handler on a worker
 * SPDX-License-Identifier: MIT
 *
 * Meanwhile the connection stands still: whatever arrives, and whatever is due, waits until the
 * handler has returned.  So nothing of it is touched by two tasks at once.  To its exchange it is
 * another carrier then, which does not wake and has no more of the body.
 */
#include "../base/check.h"
#include "worker.h"

static int read_none(void *self, void *buf, size_t room)
{
	(void)self;
	(void)buf;
	(void)room;
	return HATCH_ESTATE;
}

static void wake_none(void *self)
{
	(void)self;
}

static void facts(void *self, struct hatch_tls_facts *out)
{
	hx_http1_secure.facts(self, out);
}

static const struct hatch_address *peer(void *self)
{
	return hx_http1_secure.peer(self);
}

static const struct hx_carrier plain = { read_none, wake_none, facts, peer, false };
static const struct hx_carrier secure = { read_none, wake_none, facts, peer, true };

static struct hatch_conn *conn_of(struct hx_job *job)
{
	return (struct hatch_conn *)(void *)((char *)job - offsetof(struct hatch_conn, job));
}

static void run(struct hx_job *job)
{
	struct hatch_req *req = conn_of(job)->ex;
	req->worker_ret = hx_exchange_call(req);
}

static void done(struct hx_job *job)
{
	struct hatch_conn *c = conn_of(job);
	struct hatch_req *req = c->ex;
	c->working = false;
	req->carrier = c->secure ? &hx_http1_secure : &hx_http1_plain;
	hx_exchange_called(req, req->worker_ret);
	hx_conn_wake(c);
}

/*
 * Record buffers are not kept meanwhile.  What stands in them unread is the next request, for which
 * there is room behind this one; or a body that nobody collects, or more than fits: false.
 */
static bool let_go(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	const struct hx_engine_ops *ops = c->engine->ops;
	unsigned rest = ops->rest(c->engine);
	if ((rest & HX_REST_UNREAD) != 0 && c->body.done && req->in_len < req->in_room) {
		int got = ops->read(c->engine, req->in + req->in_len, req->in_room - req->in_len);
		req->in_len += got > 0 && got != HATCH_LATER ? (size_t)got : 0;
		rest |= ops->rest(c->engine) & HX_REST_GAVE;
	}
	if ((rest & HX_REST_GAVE) != 0)
		hx_record_freed(c->srv);
	return (ops->rest(c->engine) & HX_REST_UNREAD) == 0;
}

void hx_worker_handler(struct hatch_req *req)
{
	struct hatch_conn *c = req->carrier_self;
	HX_ASSERT(!c->working && c->ex == req);
	if (!c->body.done || !let_go(c)) {
		hx_exchange_fail(req, 413);
		return;
	}
	c->working = true;
	c->job.run = run;
	c->job.done = done;
	req->carrier = c->secure ? &secure : &plain;
	c->srv->work->submit(c->srv, &c->job);
}

/* Somebody else drives this connection, and closes it: what is being worked on is waited for. */
void hx_worker_wait_for(struct hatch_conn *c)
{
	struct hatch *srv = c->srv;
	struct hatch_wait none = { -1, 0, 0 };
	while (c->working && srv->worker_count > 0) {
		srv->work->settle(srv);
		if (c->working)
			(void)srv->port->wait(srv->net, &none, 1, 10);
	}
	c->working = false;
}
