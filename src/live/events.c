/*
 * events.c - hatch_events, and what becomes of a connection that subscribes
 * SPDX-License-Identifier: MIT
 *
 * A subscriber has a place in the stream, and whole events of its own buffer, as many as fit: so a
 * slow one costs nothing more, and none is sent half an event that is gone meanwhile.
 */
#include "../app/respond.h"
#include "../http/encode.h"
#include "../http/field.h"
#include "../http/uri.h"
#include "live.h"

enum { KEEPALIVE_MS = 15000, CHUNK = HX_CHUNK_PREFIX + HX_CHUNK_SUFFIX };

/* What a client that has subscribed still sends is of no use to anybody; so much is read away. */
enum { DISCARD_MAX = 4096 };

static struct hx_event_client *client_of(struct hx_live *live)
{
	return &live->as.events;
}

static uint32_t keepalive_ms(const struct hatch_event_stream *stream)
{
	return stream->keepalive_ms == 0 ? (uint32_t)KEEPALIVE_MS : stream->keepalive_ms;
}

/* ---- what is sent ---- */

static size_t room_for_text(const struct hx_live *live)
{
	size_t room = hx_ring_free(&live->out), extra = live->chunked ? CHUNK : 0;
	return room > extra ? room - extra : 0;
}

/* Around text that the caller puts between the two calls. */
static void open_chunk(struct hx_live *live, size_t len)
{
	char prefix[HX_CHUNK_PREFIX], suffix[HX_CHUNK_SUFFIX];
	if (!live->chunked)
		return;
	hx_encode_chunk(prefix, len, suffix);
	hx_ring_put(&live->out, prefix, sizeof(prefix));
}

static void close_chunk(struct hx_live *live)
{
	if (live->chunked)
		hx_ring_put(&live->out, "\r\n", HX_CHUNK_SUFFIX);
	client_of(live)->sent = true;
}

static bool put_text(struct hx_live *live, const char *text, size_t len)
{
	if (len > room_for_text(live))
		return false;
	open_chunk(live, len);
	hx_ring_put(&live->out, text, len);
	close_chunk(live);
	return true;
}

static bool put_hello(struct hx_live *live)
{
	char line[32];
	struct hx_text text;
	if (client_of(live)->stream->retry_ms == 0)
		return true;
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, "retry: ");
	hx_text_uint(&text, client_of(live)->stream->retry_ms);
	hx_text_str(&text, "\n\n");
	return put_text(live, line, text.len);
}

/* From the stream's ring into ours, by pieces of what fits on the stack. */
static void put_event(struct hx_live *live, size_t len)
{
	struct hx_event_client *client = client_of(live);
	char piece[64];
	open_chunk(live, len);
	for (size_t done = 0; done < len;) {
		size_t size = len - done < sizeof(piece) ? len - done : sizeof(piece);
		hx_stream_copy(client->stream, client->at, done, piece, size);
		hx_ring_put(&live->out, piece, size);
		done += size;
	}
	close_chunk(live);
	client->at += HX_EVENT_PREFIX + len;
	client->next++;
}

/* What it has not got in time is gone.  False: so is the client. */
static bool catch_up(struct hx_live *live)
{
	struct hx_event_client *client = client_of(live);
	const struct hatch_event_stream *stream = client->stream;
	if (client->at >= stream->begin)
		return true;
	hx_live_count_drop(live->srv, stream->first - client->next);
	client->at = stream->begin;
	client->next = stream->first;
	if (stream->slow == HATCH_SLOW_CLOSE)
		hx_live_cut(live, HATCH_ETIME);
	return stream->slow != HATCH_SLOW_CLOSE;
}

static void events_fill(struct hx_live *live)
{
	struct hx_event_client *client = client_of(live);
	if (live->stopping || !catch_up(live))
		return;
	if (client->hello)
		client->hello = !put_hello(live);
	while (!client->hello && client->at < client->stream->end) {
		size_t len = hx_stream_len(client->stream, client->at);
		if (len > room_for_text(live))
			return;
		put_event(live, len);
	}
	if (client->quiet && put_text(live, ":\n\n", 3))
		client->quiet = false;
}

/* ---- what happens to it ---- */

static void events_begin(struct hx_live *live)
{
	hx_live_timer(live, keepalive_ms(client_of(live)->stream));
}

static void events_due(struct hx_live *live)
{
	struct hx_event_client *client = client_of(live);
	client->quiet = !client->sent;
	client->sent = false;
	hx_live_timer(live, keepalive_ms(client->stream));
}

static size_t events_place(struct hx_live *live, char **at)
{
	*at = live->in;
	return live->in_room;
}

static void events_take(struct hx_live *live, size_t len)
{
	struct hx_event_client *client = client_of(live);
	client->discarded += (uint32_t)len;
	if (client->discarded > DISCARD_MAX)
		hx_live_cut(live, HATCH_EHTTP);
}

static void events_stop(struct hx_live *live)
{
	if (live->chunked && hx_ring_free(&live->out) >= sizeof(HX_LAST_CHUNK) - 1)
		hx_ring_put(&live->out, HX_LAST_CHUNK, sizeof(HX_LAST_CHUNK) - 1);
	hx_live_finish(live, 0);
}

static struct hatch_live_ref ref_of(const struct hx_live *live)
{
	struct hatch_live_ref ref = { live->slot, live->generation };
	return ref;
}

static void events_end(struct hx_live *live, int error)
{
	const struct hatch_event_stream *stream = client_of(live)->stream;
	(void)error;
	if (stream->close != NULL)
		stream->close(ref_of(live), stream);
}

static const struct hx_live_ops events_ops = {
	.kind = HX_LIVE_EVENTS,
	.begin = events_begin,
	.place = events_place,
	.take = events_take,
	.fill = events_fill,
	.due = events_due,
	.stop = events_stop,
	.end = events_end,
};

/* ---- the handler ---- */

static void find_place(struct hx_event_client *client, struct hatch_span last_id)
{
	const struct hatch_event_stream *stream = client->stream;
	client->at = stream->end;
	client->next = stream->next;
	if (last_id.len == 0 || hx_stream_after(stream, last_id, &client->at, &client->next))
		return;
	client->at = stream->begin;
	client->next = stream->first;
}

static int subscribe(struct hatch_req *req, struct hx_live *live)
{
	struct hatch_event_stream *stream = client_of(live)->stream;
	int ret = stream->open == NULL ? 0 : stream->open(req, ref_of(live));
	if (ret != 0 || req->phase >= HX_RESPONDED)
		return ret;
	client_of(live)->opened = true;
	ret = hatch_set_field(req, "Cache-Control", "no-store");
	return ret < 0 ? ret : hx_respond_live(req, 200, "text/event-stream", live);
}

/* Whoever was told of it is told of its end. */
static void give_back(struct hx_live *live)
{
	if (client_of(live)->opened)
		live->engine->drop(live, HATCH_EGONE);
	else
		hx_live_give(live);
}

int hatch_events(struct hatch_req *req)
{
	/* The route's argument is const for everybody but us, whose the stream's state is. */
	struct hatch_event_stream *stream = (struct hatch_event_stream *)(uintptr_t)hatch_arg(req);
	if (stream == NULL || stream->memory == NULL) {
		hx_log(req->srv, HATCH_ERROR,
			"hatch_events: the route's arg is a stream with memory");
		return HATCH_EINVAL;
	}
	if (req->framing.kind != HX_BODY_NONE)
		return hatch_send_text(req, 400, "A subscription has no body.\n");
	if (req->method == HATCH_HEAD)
		return hatch_send_bytes(req, 200, "text/event-stream", "", 0);
	struct hx_live *live = hx_live_take(req, &events_ops);
	if (live == NULL)
		return 0; /* it has been answered */
	struct hx_event_client *client = client_of(live);
	client->stream = stream;
	client->hello = true;
	live->chunked = req->head.minor != 0;
	find_place(client, hatch_field(req, "Last-Event-ID"));
	int ret = subscribe(req, live);
	if (req->live != live)
		give_back(live);
	return ret;
}

/* ---- publishing ---- */

static void wake_subscribers(struct hatch *srv, const struct hatch_event_stream *stream)
{
	struct hx_live *live;
	for (uint32_t i = 0; i < hx_config(srv)->max_live; i++)
		if ((live = hx_live_at(srv, i)) != NULL && live->ops == &events_ops &&
			live->as.events.stream == stream)
			hx_live_wake(live);
}

static void add_to(struct hatch *srv, const void *arg, struct hatch_span text)
{
	struct hatch_event_stream *stream = (struct hatch_event_stream *)(uintptr_t)arg;
	if (hx_stream_add(stream, text) < 0)
		hx_log(srv, HATCH_WARN, "an event of %lu bytes is longer than its stream's memory",
			(unsigned long)text.len);
	wake_subscribers(srv, stream);
}

/* Two routes may have one stream: each is marked when it has got the event. */
static void each_in_table(struct hatch *srv, const struct hatch_route *routes, size_t count,
	const struct hatch_span *text)
{
	for (size_t i = 0; i < count; i++) {
		struct hatch_event_stream *stream =
			(struct hatch_event_stream *)(uintptr_t)routes[i].arg;
		if (routes[i].handler != hatch_events || stream == NULL)
			continue;
		if (text != NULL && !stream->marked)
			add_to(srv, stream, *text);
		stream->marked = text != NULL;
	}
}

/* text NULL: takes the marks away. */
static void each_stream(struct hatch *srv, const struct hatch_span *text)
{
	const struct hatch_config *config = hx_config(srv);
	each_in_table(srv, config->routes, config->route_count, text);
	for (size_t i = 0; i < config->group_count; i++)
		each_in_table(srv, config->groups[i].routes, config->groups[i].route_count, text);
}

static void deliver_to_one(struct hatch *srv, const struct hx_posted *posted)
{
	struct hx_live *live = hx_live_find(srv, posted->one);
	if (live == NULL || live->ops != &events_ops || live->stopping)
		return;
	if (!put_text(live, posted->bytes, posted->len))
		hx_live_count_drop(srv, 1);
	hx_live_wake(live);
}

static void deliver(struct hatch *srv, const struct hx_posted *posted)
{
	struct hatch_span text = hx_span(posted->bytes, posted->len);
	if (posted->to == HX_TO_ONE) {
		deliver_to_one(srv, posted);
	} else if (posted->to == HX_TO_ALL) {
		each_stream(srv, NULL);
		each_stream(srv, &text);
	} else {
		add_to(srv, posted->key, text);
	}
}

static bool has_stream(const struct hatch_route *routes, size_t count, const void *stream)
{
	for (size_t i = 0; i < count; i++)
		if (routes[i].handler == hatch_events && routes[i].arg == stream)
			return true;
	return false;
}

/* Somebody else's argument is not taken for a stream. */
static bool is_stream(const struct hatch_config *config, const void *stream)
{
	bool found = has_stream(config->routes, config->route_count, stream);
	for (size_t i = 0; !found && i < config->group_count; i++)
		found = has_stream(config->groups[i].routes, config->groups[i].route_count, stream);
	return found;
}

int hatch_publish_event(struct hatch *srv, struct hatch_to to, const struct hatch_event *event)
{
	struct hx_posted *posted;
	struct hx_text text;
	int error = hx_event_check(event);
	if (error < 0)
		return error;
	if (to.path != NULL) {
		const struct hatch_route *route = hx_route_named(hx_config(srv), to.path);
		if (route == NULL || route->handler != hatch_events)
			return HATCH_EINVAL;
		to = hatch_to_arg(route->arg);
	}
	const struct hatch_event_stream *stream = to.arg;
	if (stream != NULL && !is_stream(hx_config(srv), stream))
		return HATCH_EINVAL;
	size_t size = hx_event_size(event);
	if (size > 0xffff || size + CHUNK > hx_config(srv)->live_buffer ||
		(stream != NULL && size + HX_EVENT_PREFIX > stream->memory_len))
		return HATCH_EBIG;
	error = hx_publish_begin(srv, to, (uint32_t)size, deliver, &posted);
	if (error < 0)
		return error;
	hx_text_init(&text, posted->bytes, size);
	hx_event_write(&text, event);
	hx_publish_end(srv);
	return 0;
}
