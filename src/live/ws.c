/*
 * ws.c - a WebSocket's life: what the carrier and the application ask of it
 * SPDX-License-Identifier: MIT
 */
#include "ws.h"

#include "live.h"

enum { PING_MS = 20000, PONG_MS = 10000 };

struct hatch_ws *hx_ws_of(struct hx_live *live)
{
	return &live->as.ws;
}

/* ---- the end ---- */

void hx_ws_close(struct hatch_ws *ws, unsigned code)
{
	if (hx_ws_is_closing(ws))
		return;
	ws->code = (uint16_t)code;
	ws->owes_close = true;
	ws->has_piece = ws->unpacks = false;
	hx_live_wake(ws->live);
}

/* ---- what the carrier asks ---- */

static size_t ws_place(struct hx_live *live, char **at)
{
	struct hatch_ws *ws = hx_ws_of(live);
	hx_ws_run(ws); /* after hatch_ws_resume(), or a close that has let go of a piece */
	if (ws->deaf || ws->has_piece)
		return 0;
	*at = live->in + ws->in_len;
	return live->in_room - ws->in_len;
}

static void rest(struct hatch_ws *ws)
{
	uint32_t ms = ws->ops->ping_ms == 0 ? (uint32_t)PING_MS : ws->ops->ping_ms;
	ws->pinged = ws->owes_ping = false;
	if (!ws->said_close)
		hx_live_timer(ws->live, ms);
}

static void ws_take(struct hx_live *live, size_t len)
{
	struct hatch_ws *ws = hx_ws_of(live);
	ws->in_len += len;
	rest(ws);
	hx_ws_run(ws);
}

static void ws_begin(struct hx_live *live)
{
	rest(hx_ws_of(live));
}

static void ws_due(struct hx_live *live)
{
	struct hatch_ws *ws = hx_ws_of(live);
	if (ws->said_close) {
		hx_live_finish(live, HATCH_ETIME);
	} else if (ws->has_piece) {
		rest(ws); /* it is we who do not listen */
	} else if (ws->pinged) {
		hx_live_cut(live, HATCH_ETIME);
	} else {
		ws->owes_ping = ws->pinged = true;
		hx_live_timer(live, ws->ops->pong_ms == 0 ? (uint32_t)PONG_MS : ws->ops->pong_ms);
	}
}

static void ws_fill(struct hx_live *live)
{
	hx_ws_fill(hx_ws_of(live));
}

static void ws_stop(struct hx_live *live)
{
	struct hatch_ws *ws = hx_ws_of(live);
	hx_ws_close(ws, HX_CLOSE_GOING);
	hx_ws_put_close(ws);
	hx_live_finish(live, 0);
}

static void ws_end(struct hx_live *live, int error)
{
	struct hatch_ws *ws = hx_ws_of(live);
	bool agreed = ws->said_close || ws->heard_close;
	(void)error;                      /* a code says more */
	ws->said_close = ws->deaf = true; /* nothing more is sent */
	if (ws->ops->close != NULL)
		ws->ops->close(ws, agreed ? ws->code : HX_CLOSE_CUT);
	if (ws->codec != NULL)
		ws->codec->leave(ws->packed);
}

const struct hx_live_ops hx_ws_ops = {
	.kind = HX_LIVE_WS,
	.begin = ws_begin,
	.place = ws_place,
	.take = ws_take,
	.fill = ws_fill,
	.due = ws_due,
	.stop = ws_stop,
	.end = ws_end,
};

/* ---- what the application asks ---- */

void hatch_ws_resume(struct hatch_ws *ws)
{
	ws->asleep = false;
	hx_live_wake(ws->live);
}

int hatch_ws_close(struct hatch_ws *ws, int code)
{
	if (code < 1000 || !hx_close_may_be_said((unsigned)code))
		return HATCH_EINVAL;
	if (hx_ws_is_closing(ws))
		return HATCH_ESTATE;
	hx_ws_close(ws, (unsigned)code);
	return 0;
}

void **hatch_ws_user(struct hatch_ws *ws)
{
	return &ws->user;
}

struct hatch *hatch_ws_server(const struct hatch_ws *ws)
{
	return ws->live->srv;
}

struct hatch_span hatch_ws_protocol(const struct hatch_ws *ws)
{
	return ws->protocol;
}

bool hatch_ws_is_compressed(const struct hatch_ws *ws)
{
	return ws->codec != NULL;
}

struct hatch_live_ref hatch_ws_ref_of(const struct hatch_ws *ws)
{
	struct hatch_live_ref ref = { ws->live->slot, ws->live->generation };
	return ref;
}

struct hatch_ws *hatch_ws_find(struct hatch *srv, struct hatch_live_ref ref)
{
	struct hx_live *live = hx_live_find(srv, ref);
	return live != NULL && live->ops == &hx_ws_ops ? hx_ws_of(live) : NULL;
}
