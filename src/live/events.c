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
_Static_assert((int)CHUNK == (int)HX_EVENT_CHUNK, "HX_EVENT_CHUNK");

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
	client_of(live)->sent = hx_now_ms(live->srv);
}

bool hx_events_put(struct hx_live *live, const char *text, size_t len)
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
	return hx_events_put(live, line, text.len);
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
	if (client->quiet && hx_events_put(live, ":\n\n", 3))
		client->quiet = false;
}

/* ---- what happens to it ---- */

static void events_begin(struct hx_live *live)
{
	client_of(live)->sent = hx_now_ms(live->srv);
	hx_live_timer(live, keepalive_ms(client_of(live)->stream));
}

static void events_due(struct hx_live *live)
{
	struct hx_event_client *client = client_of(live);
	uint32_t all = keepalive_ms(client->stream), since = hx_now_ms(live->srv) - client->sent;
	client->quiet = since >= all;
	hx_live_timer(live, client->quiet ? all : all - since);
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

const struct hx_live_ops hx_events_ops = {
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
	struct hx_live *live = hx_live_take(req, &hx_events_ops);
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
