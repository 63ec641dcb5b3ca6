/*
 * ws_receive.c - what arrives on a WebSocket
 * SPDX-License-Identifier: MIT
 *
 * A message is put together where it arrives, behind it is what was not looked at yet.  With a
 * piece that the application has not taken, nothing more is received: that holds the client back.
 */
#include "live.h"

enum { PIECES_MAX = 1 << 20 };

static uint32_t message_max(const struct hatch_ws *ws)
{
	uint32_t most = hx_config(ws->live->srv)->live_piece;
	size_t room;
	if (ws->ops->in_pieces)
		return ws->ops->message_max == 0 ? (uint32_t)PIECES_MAX : ws->ops->message_max;
	if (ws->codec != NULL) {
		(void)ws->codec->memory(ws->packed, &room);
		most = (uint32_t)room;
	}
	return ws->ops->message_max == 0 || ws->ops->message_max > most ? most
									: ws->ops->message_max;
}

/* The client broke the protocol: it hears the code, and nothing more of it is read. */
static void fail(struct hatch_ws *ws, int code)
{
	hx_log(ws->live->srv, HATCH_DEBUG, "a WebSocket client broke the rules: %d", code);
	ws->deaf = true;
	hx_ws_close(ws, (unsigned)code);
	if (ws->said_close)
		hx_live_finish(ws->live, HATCH_EHTTP);
}

/* Section 5.5.1: a code and UTF-8, or nothing. */
static void heard_close(struct hatch_ws *ws)
{
	struct hx_utf8 utf8 = { 0 };
	unsigned code = HX_CLOSE_NONE;
	if (ws->control_len >= 2)
		code = (unsigned)(unsigned char)ws->control[0] << 8 | (unsigned char)ws->control[1];
	if (ws->control_len == 1 || (ws->control_len >= 2 && !hx_close_may_be_said(code))) {
		fail(ws, HX_CLOSE_PROTOCOL);
		return;
	}
	if (ws->control_len > 2 && !(hx_utf8_take(&utf8, ws->control + 2, ws->control_len - 2u) &&
					   hx_utf8_whole(&utf8))) {
		fail(ws, HX_CLOSE_DATA);
		return;
	}
	ws->heard_close = ws->deaf = true;
	hx_ws_close(ws, code);
	if (ws->said_close)
		hx_live_finish(ws->live, 0);
}

/* ---- messages ---- */

static void deliver(struct hatch_ws *ws)
{
	int ret = ws->ops->message == NULL ? 0 : ws->ops->message(ws, &ws->piece);
	if (ret == HATCH_LATER && !hx_ws_is_closing(ws)) {
		ws->asleep = true;
		return;
	}
	ws->has_piece = false;
	if (ws->piece.last)
		ws->message_len = 0;
	if (ret < 0) {
		hx_log(ws->live->srv, HATCH_WARN, "a WebSocket message failed: %s",
			hatch_strerror(ret));
		hx_ws_close(ws, HX_CLOSE_FAILED);
	}
}

static void give(struct hatch_ws *ws, char *data, size_t len, bool last)
{
	ws->piece.data = hx_span(data, len);
	ws->piece.text = ws->frame.opcode == HX_OP_TEXT;
	ws->piece.first = !ws->begun;
	ws->piece.last = last;
	ws->begun = !last;
	ws->ended = last;
	ws->has_piece = true;
	deliver(ws);
}

/* The next bytes of a message are to be UTF-8 if it is text, and not too many.  False: failed. */
static bool check(struct hatch_ws *ws, const char *data, size_t len, bool last)
{
	ws->total += len;
	if (ws->total > message_max(ws)) {
		fail(ws, HX_CLOSE_BIG);
		return false;
	}
	if (ws->frame.opcode != HX_OP_TEXT)
		return true;
	if (hx_utf8_take(&ws->utf8, data, len) && (!last || hx_utf8_whole(&ws->utf8)))
		return true;
	fail(ws, HX_CLOSE_DATA);
	return false;
}

static void got_data(struct hatch_ws *ws, char *data, size_t len, bool last)
{
	if (!check(ws, data, len, last))
		return;
	if (ws->ops->in_pieces) {
		if (len > 0 || last)
			give(ws, data, len, last);
		return;
	}
	if (data != ws->message + ws->message_len && len > 0)
		memmove(ws->message + ws->message_len, data, len);
	ws->message_len += len;
	if (last)
		give(ws, ws->message, ws->message_len, true);
}

/* A step of unpacking what the frame at hand has brought. */
static void unpack(struct hatch_ws *ws)
{
	size_t room, from = ws->ops->in_pieces ? 0 : ws->message_len;
	char *out = ws->codec->memory(ws->packed, &room);
	/* A message that fills it leaves no room to see that there is no more: one byte to spare.
	 */
	int got = ws->codec->open(
		ws->packed, &ws->unread, ws->unpack_end, out + from, room + 1 - from);
	if (got < 0) {
		fail(ws, HX_CLOSE_DATA);
		return;
	}
	bool last = got == 0 && ws->unpack_end;
	ws->unpacks = got > 0;
	got_data(ws, out + from, (size_t)got, last);
}

/* ---- frames ---- */

static void begin_frame(struct hatch_ws *ws)
{
	if (hx_frame_is_control(&ws->frame)) {
		if (ws->frame.opcode != HX_OP_PONG) {
			ws->control_len = 0;
			ws->owes_pong = false; /* the latest ping alone wants an answer (5.5.3) */
		}
		return;
	}
	if (ws->frame.first) {
		memset(&ws->utf8, 0, sizeof(ws->utf8));
		ws->total = 0;
		ws->begun = ws->ended = ws->unpack_end = false;
		ws->message_len = 0;
	}
	if (!ws->frame.rsv1 && ws->total + ws->frame.left > message_max(ws))
		fail(ws, HX_CLOSE_BIG);
}

static void frame_data(struct hatch_ws *ws, char *data, size_t len)
{
	struct hx_frame *frame = &ws->frame;
	if (frame->opcode == HX_OP_PONG)
		return;
	if (hx_frame_is_control(frame)) {
		memcpy(ws->control + ws->control_len, data, len);
		ws->control_len = (uint8_t)(ws->control_len + len);
	} else if (hx_ws_is_closing(ws)) {
		return;
	} else if (frame->rsv1) {
		ws->unread = hx_span(data, len);
		ws->unpacks = true;
	} else {
		got_data(ws, data, len, frame->fin && frame->left == 0);
	}
}

static void end_frame(struct hatch_ws *ws)
{
	struct hx_frame *frame = &ws->frame;
	if (frame->opcode == HX_OP_CLOSE)
		heard_close(ws);
	else if (frame->opcode == HX_OP_PING)
		hx_ws_pong(ws);
	if (hx_frame_is_control(frame) || !frame->fin || ws->ended || hx_ws_is_closing(ws))
		return;
	if (!frame->rsv1) {
		got_data(ws, ws->live->in, 0, true);
		return;
	}
	ws->unread = hx_span("", 0);
	ws->unpacks = ws->unpack_end = true;
}

static void next_frame(struct hatch_ws *ws)
{
	char *at = ws->live->in + ws->raw_at;
	size_t used, data;
	int event = hx_frame_take(
		&ws->frame, (unsigned char *)at, ws->in_len - ws->raw_at, &used, &data);
	ws->raw_at += used;
	if (event < 0)
		fail(ws, -event);
	else if (event == HX_FRAME_BEGIN)
		begin_frame(ws);
	else if (event == HX_FRAME_DATA)
		frame_data(ws, at + used - data, data);
	else if (event == HX_FRAME_END)
		end_frame(ws);
}

/* All that is here, up to a piece that is not taken. */
void hx_ws_run(struct hatch_ws *ws)
{
	for (;;) {
		if (ws->deaf || (ws->has_piece && ws->asleep))
			return;
		if (ws->has_piece)
			deliver(ws);
		else if (ws->unpacks)
			unpack(ws);
		else if (ws->raw_at < ws->in_len || (ws->frame.payload && ws->frame.left == 0))
			next_frame(ws);
		else
			break;
	}
	/* What comes next stands behind what there is of a message. */
	ws->raw_at = ws->in_len = ws->message == ws->live->in ? ws->message_len : 0;
}
