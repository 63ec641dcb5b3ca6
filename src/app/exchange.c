/*
 * exchange.c - the life of an exchange, see exchange.h
 * SPDX-License-Identifier: MIT
 */
#include "exchange.h"

#include "../base/arena.h"
#include "../base/check.h"
#include "../base/wipe.h"
#include "../http/field.h"
#include "respond.h"
#include "router.h"

struct hatch_req *hx_exchange_lay_out(struct hx_arena *arena, const struct hatch_config *config)
{
	size_t in_room = (size_t)config->max_head + HATCH_BODY_ROOM;
	size_t out_room = HX_OUT_GAP + HATCH_RESPONSE_HEAD + 2 + (size_t)config->copy_max;
	struct hatch_req *req = hx_arena_take(arena, sizeof(*req));
	char *in = hx_arena_take(arena, in_room);
	char *out = hx_arena_take(arena, out_room);
	char *scratch = hx_arena_take(arena, config->scratch);
	if (req == NULL)
		return NULL;
	memset(req, 0, sizeof(*req));
	req->in = in;
	req->in_room = in_room;
	req->out = out;
	req->out_room = out_room;
	req->scratch = scratch;
	req->scratch_room = config->scratch;
	return req;
}

/* The carrier may have bytes in in[] already: those of a pipelined request. */
void hx_exchange_begin(struct hatch_req *req)
{
	size_t from = offsetof(struct hatch_req, in_len);
	size_t in_len = req->in_len;
	memset((char *)req + from, 0, sizeof(*req) - from);
	req->in_len = in_len;
	req->generation++;
	memset(req->scratch, 0, req->scratch_room);
	hx_text_init(&req->fields, req->out + HX_OUT_GAP, HATCH_RESPONSE_HEAD);
}

void hx_exchange_drop_response(struct hatch_req *req)
{
	if (req->phase == HX_RESPONDED)
		req->phase = HX_WAITING; /* it had been settled, and nothing of it is sent */
	hx_text_init(&req->fields, req->out + HX_OUT_GAP, HATCH_RESPONSE_HEAD);
	req->status = req->sticky = 0;
	req->body_len = 0;
	req->borrowed = hx_span(NULL, 0);
	req->source = NULL;
	req->length_set = false;
	req->length = 0;
	req->becomes_live = false;
	req->upgrade = NULL;
}

void hx_exchange_fail(struct hatch_req *req, int status)
{
	if (req->body_started || req->phase == HX_OVER)
		return;
	hx_exchange_drop_response(req);
	req->close_after = true;
	hx_respond_plain(req, status);
}

void hx_exchange_end(struct hatch_req *req, int error)
{
	if (req->phase == HX_OVER)
		return;
	req->phase = HX_OVER;
	while (req->on_end_count > 0) {
		struct hx_on_end *end = &req->on_end[--req->on_end_count];
		end->call(end->arg, error);
	}
	if (req->collected != NULL)
		hx_body_buf_give(req->srv, req->collected);
	req->collected = NULL;
	hx_wipe(req->scratch, req->scratch_room);
}

/* ---- finding the way ---- */

static void answer_options(struct hatch_req *req, unsigned methods)
{
	hx_respond_allow(req, 204, methods);
}

void hx_exchange_route(struct hatch_req *req)
{
	const struct hatch_config *config = hx_config(req->srv);
	unsigned methods = 0;
	req->phase = HX_GUARDS;
	if (!req->carrier->secure && config->plain_handler != NULL) {
		req->handler = config->plain_handler;
		return;
	}
	if (req->target.asterisk) {
		answer_options(req, hx_router_methods(config));
		return;
	}
	int found = hx_router_find(req, &methods);
	if (found == 0)
		req->handler = req->route->handler;
	else if (found == 200)
		answer_options(req, methods);
	else if (req->method == HATCH_OTHER)
		hx_respond_plain(req, 501);
	else if (found == 405)
		hx_respond_allow(req, 405, methods);
	else if (config->not_found != NULL)
		req->handler = config->not_found;
	else
		hx_respond_plain(req, 404);
}

/* ---- guards ---- */

static const struct hatch_policy *group_policy(const struct hatch_req *req)
{
	return req->group == NULL ? NULL : req->group->policy;
}

static const struct hatch_policy *route_policy(const struct hatch_req *req)
{
	return req->route == NULL ? NULL : req->route->policy;
}

/* The n-th guard: the group's, then the route's; NULL after the last. */
static const struct hatch_hook *guard_at(const struct hatch_req *req, size_t n)
{
	const struct hatch_policy *policy = group_policy(req);
	if (policy != NULL && n < policy->guard_count)
		return &policy->guards[n];
	n -= policy == NULL ? 0 : policy->guard_count;
	policy = route_policy(req);
	return policy != NULL && n < policy->guard_count ? &policy->guards[n] : NULL;
}

/* What a function of the application came back with, when it has not responded. */
static void no_response(struct hatch_req *req, const char *who, int ret)
{
	if (ret < 0 && ret != HATCH_EINVAL)
		hx_log(req->srv, HATCH_WARN, "%s failed: %s", who, hatch_strerror(ret));
	else if (ret < 0)
		hx_log(req->srv, HATCH_ERROR, "%s failed: %s", who, hatch_strerror(ret));
	else
		hx_log(req->srv, HATCH_ERROR, "%s returned %d without a response", who, ret);
	hx_exchange_fail(req, 500);
}

static void run_guards(struct hatch_req *req)
{
	const struct hatch_hook *guard;
	while (req->phase == HX_GUARDS && (guard = guard_at(req, req->guard_at)) != NULL) {
		req->arg = guard->arg;
		int ret = guard->call(req);
		if (ret < 0)
			no_response(req, "a guard", ret);
		if (req->phase != HX_GUARDS)
			return;
		if (ret == HATCH_LATER) {
			req->asleep = true;
			return;
		}
		if (ret != 0) {
			no_response(req, "a guard", ret);
			return;
		}
		req->guard_at++;
	}
	if (req->phase == HX_GUARDS)
		req->phase = HX_COLLECT;
}

/* ---- collecting ---- */

/* What stands in the way of collecting this body; 0: nothing. */
static int refuse_to_collect(struct hatch_req *req, uint32_t max)
{
	const unsigned with_body = HATCH_POST | HATCH_PUT | HATCH_PATCH;
	struct hatch_span coding = hx_field_find(req->head.fields, "Content-Encoding");
	/* RFC 9110 section 15.5.12: a handler that collects is to know that the body was empty. */
	if (req->framing.kind == HX_BODY_NONE && ((unsigned)req->method & with_body) != 0 &&
		hx_field_count(req->head.fields, "Content-Length") == 0 &&
		hx_field_count(req->head.fields, "Transfer-Encoding") == 0)
		return 411;
	/* Section 8.4: nobody here would decode it. */
	if (coding.len > 0 && !hx_span_same_nocase(coding, hatch_str("identity")))
		return 415;
	return req->framing.kind == HX_BODY_LENGTH && req->framing.length > max ? 413 : 0;
}

static void begin_collecting(struct hatch_req *req)
{
	const struct hatch_policy *own = route_policy(req), *shared = group_policy(req);
	uint32_t max = own == NULL ? 0 : own->body_max;
	if (max == 0 && shared != NULL)
		max = shared->body_max;
	int status = max == 0 ? 0 : refuse_to_collect(req, max);
	if (status != 0) {
		hx_exchange_fail(req, status);
		return;
	}
	if (max == 0 || req->framing.kind == HX_BODY_NONE) {
		req->phase = HX_HANDLER;
		return;
	}
	if (req->collected == NULL)
		req->collected = hx_body_buf_take(req->srv);
	req->collected_max = max;
}

static int collect(struct hatch_req *req, struct hatch_span piece)
{
	if (piece.len == 0) {
		req->body_ended = true;
		req->phase = HX_HANDLER;
		return 0;
	}
	if (piece.len > req->collected_max - req->collected_len) {
		hx_exchange_fail(req, 413);
		return HATCH_EBIG;
	}
	memcpy(req->collected->bytes + req->collected_len, piece.ptr, piece.len);
	req->collected_len += piece.len;
	return 0;
}

/* ---- the handler ---- */

int hx_exchange_call(struct hatch_req *req)
{
	int ret = req->before == NULL ? 0 : req->before(req);
	return ret == 0 && req->phase == HX_WAITING ? req->handler(req) : ret;
}

static bool is_for_worker(const struct hatch_req *req)
{
	const struct hatch_policy *own = route_policy(req), *shared = group_policy(req);
	return (own != NULL && own->worker) || (shared != NULL && shared->worker);
}

static void run_handler(struct hatch_req *req)
{
	req->arg = req->route == NULL ? NULL : req->route->arg;
	req->phase = HX_WAITING;
	if (is_for_worker(req))
		hx_exchange_work(req);
	else
		hx_exchange_called(req, hx_exchange_call(req));
}

void hx_exchange_called(struct hatch_req *req, int ret)
{
	if (ret < 0 && (req->phase == HX_WAITING || !req->body_started)) {
		no_response(req, "a handler", ret);
		return;
	}
	if (req->phase != HX_WAITING)
		return;
	if (ret != HATCH_LATER) {
		no_response(req, "a handler", ret);
		return;
	}
	if (req->sink == NULL && req->defer_ms == 0)
		(void)hatch_defer(req, 0);
}

void hx_exchange_run(struct hatch_req *req)
{
	if (req->asleep)
		return;
	if (req->phase == HX_GUARDS)
		run_guards(req);
	if (req->phase == HX_COLLECT && req->collected == NULL)
		begin_collecting(req);
	if (req->phase == HX_HANDLER)
		run_handler(req);
}

bool hx_exchange_wants_body(const struct hatch_req *req)
{
	if (req->body_ended || req->asleep || req->phase == HX_OVER)
		return false;
	if (req->phase == HX_COLLECT)
		return req->collected != NULL;
	return req->sink != NULL && req->phase == HX_WAITING;
}

int hx_exchange_give_body(struct hatch_req *req, struct hatch_span piece)
{
	HX_ASSERT(hx_exchange_wants_body(req));
	if (req->phase == HX_COLLECT)
		return collect(req, piece);
	if (piece.len == 0)
		req->body_ended = true;
	int ret = req->sink(req, piece, req->sink_arg);
	if (ret == HATCH_LATER && req->phase == HX_WAITING) {
		req->asleep = piece.len > 0;
		if (piece.len == 0 && req->defer_ms == 0)
			(void)hatch_defer(req, 0);
		return piece.len == 0 ? 0 : HATCH_LATER;
	}
	if (req->phase == HX_RESPONDED)
		return 0;
	if (ret < 0 || piece.len == 0)
		no_response(req, "a sink", ret);
	return ret < 0 ? ret : 0;
}
