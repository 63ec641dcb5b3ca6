/*
 * frame.h - frames of a WebSocket (RFC 6455 section 5), however their bytes are cut
 * SPDX-License-Identifier: MIT
 *
 * A machine over the pieces as they come: it holds a frame's head, and payload is unmasked where it
 * stands.  A client's frames are masked, ours are not.
 */
#ifndef HX_LIVE_FRAME_H
#define HX_LIVE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hx_opcode {
	HX_OP_CONTINUATION = 0,
	HX_OP_TEXT = 1,
	HX_OP_BINARY = 2,
	HX_OP_CLOSE = 8,
	HX_OP_PING = 9,
	HX_OP_PONG = 10,
};

enum { HX_FRAME_FIN = 0x80, HX_FRAME_RSV1 = 0x40, HX_FRAME_HEAD_MAX = 14, HX_CONTROL_MAX = 125 };

/* Codes of section 7.4.1 that we say ourselves, and two that stand for the lack of one. */
enum hx_close {
	HX_CLOSE_NORMAL = 1000,
	HX_CLOSE_GOING = 1001,
	HX_CLOSE_PROTOCOL = 1002,
	HX_CLOSE_NONE = 1005,
	HX_CLOSE_CUT = 1006,
	HX_CLOSE_DATA = 1007,
	HX_CLOSE_BIG = 1009,
	HX_CLOSE_FAILED = 1011,
};

struct hx_frame {
	/* the frame at hand */
	uint8_t opcode; /* of the message, in a continuation too */
	bool fin;
	bool first; /* the first frame of its message */
	bool rsv1;  /* of the message */
	uint64_t left;

	/* the machine's own */
	bool may_rsv1; /* permessage-deflate was agreed on */
	bool payload;  /* the head is over */
	uint8_t message, have, mask_at;
	bool message_rsv1;
	uint8_t head[HX_FRAME_HEAD_MAX];
};

enum hx_frame_event {
	HX_FRAME_MORE,  /* all was used */
	HX_FRAME_BEGIN, /* a head is over: opcode, fin, first, rsv1, left */
	HX_FRAME_DATA,  /* payload, at the end of what was used */
	HX_FRAME_END,   /* the frame is over */
};

/*
 * Takes from bytes: *used of them, of which the last *data are payload (DATA), now unmasked.
 * Negative: the code to close with, HX_CLOSE_PROTOCOL.
 */
int hx_frame_take(
	struct hx_frame *frame, unsigned char *bytes, size_t len, size_t *used, size_t *data);

static inline bool hx_frame_is_control(const struct hx_frame *frame)
{
	return (frame->opcode & 8) != 0;
}

/* The head of a frame of ours; first is FIN, RSV1 and opcode.  Its length, at most 10. */
size_t hx_frame_head(unsigned char out[10], unsigned first, uint64_t len);

/* A code that may stand in a close frame (section 7.4). */
bool hx_close_may_be_said(unsigned code);

#endif
