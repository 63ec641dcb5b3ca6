/*
 * ring.h - bytes that wait, in a fixed buffer
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_LIVE_RING_H
#define HX_LIVE_RING_H

#include "../base/check.h"
#include "../base/span.h"

struct hx_ring {
	char *bytes;
	size_t room, at, len; /* the first byte is at at */
};

static inline size_t hx_ring_free(const struct hx_ring *ring)
{
	return ring->room - ring->len;
}

/* The free part, in the order in which it is to be filled; the second may be empty. */
static inline void hx_ring_space(const struct hx_ring *ring, char *at[2], size_t len[2])
{
	size_t end = ring->at + ring->len, left = hx_ring_free(ring);
	end = end >= ring->room ? end - ring->room : end;
	at[0] = ring->bytes + end;
	len[0] = ring->room - end < left ? ring->room - end : left;
	at[1] = ring->bytes;
	len[1] = left - len[0];
}

/* All of it: whoever asks has looked at hx_ring_free(). */
static inline void hx_ring_put(struct hx_ring *ring, const void *bytes, size_t len)
{
	char *at[2];
	size_t space[2];
	HX_ASSERT(len <= hx_ring_free(ring));
	hx_ring_space(ring, at, space);
	size_t first = len < space[0] ? len : space[0];
	if (first > 0)
		memcpy(at[0], bytes, first);
	if (len > first)
		memcpy(at[1], (const char *)bytes + first, len - first);
	ring->len += len;
}

/* What can be read in one piece. */
static inline struct hatch_span hx_ring_front(const struct hx_ring *ring)
{
	size_t whole = ring->room - ring->at;
	return hx_span(ring->bytes + ring->at, ring->len < whole ? ring->len : whole);
}

/* Copies len bytes from the offset-th on, without taking them. */
static inline void hx_ring_copy(const struct hx_ring *ring, size_t offset, char *to, size_t len)
{
	HX_ASSERT(offset + len <= ring->len);
	for (size_t i = 0, at = ring->at + offset; i < len; i++, at++)
		to[i] = ring->bytes[at >= ring->room ? at - ring->room : at];
}

static inline void hx_ring_drop(struct hx_ring *ring, size_t len)
{
	HX_ASSERT(len <= ring->len);
	ring->len -= len;
	ring->at += len;
	if (ring->at >= ring->room)
		ring->at -= ring->room;
	if (ring->len == 0)
		ring->at = 0; /* so that what comes next is in one piece */
}

#endif
