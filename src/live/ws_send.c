/*
 * ws_send.c - what is said on a WebSocket
 * SPDX-License-Identifier: MIT
 *
 * Frames go whole into the connection's buffer, one behind the other, whoever sends them: so they
 * cannot mix.  Control frames are owed until there is room.
 */
#include "../base/check.h"
#include "live.h"

enum { HEAD_MAX = 10, COMPRESS_MIN = 32, PACKED_HEAD = 4 };

/* True if it fit. */
static bool put_frame(struct hatch_ws *ws, unsigned first, struct hatch_span data)
{
	struct hx_ring *out = &ws->live->out;
	unsigned char head[HEAD_MAX];
	size_t len = hx_frame_head(head, first, data.len);
	if (len + data.len > hx_ring_free(out))
		return false;
	hx_ring_put(out, head, len);
	hx_ring_put(out, data.ptr, data.len);
	return true;
}

/* ---- what is owed ---- */

void hx_ws_put_close(struct hatch_ws *ws)
{
	const char code[2] = { (char)(ws->code >> 8), (char)(ws->code & 0xff) };
	bool none = ws->code == HX_CLOSE_NONE;
	if (!ws->owes_close ||
		!put_frame(ws, HX_FRAME_FIN | HX_OP_CLOSE, hx_span(code, none ? 0 : sizeof(code))))
		return;
	ws->owes_close = false;
	ws->said_close = true;
	if (ws->deaf)
		hx_live_finish(ws->live, ws->heard_close ? 0 : HATCH_EHTTP);
	else
		hx_live_timer(ws->live, hx_config(ws->live->srv)->goodbye_ms);
}

/* Before what is answered to messages behind the ping, if there is room. */
void hx_ws_pong(struct hatch_ws *ws)
{
	if (ws->said_close)
		return;
	ws->owes_pong = !put_frame(
		ws, HX_FRAME_FIN | HX_OP_PONG, hx_span(ws->control, ws->control_len));
}

void hx_ws_fill(struct hatch_ws *ws)
{
	if (ws->said_close)
		return;
	if (ws->owes_pong)
		hx_ws_pong(ws);
	hx_ws_put_close(ws);
	if (ws->owes_close || ws->said_close)
		return;
	if (ws->owes_ping)
		ws->owes_ping = !put_frame(ws, HX_FRAME_FIN | HX_OP_PING, hx_span("", 0));
	if (ws->wants == 0 || ws->wants > hx_ring_free(&ws->live->out))
		return;
	ws->wants = 0;
	if (ws->ops->writable != NULL)
		ws->ops->writable(ws);
}

/* ---- messages ---- */

/* The compressed frame's head may turn out shorter than the room that was left for it. */
static void close_gap(struct hx_ring *out, size_t start, size_t gap, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out->bytes[(start + i) % out->room] = out->bytes[(start + gap + i) % out->room];
}

/* True if it was worth it, and is sent. */
static bool put_packed(struct hatch_ws *ws, unsigned kind, struct hatch_span data)
{
	struct hx_ring *out = &ws->live->out, behind = *out;
	unsigned char head[HEAD_MAX];
	size_t start = (out->at + out->len) % out->room, room[2];
	char *at[2];
	if (ws->codec == NULL || data.len < COMPRESS_MIN || hx_ring_free(out) < data.len + HEAD_MAX)
		return false;
	behind.len += PACKED_HEAD;
	hx_ring_space(&behind, at, room);
	size_t len = ws->codec->seal(ws->packed, data, at, room);
	if (len == 0 || len >= data.len || len > 0xffff)
		return false;
	size_t head_len = hx_frame_head(head, HX_FRAME_FIN | HX_FRAME_RSV1 | kind, len);
	close_gap(out, start + head_len, PACKED_HEAD - head_len, len);
	hx_ring_put(out, head, head_len);
	out->len += len;
	return true;
}

static int check(const struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data)
{
	if ((kind != HATCH_WS_TEXT && kind != HATCH_WS_BINARY) ||
		(data.ptr == NULL && data.len > 0))
		return HATCH_EINVAL;
	if (ws->owes_close || ws->said_close)
		return HATCH_ESTATE;
	return data.len > ws->live->out.room - HEAD_MAX ? HATCH_EBIG : 0;
}

/* LATER: there is no room. */
static int send_whole(struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data)
{
	int error = check(ws, kind, data);
	if (error == 0 && ws->fragments != 0)
		error = HATCH_ESTATE;
	if (error < 0)
		return error;
	if (!put_packed(ws, kind, data) && !put_frame(ws, HX_FRAME_FIN | (unsigned)kind, data))
		return HATCH_LATER;
	hx_live_wake(ws->live);
	return 0;
}

/* writable() is called once so much fits. */
static int later(struct hatch_ws *ws, size_t len)
{
	ws->wants = len + HEAD_MAX;
	return HATCH_LATER;
}

int hatch_ws_send(struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data)
{
	int ret = send_whole(ws, kind, data);
	return ret == HATCH_LATER ? later(ws, data.len) : ret;
}

int hatch_ws_send_piece(
	struct hatch_ws *ws, enum hatch_ws_kind kind, struct hatch_span data, bool last)
{
	int error = check(ws, kind, data);
	if (error == 0 && ws->fragments != 0 && ws->fragments != (uint8_t)kind)
		error = HATCH_EINVAL;
	if (error < 0)
		return error;
	unsigned first = ws->fragments == 0 ? (unsigned)kind : (unsigned)HX_OP_CONTINUATION;
	if (!put_frame(ws, first | (last ? (unsigned)HX_FRAME_FIN : 0u), data))
		return later(ws, data.len);
	ws->fragments = last ? 0 : (uint8_t)kind;
	hx_live_wake(ws->live);
	return 0;
}

/* ---- publishing ---- */

static void deliver(struct hatch *srv, const struct hx_posted *posted)
{
	struct hatch_span data = hx_span(posted->bytes, posted->len);
	struct hx_live *live;
	for (uint32_t i = 0; i < hx_config(srv)->max_live; i++) {
		live = hx_live_at(srv, i);
		if (live == NULL || live->ops != &hx_ws_ops || !hx_posted_is_for(posted, live))
			continue;
		struct hatch_ws *ws = hx_ws_of(live);
		if (ws->owes_close || ws->said_close)
			continue; /* it is leaving */
		if (send_whole(ws, (enum hatch_ws_kind)posted->flags, data) != 0)
			hx_live_count_drop(srv, 1);
	}
}

int hatch_publish(
	struct hatch *srv, struct hatch_to to, enum hatch_ws_kind kind, struct hatch_span data)
{
	struct hx_posted *posted;
	struct hx_whom whom;
	if ((kind != HATCH_WS_TEXT && kind != HATCH_WS_BINARY) ||
		(data.ptr == NULL && data.len > 0))
		return HATCH_EINVAL;
	HX_TRY(hx_whom(&whom, hx_config(srv), to, hatch_websocket));
	if (data.len + HEAD_MAX > hx_config(srv)->live_buffer)
		return HATCH_EBIG;
	HX_TRY(hx_publish_begin(srv, &whom, (uint32_t)data.len, deliver, &posted));
	posted->flags = (uint8_t)kind;
	if (data.len > 0)
		memcpy(posted->bytes, data.ptr, data.len);
	hx_publish_end(srv);
	return 0;
}
