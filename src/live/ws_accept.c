/*
 * ws_accept.c - hatch_websocket: the opening handshake, RFC 6455 section 4.2
 * SPDX-License-Identifier: MIT
 */
#include "../app/origin.h"
#include "../app/respond.h"
#include "../base/base64.h"
#include "../base/sha1.h"
#include "../http/field.h"
#include "live.h"

enum { KEY_TEXT = 24, KEY_LEN = 16, ACCEPT_LEN = 28 };

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/* ---- what a client must say ---- */

static bool is_key(struct hatch_span key)
{
	char copy[KEY_TEXT];
	if (key.len != KEY_TEXT)
		return false;
	memcpy(copy, key.ptr, KEY_TEXT);
	return hx_base64_decode(copy, KEY_TEXT) == KEY_LEN;
}

/* Browsers say whose page it is; programs need not. */
static bool is_allowed(const struct hatch_req *req, const char *origins)
{
	struct hatch_span origin = hatch_field(req, "Origin"), list = hatch_str(origins), element;
	if (hx_field_count(req->head.fields, "Origin") != 1)
		return origin.ptr == NULL;
	if (origins == NULL)
		return hx_is_our_origin(req, origin);
	while (hx_list_take(&list, &element))
		if (hatch_eq(element, "*") || hx_span_same_nocase(element, origin))
			return true;
	return false;
}

static int upgrade_required(struct hatch_req *req)
{
	(void)hatch_set_field(req, "Sec-WebSocket-Version", "13");
	req->upgrade = "websocket";
	hx_respond_plain(req, 426);
	return 0;
}

/* 0 and no response: go on. */
static int refuse(struct hatch_req *req, const struct hatch_ws_ops *ops)
{
	struct hatch_span fields = req->head.fields;
	if (req->method != HATCH_GET)
		hx_respond_allow(req, 405, HATCH_GET);
	else if (req->head.minor == 0 || req->framing.kind != HX_BODY_NONE)
		hx_respond_plain(req, 400);
	else if (!hx_field_has_token(fields, "Upgrade", "websocket") ||
		 !hx_field_has_token(fields, "Connection", "upgrade") ||
		 hx_field_count(fields, "Sec-WebSocket-Version") != 1 ||
		 !hatch_eq(hatch_field(req, "Sec-WebSocket-Version"), "13"))
		return upgrade_required(req);
	else if (hx_field_count(fields, "Sec-WebSocket-Key") != 1 ||
		 !is_key(hatch_field(req, "Sec-WebSocket-Key")))
		hx_respond_plain(req, 400);
	else if (!is_allowed(req, ops->origins))
		hx_respond_plain(req, 403);
	return 0;
}

/* ---- what it hears ---- */

static int add_accept(struct hatch_req *req)
{
	struct hatch_span key = hatch_field(req, "Sec-WebSocket-Key");
	char text[KEY_TEXT + sizeof(guid)], accept[ACCEPT_LEN];
	unsigned char sum[HX_SHA1_LEN];
	memcpy(text, key.ptr, KEY_TEXT);
	memcpy(text + KEY_TEXT, guid, sizeof(guid));
	if (hx_sha1(text, sizeof(text) - 1, sum) < 0) {
		hx_log(req->srv, HATCH_ERROR,
			"WebSockets need SHA-1, which the TLS library was "
			"built without (MBEDTLS_SHA1_C)");
		return HATCH_ENOSYS;
	}
	size_t len = hx_base64_encode(accept, sum, sizeof(sum));
	return hatch_add_field_span(req, "Sec-WebSocket-Accept", hx_span(accept, len));
}

static bool offers_protocol(const struct hatch_req *req, struct hatch_span ours)
{
	struct hatch_field field = HATCH_DEFAULTS;
	struct hatch_span element;
	while (hatch_next_field(req, &field)) {
		if (!hx_span_same_nocase(field.name, hatch_str("Sec-WebSocket-Protocol")))
			continue;
		while (hx_list_take(&field.value, &element))
			if (hx_span_same(element, ours))
				return true;
	}
	return false;
}

/* The first of ours that the client offers. */
static int add_protocol(struct hatch_req *req, struct hatch_ws *ws)
{
	struct hatch_span list = hatch_str(ws->ops->protocols), ours;
	while (hx_list_take(&list, &ours)) {
		if (!offers_protocol(req, ours))
			continue;
		ws->protocol = ours;
		return hatch_add_field_span(req, "Sec-WebSocket-Protocol", ours);
	}
	return 0;
}

static int add_extensions(struct hatch_req *req, struct hatch_ws *ws)
{
	struct hatch_ws_deflate *pool = ws->ops->deflate;
	struct hatch_field field = HATCH_DEFAULTS;
	char answer[128];
	struct hx_text text;
	while (pool != NULL && ws->packed == NULL && hatch_next_field(req, &field)) {
		if (!hx_span_same_nocase(field.name, hatch_str("Sec-WebSocket-Extensions")))
			continue;
		hx_text_init(&text, answer, sizeof(answer));
		ws->packed = pool->codec->agree(pool, field.value, &text);
	}
	if (ws->packed == NULL)
		return 0;
	size_t room;
	ws->codec = pool->codec;
	ws->message = ws->codec->memory(ws->packed, &room);
	ws->frame.may_rsv1 = true;
	return hatch_add_field_span(req, "Sec-WebSocket-Extensions", hx_span(answer, text.len));
}

static int accept_it(struct hatch_req *req, struct hatch_ws *ws)
{
	int ret = add_protocol(req, ws);
	if (ret == 0 && ws->ops->open != NULL)
		ret = ws->ops->open(ws, req);
	if (ret != 0 || req->phase >= HX_RESPONDED)
		return ret;
	ws->opened = true;
	if ((ret = add_accept(req)) < 0 || (ret = add_extensions(req, ws)) < 0)
		return ret;
	req->upgrade = "websocket";
	return hx_respond_live(req, 101, NULL, ws->live);
}

/* What the program got wrong; NULL: nothing. */
static const char *mistake(const struct hatch_req *req, const struct hatch_ws_ops *ops)
{
	if (ops == NULL)
		return "the route's arg is a struct hatch_ws_ops";
	if (!ops->in_pieces && ops->message_max > hx_config(req->srv)->live_piece)
		return "message_max is over config.live_piece: raise that, or set in_pieces";
	if (ops->deflate != NULL && ops->deflate->codec == NULL)
		return "deflate has no codec: it is &hatch_ws_zlib";
	return NULL;
}

int hatch_websocket(struct hatch_req *req)
{
	const struct hatch_ws_ops *ops = hatch_arg(req);
	const char *why = mistake(req, ops);
	if (why != NULL) {
		hx_log(req->srv, HATCH_ERROR, "hatch_websocket: %s", why);
		return HATCH_EINVAL;
	}
	int ret = refuse(req, ops);
	if (ret != 0 || req->phase >= HX_RESPONDED)
		return ret;
	struct hx_live *live = hx_live_take(req, &hx_ws_ops);
	if (live == NULL)
		return 0; /* it has been answered */
	struct hatch_ws *ws = hx_ws_of(live);
	ws->live = live;
	ws->ops = ops;
	ws->message = live->in;
	ret = accept_it(req, ws);
	if (req->live == live)
		return ret;
	/* Whoever was told of it is told of its end. */
	if (ws->opened)
		live->engine->drop(live, HATCH_EGONE);
	else
		hx_live_give(live);
	return ret;
}
