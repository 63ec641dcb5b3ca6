/* SPDX-License-Identifier: MIT */
/*
 * A room to talk in, over a WebSocket.  A client says
 *	say NAME, a line end, TEXT	to everybody
 *	echo ANYTHING			and hears the same message
 * and hears JSON: {"run":...,"lines":[LINE, ...]} with the last lines when it comes, then each
 * LINE, {"n":...,"ago_ms":...,"from":"...","text":"..."}; {"error":"..."} for what was not taken.
 */
#ifndef TOOLS_SERVE_CHAT_H
#define TOOLS_SERVE_CHAT_H

#include <hatch_live.h>

enum {
	CHAT_NAME = 24, /* bytes of UTF-8 */
	CHAT_TEXT = 240,
	CHAT_MESSAGE = 512, /* the longest message of a client: config.live_piece, at least */
	CHAT_LINES = 16,    /* for who comes later */
	CHAT_PAUSE_MS = 100 /* between two lines of one client */
};

extern const struct hatch_ws_ops chat; /* argument of hatch_websocket */

#endif
