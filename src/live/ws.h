/*
 * ws.h - struct hatch_ws: one WebSocket
 * SPDX-License-Identifier: MIT
 *
 * What arrives stands in live->in:
 *
 *	| of a message that is whole when all of it is here | raw_at: frames .. in_len |  room |
 *
 * ws_accept.c is the handshake, ws_receive.c reads, ws_send.c writes, ws.c is what lies around
 * them, ws_deflate.c the compression, which the others reach through struct hatch_ws_codec.
 */
#ifndef HX_LIVE_WS_H
#define HX_LIVE_WS_H

#include "../hatch_live.h"
#include "frame.h"
#include "utf8.h"

struct hx_live;
struct hx_text;
struct hx_ws_packed;

struct hatch_ws {
	struct hx_live *live;
	const struct hatch_ws_ops *ops;
	void *user;
	struct hatch_span protocol;

	/* what arrives */
	struct hx_frame frame;
	struct hx_utf8 utf8;
	size_t raw_at, in_len;
	char *message;      /* where a whole message is put together */
	size_t message_len; /* of it, so far */
	uint64_t total;     /* of the message at hand */
	struct hatch_ws_piece piece;
	bool has_piece; /* that has not been taken */
	bool asleep;    /* message() has said HATCH_LATER */
	bool begun;     /* a piece of the message at hand has been given */
	bool ended;     /* the message's last piece has been given */
	char control[HX_CONTROL_MAX];
	uint8_t control_len;

	/* what is sent */
	size_t wants;      /* hatch_ws_send() has found no room for so many */
	uint8_t fragments; /* the kind of a message that is being sent in pieces; 0: none */
	bool owes_pong, owes_ping, owes_close;

	/* how it goes */
	uint16_t code; /* of the close that was said or heard; 0: neither */
	bool said_close, heard_close;
	bool opened; /* the application has let it in */
	bool pinged; /* and there was no answer yet */
	bool deaf;   /* what comes is not looked at any more */

	const struct hatch_ws_codec *codec; /* NULL: nothing is compressed */
	struct hx_ws_packed *packed;
	struct hatch_span unread; /* compressed payload of the frame at hand */
	bool unpacks, unpack_end; /* something may be in it; and the message has no more */
};

struct hatch_ws *hx_ws_of(struct hx_live *live);
static inline bool hx_ws_is_closing(const struct hatch_ws *ws)
{
	return ws->owes_close || ws->said_close;
}

void hx_ws_run(struct hatch_ws *ws); /* all that is here, up to a piece that is not taken */
void hx_ws_pong(struct hatch_ws *ws);
void hx_ws_fill(struct hatch_ws *ws); /* what is owed, into what room there is */
void hx_ws_close(struct hatch_ws *ws, unsigned code);
void hx_ws_put_close(struct hatch_ws *ws);

extern const struct hx_live_ops hx_ws_ops;

/* ---- permessage-deflate, as the others see it ---- */

struct hatch_ws_codec {
	/* Of an offer: the answer for Sec-WebSocket-Extensions and a state; NULL: without it. */
	struct hx_ws_packed *(*agree)(
		struct hatch_ws_deflate *pool, struct hatch_span offers, struct hx_text *answer);
	void (*leave)(struct hx_ws_packed *state);
	char *(*memory)(struct hx_ws_packed *state, size_t *room); /* for a message */
	/*
	 * Decompresses: from *in, which shrinks, to out; how much.  end: the message has no more
	 * after *in.  Negative: it is no DEFLATE data.  It is called until it gives 0.
	 */
	int (*open)(struct hx_ws_packed *state, struct hatch_span *in, bool end, char *out,
		size_t room);
	/* Compresses all of in into two places: the length, 0 if it does not fit. */
	size_t (*seal)(struct hx_ws_packed *state, struct hatch_span in, char *const out[2],
		const size_t room[2]);
};

#endif
