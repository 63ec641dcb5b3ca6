/*
 * post.c - what reaches the server from other tasks, and from the clock
 * SPDX-License-Identifier: MIT
 */
#include "server.h"

int hatch_post(struct hatch *srv, hatch_call *call, void *arg)
{
	int error = HATCH_EFULL;
	if (call == NULL)
		return HATCH_EINVAL;
	srv->port->lock(srv->lock);
	if (srv->post_count < srv->config.posts) {
		struct hx_post *post =
			&srv->posts[(srv->post_at + srv->post_count) % srv->config.posts];
		post->call = call;
		post->arg = arg;
		srv->post_count++;
		error = 0;
	}
	srv->port->unlock(srv->lock);
	if (error == 0)
		srv->port->wake(srv->net);
	return error;
}

/* Not more than a queue's length, so that calls that post again let the loop go on. */
void hx_posts_run(struct hatch *srv, struct hatch *told)
{
	void (*deliver)(struct hatch *) = NULL;
	if (srv->config.max_live > 0 && told != NULL) {
		srv->port->lock(srv->lock);
		deliver = srv->lives.deliver;
		srv->port->unlock(srv->lock);
	}
	if (deliver != NULL)
		deliver(srv);
	for (unsigned i = 0; i < srv->config.posts; i++) {
		struct hx_post post = { NULL, NULL };
		srv->port->lock(srv->lock);
		if (srv->post_count > 0) {
			post = srv->posts[srv->post_at];
			srv->post_at = (srv->post_at + 1) % srv->config.posts;
			srv->post_count--;
		}
		srv->port->unlock(srv->lock);
		if (post.call == NULL)
			return;
		post.call(told, post.arg);
	}
}

int hatch_every(struct hatch *srv, uint32_t every_ms, hatch_call *call, void *arg)
{
	if (call == NULL || every_ms == 0 || every_ms > 0x7fffffff)
		return HATCH_EINVAL;
	if (srv->timer_count == srv->config.timers)
		return HATCH_EFULL;
	struct hx_timer *timer = &srv->timers[srv->timer_count++];
	timer->call = call;
	timer->arg = arg;
	timer->every_ms = every_ms;
	timer->at = srv->port->now_ms() + every_ms;
	return 0;
}

/* A timer that was missed several times is called once. */
uint32_t hx_timers_run(struct hatch *srv, uint32_t now)
{
	uint32_t wait = HATCH_FOREVER;
	for (unsigned i = 0; i < srv->timer_count; i++) {
		struct hx_timer *timer = &srv->timers[i];
		if ((int32_t)(timer->at - now) <= 0) {
			timer->at = now + timer->every_ms;
			timer->call(srv, timer->arg);
		}
		uint32_t left = (int32_t)(timer->at - now) > 0 ? timer->at - now : 0;
		wait = left < wait ? left : wait;
	}
	return wait;
}

/* ---- references ---- */

struct hatch_req *hatch_find(struct hatch *srv, struct hatch_ref ref)
{
	if (ref.slot >= srv->config.max_requests)
		return NULL;
	struct hatch_req *req = srv->exchanges[ref.slot];
	const struct hatch_conn *c = req->carrier_self;
	if (c != NULL && c->ex == req && c->working) /* a worker has it */
		return NULL;
	return req->generation == ref.generation && req->phase != HX_OVER ? req : NULL;
}

int hatch_resume(struct hatch *srv, struct hatch_ref ref)
{
	struct hatch_req *req = hatch_find(srv, ref);
	if (req == NULL)
		return HATCH_EGONE;
	req->asleep = false;
	req->carrier->wake(req->carrier_self);
	return 0;
}
