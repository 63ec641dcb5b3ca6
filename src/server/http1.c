/*
 * http1.c - what carries an exchange over HTTP/1.1: the stages idle, head,
 * exchange and discard
 * SPDX-License-Identifier: MIT
 *
 * An exchange is given memory when the first bytes of a request arrive and
 * gives it back when nothing of it is left to send; an idle connection has
 * none.  ex->in[] holds the head, and behind it whatever arrives next:
 *
 *	| head ............ | decoded | raw_at: not decoded .... in_len |   room |
 *
 * Body and response move at the same time, each as far as the other side and
 * the application let it.
 */
#include "../app/respond.h"
#include "../app/router.h"
#include "../base/check.h"
#include "../base/wipe.h"
#include "../http/encode.h"
#include "../http/status.h"
#include "conn.h"
#include "server.h"

static const char continue_100[] = "HTTP/1.1 100 Continue\r\n\r\n";
static const char busy_503[] = "HTTP/1.1 503 Service Unavailable\r\n"
			       "Content-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

/* ---- beginning and ending an exchange ---- */

static void begin(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	const struct hatch_config *config = hx_config(c->srv);
	hx_exchange_begin(req);
	req->carrier = c->secure ? &hx_http1_secure : &hx_http1_plain;
	req->carrier_self = c;
	memset(&c->scan, 0, sizeof(c->scan));
	memset(&c->body, 0, sizeof(c->body));
	c->raw_at = 0;
	c->held = c->tx = hx_span(NULL, 0);
	c->discarded = 0;
	c->ex_error = 0;
	c->continued = c->has_piece = c->keep = c->broken = c->chunked = c->source_done = false;
	c->began = c->now;
	c->asked = true;
	hx_due_disarm_all(&c->due);
	hx_due_arm(&c->due, HX_DUE_HEAD, c->now,
		hx_exchange_awaited(c->srv) ? HATCH_HEAD_GRACE_MS : config->head_ms);
	hx_due_arm(&c->due, HX_DUE_REQUEST, c->now, config->request_ms);
	hx_conn_enter(c, hx_http1_head);
}

/*
 * The wire's place goes away with the exchange if it lies in its memory.  If it is the engine's,
 * the next request may stand in it already.
 */
static void forget_place(struct hatch_conn *c, const struct hatch_req *req)
{
	uintptr_t at = (uintptr_t)c->wire.rx, in = (uintptr_t)req->in;
	if (at >= in && at < in + req->in_room)
		hx_wire_forget(&c->wire);
}

void hx_http1_drop(struct hatch_conn *c, int error)
{
	struct hatch_req *req = c->ex;
	if (req == NULL)
		return;
	if (req->phase != HX_OVER && req->carrier != NULL && c->stage == hx_http1_exchange) {
		hx_exchange_end(req, error);
		hx_count_exchange(c, error);
	}
	hx_exchange_end(req, error);
	c->ex = NULL;
	if (req->live != NULL)
		req->live->engine->drop(req->live, error == 0 ? HATCH_EGONE : error);
	c->tx = c->held = hx_span(NULL, 0);
	forget_place(c, req);
	hx_wipe(req->in, req->in_len);
	hx_exchange_give(c->srv, req);
}

/* What may follow a request on the same connection is already in in[]. */
static void next_request(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	size_t left = req->in_len - c->raw_at;
	memmove(req->in, req->in + c->raw_at, left);
	req->in_len = left;
	if (left > 0) {
		begin(c);
		return;
	}
	hx_http1_drop(c, 0);
	hx_due_disarm_all(&c->due);
	hx_due_arm(&c->due, HX_DUE_IDLE, c->now, hx_config(c->srv)->idle_ms);
	hx_conn_enter(c, hx_http1_idle);
}

/* Refuses the request: the client hears why, and the connection ends. */
static void refuse(struct hatch_conn *c, int status, int error)
{
	c->ex_error = error;
	c->broken = true;
	hx_exchange_fail(c->ex, status);
	hx_due_disarm(&c->due, HX_DUE_HEAD);
	hx_due_disarm(&c->due, HX_DUE_BODY);
	hx_due_disarm(&c->due, HX_DUE_REQUEST);
	hx_conn_enter(c, hx_http1_exchange);
}

/* ---- idle ---- */

/*
 * Who cannot have an exchange leaves the record where it is: with its buffers in hand it would
 * keep those who have one from answering, and so from giving it back.
 */
static int look(struct hatch_conn *c)
{
	c->engine->hold = !hx_exchange_free(c);
	int ret = c->engine->ops->peek(c->engine);
	c->engine->hold = false;
	return ret == HATCH_LATER && c->engine->held ? 1 : ret;
}

enum hx_go hx_http1_idle(struct hatch_conn *c)
{
	int ret = look(c);
	if (ret == HATCH_LATER) {
		c->waits_pool = false;
		return HX_GO_WAIT;
	}
	if (ret <= 0) {
		c->said_bye = ret < 0;
		hx_conn_goodbye(c, ret, false);
		return HX_GO_ON;
	}
	if (hx_stopping(c->srv)) {
		hx_conn_goodbye(c, 0, true);
		return HX_GO_ON;
	}
	c->ex = hx_exchange_take(c);
	c->waits_pool = c->ex == NULL;
	if (c->ex == NULL) {
		hx_due_disarm(&c->due, HX_DUE_IDLE);
		if (!hx_due_armed(&c->due, HX_DUE_HEAD))
			hx_due_arm(&c->due, HX_DUE_HEAD, c->now, hx_config(c->srv)->head_ms);
		return HX_GO_WAIT;
	}
	c->ex->in_len = 0;
	begin(c);
	return HX_GO_ON;
}

/* ---- head ---- */

/* The head is complete: 0, or the status to refuse it with. */
static int read_head(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	int status = hx_head_parse(&req->head, req->in, &c->scan);
	if (status < 0)
		return -status;
	req->method = hx_method_parse(req->head.method);
	status = hx_framing_decide(&req->framing, &req->head);
	if (status < 0)
		return -status;
	char *target = req->in + (req->head.target.ptr - req->in);
	status = hx_target_parse(
		&req->target, target, req->head.target.len, req->method == HATCH_OPTIONS);
	return status < 0 ? -status : 0;
}

/* RFC 6585 section 4. */
static void answer_too_many(struct hatch_conn *c, uint32_t wait_ms)
{
	char seconds[12];
	struct hx_text text;
	hx_text_init(&text, seconds, sizeof(seconds));
	hx_text_uint(&text, (wait_ms + 999) / 1000);
	(void)hatch_add_field_span(c->ex, "Retry-After", hx_span(seconds, text.len));
	hx_respond_plain(c->ex, 429);
}

enum hx_go hx_http1_head(struct hatch_conn *c)
{
	const struct hatch_config *config = hx_config(c->srv);
	const struct hx_head_limits limits = { config->max_line, config->max_head,
		config->max_fields };
	struct hatch_req *req = c->ex;
	int done = hx_head_scan(&c->scan, req->in, req->in_len, &limits);
	if (done == 0) {
		HX_ASSERT(req->in_len < req->in_room);
		int got = c->engine->ops->read(
			c->engine, req->in + req->in_len, req->in_room - req->in_len);
		if (got == HATCH_LATER)
			return HX_GO_WAIT;
		if (got <= 0) {
			c->said_bye = got < 0;
			hx_conn_goodbye(c, got < 0 ? got : HATCH_EGONE, false);
			return HX_GO_ON;
		}
		req->in_len += (size_t)got;
		return HX_GO_ON;
	}
	int status = done < 0 ? -done : read_head(c);
	if (status != 0) {
		refuse(c, status, HATCH_EHTTP);
		return HX_GO_ON;
	}
	hx_due_disarm(&c->due, HX_DUE_HEAD);
	c->raw_at = c->scan.at;
	hx_body_init(&c->body, &req->framing, config->max_trailers, config->max_fields);
	hx_conn_enter(c, hx_http1_exchange);
	uint32_t wait = hx_request_rate(c);
	if (wait == 0)
		hx_exchange_route(req);
	else
		answer_too_many(c, wait);
	return HX_GO_ON;
}

/* ---- the body ---- */

/*
 * The next piece of content, at most max bytes; an empty one is the end.  It
 * stays valid until the next call.  0, LATER, or an error; HATCH_EHTTP leaves
 * the status in *status.
 */
static int next_piece(struct hatch_conn *c, size_t max, struct hatch_span *piece, int *status)
{
	struct hatch_req *req = c->ex;
	*piece = hx_span("", 0);
	while (!c->body.done) {
		size_t len = req->in_len - c->raw_at, used = 0;
		if (len > 0) {
			int ret = hx_body_take(
				&c->body, req->in + c->raw_at, len < max ? len : max, &used, piece);
			c->raw_at += used;
			if (ret < 0) {
				*status = -ret;
				return HATCH_EHTTP;
			}
			if (piece->len > 0)
				return 0;
			continue;
		}
		if (req->framing.expect_continue && !c->continued && !req->body_started) {
			c->continued = true;
			c->tx = hatch_str(continue_100);
		}
		req->in_len = c->raw_at = c->scan.at;
		int got = c->engine->ops->read(
			c->engine, req->in + req->in_len, req->in_room - req->in_len);
		if (got == HATCH_LATER)
			return HATCH_LATER;
		if (got <= 0)
			return got == 0 ? HATCH_EGONE : got;
		req->in_len += (size_t)got;
	}
	*piece = hx_span("", 0);
	hx_due_disarm(&c->due, HX_DUE_REQUEST);
	return 0;
}

static void wait_for_body(struct hatch_conn *c)
{
	if (!hx_due_armed(&c->due, HX_DUE_BODY))
		hx_due_arm(&c->due, HX_DUE_BODY, c->now, hx_config(c->srv)->body_ms);
}

/* A body that cannot be read any further.  True: a response about it can still be given. */
static bool body_failed(struct hatch_conn *c, int error, int status)
{
	if (error == HATCH_EHTTP && !c->ex->body_started && c->ex->phase < HX_RESPONDED) {
		refuse(c, status, error);
		return true;
	}
	hx_conn_cut(c, error);
	return false;
}

/* Gives the application what it wants.  False: the stage has changed, or a worker has it. */
static bool move_body(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	int status = 0;
	while (hx_exchange_wants_body(req)) {
		if (!c->has_piece) {
			int ret = next_piece(c, req->in_room, &c->held, &status);
			if (ret == HATCH_LATER) {
				wait_for_body(c);
				return true;
			}
			if (ret < 0)
				return body_failed(c, ret, status);
			c->has_piece = true;
			hx_due_disarm(&c->due, HX_DUE_BODY);
		}
		if (hx_exchange_give_body(req, c->held) == HATCH_LATER)
			return true;
		c->has_piece = false;
		hx_exchange_run(req);
		if (c->working)
			return false;
	}
	return true;
}

/* hatch_read(): the application pulls. */
static int pull(void *self, void *buf, size_t room)
{
	struct hatch_conn *c = self;
	struct hatch_span piece;
	int ret = next_piece(c, room, &piece, &c->refused_with);
	if (ret == HATCH_LATER)
		wait_for_body(c);
	if (ret != 0)
		return ret;
	hx_due_disarm(&c->due, HX_DUE_BODY);
	memcpy(buf, piece.ptr, piece.len);
	return (int)piece.len;
}

/* ---- the response ---- */

static bool may_keep(const struct hatch_conn *c)
{
	const struct hatch_req *req = c->ex;
	if (c->broken || req->close_after || !req->framing.keep_alive || hx_stopping(c->srv))
		return false;
	/* Who has sent the next request already would keep its place before those who wait for one.
	 */
	if (req->in_len > c->raw_at && c->body.done && hx_exchange_awaited(c->srv))
		return false;
	if (c->body.done)
		return true;
	/* A client that waits for 100 may now send the body or not: nobody can tell (RFC
	 * 9110 10.1.1). */
	if (req->framing.expect_continue && !c->continued)
		return false;
	return c->body.kind != HX_BODY_LENGTH || c->body.left <= hx_config(c->srv)->discard_max;
}

static void choose_length(struct hatch_conn *c, struct hx_response_head *head)
{
	const struct hatch_req *req = c->ex;
	head->length = HX_LENGTH_CHUNKED;
	if (hx_status_bodiless(req->status))
		head->length = HX_LENGTH_NONE;
	else if (req->length_set)
		head->length = HX_LENGTH_KNOWN;
	else if (req->head.minor == 0)
		head->length = HX_LENGTH_CLOSE;
	head->content_length = req->length;
	if (head->length == HX_LENGTH_CLOSE || (req->becomes_live && req->upgrade == NULL))
		c->keep = false;
	c->chunked = head->length == HX_LENGTH_CHUNKED;
}

/* Puts the head in front of the fields, and behind them what is there of the body. */
static void start_response(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	struct hx_response_head head = { .status = req->status, .unix_time = hx_unix_time(c->srv) };
	char start[HX_OUT_GAP];
	struct hx_text text;
	c->keep = may_keep(c);
	choose_length(c, &head);
	head.close = !c->keep && req->status != 101;
	head.upgrade = req->upgrade;
	head.keep_alive_10 = c->keep && req->head.minor == 0;
	hx_text_init(&text, start, sizeof(start));
	hx_encode_head(&text, &head);
	HX_ASSERT(text.error == 0 && text.len > 2);
	size_t len = text.len - 2; /* the empty line comes behind the fields */
	char *at = req->fields.ptr - len;
	char *body = req->fields.ptr + req->fields.len + 2;
	memcpy(at, start, len);
	memcpy(body - 2, "\r\n", 2);
	if (req->method == HATCH_HEAD) {
		req->body_len = 0;
		req->borrowed = hx_span(NULL, 0);
		req->source = NULL;
	}
	size_t room = (size_t)(req->out + req->out_room - body);
	if (req->borrowed.len > 0) {
		req->body_len = req->borrowed.len < room ? req->borrowed.len : room;
		memcpy(body, req->borrowed.ptr, req->body_len);
		req->borrowed = hx_span(
			req->borrowed.ptr + req->body_len, req->borrowed.len - req->body_len);
	}
	req->sent = req->body_len + req->borrowed.len;
	req->body_started = true;
	c->tx = hx_span(at, (size_t)(body - at) + req->body_len);
}

/*
 * Asks the source for more and puts it behind what waits in c->tx.  0, LATER,
 * or an error.
 */
static int fill(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	static const char last[] = HX_LAST_CHUNK;
	char *at = c->tx.len > 0 ? req->out + (c->tx.ptr - req->out) + c->tx.len : req->out;
	size_t extra = c->chunked ? HX_CHUNK_PREFIX + HX_CHUNK_SUFFIX : 0;
	size_t room = (size_t)(req->out + req->out_room - at) - extra;
	char *data = at + (c->chunked ? HX_CHUNK_PREFIX : 0);
	HX_ASSERT(room >= HATCH_ROOM_MIN);
	if (req->length_set && req->length - req->sent < room)
		room = (size_t)(req->length - req->sent);
	req->waits_for_body = false;
	int got = room == 0 ? 0 : req->source(req, data, room, req->source_arg);
	if (got == HATCH_LATER) {
		req->asleep = !req->waits_for_body;
		return HATCH_LATER;
	}
	if (got < 0)
		return got;
	if ((size_t)got > room || (got == 0 && req->length_set && req->sent != req->length)) {
		hx_log(c->srv, HATCH_ERROR,
			"a source gave a body of another length than it announced");
		return HATCH_EINVAL;
	}
	req->sent += (unsigned)got;
	if (got == 0) {
		c->source_done = true;
		extra = c->chunked ? sizeof(last) - 1 : 0;
		memcpy(at, last, extra);
	} else if (c->chunked) {
		hx_encode_chunk(at, (size_t)got, data + got);
	}
	c->tx = hx_span(c->tx.len > 0 ? c->tx.ptr : at, c->tx.len + (size_t)got + extra);
	return 0;
}

/* A source may want to pull a body that the client holds back until it has seen 100. */
static bool owes_continue(const struct hatch_conn *c)
{
	const struct hatch_req *req = c->ex;
	return req->framing.expect_continue && !c->continued && !c->body.done && !c->broken &&
	       req->source != NULL;
}

/* The source has failed before a byte of its response was sent: there is still time for another. */
static int take_back(struct hatch_conn *c, int error)
{
	struct hatch_req *req = c->ex;
	if (error == HATCH_EGONE || error == HATCH_ECUT || error == HATCH_ETLS)
		return error;
	req->body_started = false;
	req->sent = 0;
	c->tx = hx_span(NULL, 0);
	if (error != HATCH_EHTTP)
		hx_log(c->srv, HATCH_WARN, "a source failed: %s", hatch_strerror(error));
	refuse(c, error == HATCH_EHTTP ? c->refused_with : 500, error);
	return 0;
}

/* 1 when the response is out, 0 to wait, or an error. */
static int move_response(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	for (;;) {
		int ret = 0;
		bool begins = c->tx.len == 0 && req->phase == HX_RESPONDED && !req->body_started;
		if (begins && owes_continue(c)) {
			c->continued = true;
			c->tx = hatch_str(continue_100);
			begins = false;
		}
		if (begins)
			start_response(c);
		if ((begins || c->tx.len == 0) && req->source != NULL && !c->source_done &&
			req->body_started && !req->asleep)
			ret = fill(c);
		if (ret < 0 && begins && (ret = take_back(c, ret)) == 0)
			continue;
		if (ret < 0)
			return ret;
		if (c->tx.len > 0) {
			ret = hx_conn_write(c);
			if (ret <= 0)
				return ret;
			continue;
		}
		if (ret == HATCH_LATER || req->phase != HX_RESPONDED)
			return 0;
		if (req->borrowed.len == 0)
			return req->source == NULL || c->source_done ? 1 : 0;
		c->tx = req->borrowed;
		req->borrowed = hx_span(NULL, 0);
	}
}

/* ---- exchange ---- */

/* Nothing moves: has the client left, that nobody works for it in vain? */
static bool client_left(struct hatch_conn *c)
{
	/* Behind an unread body nothing can be seen but an error. */
	if (hx_wire_wants_tx(&c->wire) || !c->body.done)
		return c->wire.rx_ended && c->wire.rx_error != 0;
	int ret = c->engine->ops->peek(c->engine);
	return ret != HATCH_LATER && ret <= 0;
}

/* Whoever is to answer, or to make room, has only so long. */
static void watch_application(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	bool held_up = c->waits_pool || (req->asleep && req->phase < HX_RESPONDED);
	if (req->defer_new)
		hx_due_arm(&c->due, HX_DUE_RESPOND, c->now, req->defer_ms);
	else if (held_up && !hx_due_armed(&c->due, HX_DUE_RESPOND))
		hx_due_arm(&c->due, HX_DUE_RESPOND, c->now, hx_config(c->srv)->respond_ms);
	else if (!held_up && (req->phase == HX_RESPONDED || req->defer_ms == 0))
		hx_due_disarm(&c->due, HX_DUE_RESPOND);
	req->defer_new = false;
	if (req->resume_new)
		hx_due_arm(&c->due, HX_DUE_RESUME, c->now, req->resume_ms);
	req->resume_new = false;
}

/* Nobody may send before the head has come: what stands here already was meant for HTTP. */
static void become_live(struct hatch_conn *c)
{
	struct hx_live *live = c->ex->live;
	bool early = c->ex->in_len > c->raw_at;
	c->ex->live = NULL;
	hx_http1_drop(c, 0);
	live->engine->begin(live);
	if (early)
		hx_conn_cut(c, HATCH_EHTTP);
}

static void respond_done(struct hatch_conn *c)
{
	hx_exchange_end(c->ex, c->ex_error);
	hx_count_exchange(c, c->ex_error);
	hx_due_disarm(&c->due, HX_DUE_RESPOND);
	hx_due_disarm(&c->due, HX_DUE_RESUME);
	hx_due_disarm(&c->due, HX_DUE_BODY);
	if (c->ex->becomes_live)
		become_live(c);
	else if (c->keep && !hx_stopping(c->srv))
		hx_conn_enter(c, hx_http1_discard);
	else
		hx_conn_goodbye(c, c->broken ? c->ex_error : 0, true);
}

enum hx_go hx_http1_exchange(struct hatch_conn *c)
{
	struct hatch_req *req = c->ex;
	hx_exchange_run(req);
	if (c->working || !move_body(c))
		return c->working ? HX_GO_WAIT : HX_GO_ON;
	c->waits_pool = req->phase == HX_COLLECT && req->collected == NULL;
	watch_application(c);
	int ret = move_response(c);
	if (ret < 0) {
		hx_conn_cut(c, ret);
		return HX_GO_ON;
	}
	if (ret == 1) {
		respond_done(c);
		return HX_GO_ON;
	}
	if ((req->phase != HX_RESPONDED || req->asleep) && client_left(c)) {
		hx_conn_cut(c, HATCH_EGONE);
		return HX_GO_ON;
	}
	return HX_GO_WAIT;
}

/* ---- discard ---- */

/* What is left of a body that nobody wanted. */
enum hx_go hx_http1_discard(struct hatch_conn *c)
{
	struct hatch_span piece;
	int status = 0;
	for (;;) {
		int ret = next_piece(c, c->ex->in_room, &piece, &status);
		/* The answer is out: nobody waits for its place until a slow client has sent the
		 * rest. */
		if (ret == HATCH_LATER && hx_exchange_awaited(c->srv)) {
			hx_conn_goodbye(c, 0, true);
			return HX_GO_ON;
		}
		if (ret == HATCH_LATER) {
			wait_for_body(c);
			return HX_GO_WAIT;
		}
		c->discarded += piece.len;
		hx_due_disarm(&c->due, HX_DUE_BODY);
		if (ret < 0 || c->discarded > hx_config(c->srv)->discard_max) {
			hx_conn_goodbye(c, ret, ret >= 0);
			return HX_GO_ON;
		}
		if (piece.len > 0)
			continue;
		next_request(c);
		return HX_GO_ON;
	}
}

/* ---- deadlines ---- */

void hx_http1_overdue(struct hatch_conn *c, enum hx_due_name which)
{
	struct hatch_req *req = c->ex;
	if (req == NULL) {
		/* No exchange has come free in all that time. */
		hx_log(c->srv, HATCH_WARN, "%s 503: all %u exchanges are busy", c->peer.text,
			(unsigned)hx_config(c->srv)->max_requests);
		c->waits_pool = false;
		hx_conn_farewell(c, busy_503, HATCH_ETIME);
		return;
	}
	if (which == HX_DUE_RESUME) {
		req->asleep = false;
		return;
	}
	bool reading = hx_due_armed(&c->due, HX_DUE_BODY) || which == HX_DUE_BODY;
	if (c->stage == hx_http1_discard) {
		hx_conn_goodbye(c, HATCH_ETIME, false);
	} else if (which == HX_DUE_HEAD || (which == HX_DUE_REQUEST && c->stage == hx_http1_head)) {
		refuse(c, 408, HATCH_ETIME);
	} else if (which == HX_DUE_RESPOND) {
		if (req->phase < HX_RESPONDED) {
			c->ex_error = HATCH_ETIME;
			hx_exchange_fail(req, c->waits_pool ? 503 : 504);
			req->close_after = !c->body.done;
		}
	} else if (which == HX_DUE_BODY || (which == HX_DUE_REQUEST && reading)) {
		if (req->phase < HX_RESPONDED)
			refuse(c, 408, HATCH_ETIME);
		else
			hx_conn_cut(c, HATCH_ETIME);
	}
}

/* ---- what the exchange asks of its carrier ---- */

static void wake(void *self)
{
	struct hatch_conn *c = self;
	hx_conn_wake(c);
}

static void facts(void *self, struct hatch_tls_facts *out)
{
	struct hatch_conn *c = self;
	c->engine->ops->facts(c->engine, out);
	out->handshake_ms = c->handshake_ms;
	out->handshake_cpu_ns = c->handshake_cpu_ns;
	out->heap_peak = c->handshake_peak;
	out->heap_now = c->account.now;
}

static const struct hatch_address *peer(void *self)
{
	struct hatch_conn *c = self;
	return &c->peer;
}

const struct hx_carrier hx_http1_plain = { pull, wake, facts, peer, false };
const struct hx_carrier hx_http1_secure = { pull, wake, facts, peer, true };
