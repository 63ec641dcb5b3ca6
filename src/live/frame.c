/*
 * frame.c - see frame.h
 * SPDX-License-Identifier: MIT
 */
#include "frame.h"

enum { MASKED = 0x80, BASE = 2, MASK = 4 };

/* How long the head is, as far as its first two bytes say. */
static unsigned head_len(const uint8_t *head)
{
	unsigned len = head[1] & 0x7f;
	return BASE + MASK + (len == 126 ? 2 : len == 127 ? 8 : 0);
}

/* Section 5.2: in as few bytes as it takes, and below 2^63. */
static bool read_length(struct hx_frame *f)
{
	unsigned len = f->head[1] & 0x7f, bytes = len == 126 ? 2 : len == 127 ? 8 : 0;
	f->left = bytes == 0 ? len : 0;
	for (unsigned i = 0; i < bytes; i++)
		f->left = f->left << 8 | f->head[BASE + i];
	if (bytes == 2)
		return f->left > 125;
	return bytes == 0 || (f->left > 0xffff && f->left >> 63 == 0);
}

/* Sections 5.4 and 5.5: control frames are short and whole, and may stand between fragments. */
static bool begin_control(struct hx_frame *f, unsigned rsv)
{
	f->first = true;
	f->rsv1 = false;
	return rsv == 0 && f->fin && f->left <= HX_CONTROL_MAX && f->opcode <= HX_OP_PONG;
}

static bool begin_data(struct hx_frame *f, unsigned rsv)
{
	f->first = f->opcode != HX_OP_CONTINUATION;
	if (f->first == (f->message != 0) || f->opcode > HX_OP_BINARY)
		return false;
	if (rsv != 0 && !(rsv == HX_FRAME_RSV1 && f->first && f->may_rsv1))
		return false;
	if (f->first) {
		f->message = f->opcode;
		f->message_rsv1 = rsv != 0;
	}
	f->opcode = f->message;
	f->rsv1 = f->message_rsv1;
	if (f->fin)
		f->message = 0;
	return true;
}

static bool begin(struct hx_frame *f)
{
	unsigned rsv = f->head[0] & 0x70u;
	f->fin = (f->head[0] & HX_FRAME_FIN) != 0;
	f->opcode = f->head[0] & 15;
	f->mask_at = 0;
	f->payload = true;
	if (!read_length(f))
		return false;
	return hx_frame_is_control(f) ? begin_control(f, rsv) : begin_data(f, rsv);
}

static void unmask(struct hx_frame *f, unsigned char *bytes, size_t len)
{
	const uint8_t *mask = f->head + head_len(f->head) - MASK;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(bytes[i] ^ mask[(f->mask_at + i) & 3]);
	f->mask_at = (uint8_t)((f->mask_at + len) & 3);
}

int hx_frame_take(struct hx_frame *f, unsigned char *bytes, size_t len, size_t *used, size_t *data)
{
	*used = *data = 0;
	if (f->payload && f->left == 0) {
		f->payload = false;
		f->have = 0;
		return HX_FRAME_END;
	}
	if (f->payload) {
		size_t size = len < f->left ? len : (size_t)f->left;
		if (size == 0)
			return HX_FRAME_MORE;
		unmask(f, bytes, size);
		f->left -= size;
		*used = *data = size;
		return HX_FRAME_DATA;
	}
	while (*used < len) {
		f->head[f->have++] = bytes[(*used)++];
		if (f->have == BASE && (f->head[1] & MASKED) == 0)
			return -HX_CLOSE_PROTOCOL; /* section 5.1; what follows is no mask */
		if (f->have >= BASE && f->have == head_len(f->head))
			return begin(f) ? HX_FRAME_BEGIN : -HX_CLOSE_PROTOCOL;
	}
	return HX_FRAME_MORE;
}

size_t hx_frame_head(unsigned char out[10], unsigned first, uint64_t len)
{
	unsigned bytes = len <= 125 ? 0 : len <= 0xffff ? 2 : 8;
	out[0] = (unsigned char)first;
	out[1] = (unsigned char)(bytes == 0 ? len : bytes == 2 ? 126 : 127);
	for (unsigned i = 0; i < bytes; i++)
		out[BASE + i] = (unsigned char)(len >> (8 * (bytes - 1 - i)));
	return BASE + bytes;
}

bool hx_close_may_be_said(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}
