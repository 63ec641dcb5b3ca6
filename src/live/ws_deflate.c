/*
 * ws_deflate.c - hatch_ws_zlib: permessage-deflate, RFC 7692, with zlib
 * SPDX-License-Identifier: MIT
 *
 * What the client packs may refer back to its earlier messages, as an unpacker has to have a window
 * in any case, one for each connection.  What we pack begins anew with each message
 * (server_no_context_takeover), so that one packer serves all.  zlib takes its memory from the
 * parts of the pool, once; nothing is allocated.
 *
 * Only where there is a zlib: elsewhere naming hatch_ws_zlib fails to link.
 */
#include "../hatch_live.h"

#if defined(__has_include)
#if __has_include(<zlib.h>)
#include <zlib.h>

#include "ws.h"
#include "ws_offer.h"

enum { ALIGN = 16, MESSAGE_ROOM = 1024, TAIL = 4 };

/* What a sync flush ends with: the sender leaves it out, the receiver puts it back (7.2). */
static const unsigned char tail[TAIL] = { 0, 0, 0xff, 0xff };

struct part {
	unsigned char *bytes;
	size_t room, used;
};

struct hx_ws_packed {
	struct hatch_ws_deflate *pool;
	z_stream stream;
	struct part part;
	bool taken;
	uint8_t tail_at; /* so much of the tail was put back */
	char *message;   /* message_room, and a byte that shows that it is too long */
};

/* ---- zlib's memory ---- */

static size_t rounded(size_t size)
{
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static void *take(void *self, unsigned count, unsigned size)
{
	struct part *part = self;
	size_t bytes = rounded((size_t)count * size);
	if (bytes > part->room - part->used)
		return NULL;
	void *at = part->bytes + part->used;
	part->used += bytes;
	memset(at, 0, bytes);
	return at;
}

static void give(void *self, void *block)
{
	(void)self;
	(void)block; /* a part is given back as a whole */
}

static void hand_out(z_stream *stream, struct part *part)
{
	memset(stream, 0, sizeof(*stream));
	part->used = 0;
	stream->zalloc = take;
	stream->zfree = give;
	stream->opaque = part;
}

/* ---- the pool ---- */

static size_t part_size(const struct hatch_ws_deflate *pool)
{
	return rounded(HATCH_WS_INFLATE_SIZE(pool->window_bits, pool->message_room));
}

static bool make_packer(struct hatch_ws_deflate *pool)
{
	struct hx_ws_packed *packer = pool->memory;
	size_t size = rounded(HATCH_WS_DEFLATE_SIZE(pool->window_bits));
	if (pool->memory_len < size)
		return false;
	memset(packer, 0, sizeof(*packer));
	packer->part.bytes = (unsigned char *)pool->memory + rounded(sizeof(*packer));
	packer->part.room = size - rounded(sizeof(*packer));
	hand_out(&packer->stream, &packer->part);
	pool->seal = packer;
	pool->parts = (uint8_t *)pool->memory + size;
	pool->part_count = (uint16_t)((pool->memory_len - size) / part_size(pool));
	return deflateInit2(&packer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -pool->window_bits,
		       pool->window_bits - 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

static struct hx_ws_packed *part_at(const struct hatch_ws_deflate *pool, unsigned n)
{
	return (struct hx_ws_packed *)(void *)(pool->parts + n * part_size(pool));
}

/* Once, with the first connection that offers it. */
static bool lay_out(struct hatch_ws_deflate *pool)
{
	if (pool->laid_out)
		return pool->seal != NULL;
	pool->laid_out = true;
	if (pool->window_bits == 0)
		pool->window_bits = HX_BITS_MIN;
	if (pool->message_room == 0)
		pool->message_room = MESSAGE_ROOM;
	if (pool->memory == NULL || pool->window_bits < HX_BITS_MIN ||
		pool->window_bits > HX_BITS_MAX || !make_packer(pool)) {
		pool->seal = NULL;
		return false;
	}
	for (unsigned i = 0; i < pool->part_count; i++)
		part_at(pool, i)->taken = false;
	return true;
}

static struct hx_ws_packed *take_part(struct hatch_ws_deflate *pool)
{
	for (unsigned i = 0; i < pool->part_count; i++) {
		struct hx_ws_packed *state = part_at(pool, i);
		size_t before = rounded(sizeof(*state)) + rounded(pool->message_room + 1u);
		if (state->taken)
			continue;
		memset(state, 0, sizeof(*state));
		state->pool = pool;
		state->message = (char *)state + rounded(sizeof(*state));
		state->part.bytes = (unsigned char *)state + before;
		state->part.room = part_size(pool) - before;
		hand_out(&state->stream, &state->part);
		state->taken = inflateInit2(&state->stream, -pool->window_bits) == Z_OK;
		return state->taken ? state : NULL;
	}
	return NULL;
}

static void leave(struct hx_ws_packed *state)
{
	(void)inflateEnd(&state->stream);
	state->taken = false;
}

static char *memory(struct hx_ws_packed *state, size_t *room)
{
	*room = state->pool->message_room;
	return state->message;
}

static struct hx_ws_packed *agree(
	struct hatch_ws_deflate *pool, struct hatch_span offers, struct hx_text *out)
{
	bool agreed = lay_out(pool) && hx_ws_offer_answer(offers, pool->window_bits, out);
	return agreed ? take_part(pool) : NULL;
}

/* ---- unpacking ---- */

/* A block that says that it is the last is followed by another (7.2.3.4). */
static int inflate_on(z_stream *stream)
{
	int ret;
	do {
		ret = inflate(stream, Z_SYNC_FLUSH);
		if (ret == Z_STREAM_END)
			ret = inflateReset(stream);
	} while (ret == Z_OK && stream->avail_in > 0 && stream->avail_out > 0);
	return ret == Z_BUF_ERROR ? Z_OK : ret;
}

static int unpack(
	struct hx_ws_packed *state, struct hatch_span *in, bool end, char *out, size_t room)
{
	z_stream *stream = &state->stream;
	bool at_tail = in->len == 0 && end;
	struct hatch_span from = *in;
	if (at_tail)
		from = hx_span((const char *)tail + state->tail_at, TAIL - (size_t)state->tail_at);
	stream->next_in = (unsigned char *)(uintptr_t)from.ptr;
	stream->avail_in = (unsigned)from.len;
	stream->next_out = (unsigned char *)out;
	stream->avail_out = (unsigned)room;
	int ret = inflate_on(stream);
	if (ret != Z_OK)
		return HATCH_EHTTP;
	size_t used = from.len - stream->avail_in;
	size_t got = room - stream->avail_out;
	if (at_tail)
		state->tail_at = (uint8_t)(got == 0 ? 0 : state->tail_at + used);
	else
		*in = hx_span(in->ptr + used, in->len - used);
	return (int)got;
}

/* ---- packing ---- */

static size_t pack(
	struct hx_ws_packed *state, struct hatch_span in, char *const out[2], const size_t room[2])
{
	struct hx_ws_packed *packer = state->pool->seal;
	z_stream *stream = &packer->stream;
	size_t done = 0;
	if (deflateReset(stream) != Z_OK)
		return 0;
	stream->next_in = (unsigned char *)(uintptr_t)in.ptr;
	stream->avail_in = (unsigned)in.len;
	for (unsigned i = 0; i < 2; i++) {
		if (room[i] == 0)
			continue;
		stream->next_out = (unsigned char *)out[i];
		stream->avail_out = (unsigned)room[i];
		int ret = deflate(stream, Z_SYNC_FLUSH);
		if (ret != Z_OK && ret != Z_BUF_ERROR)
			return 0;
		done += room[i] - stream->avail_out;
		if (stream->avail_out > 0)
			return done > TAIL ? done - TAIL : 0;
	}
	return 0;
}

const struct hatch_ws_codec hatch_ws_zlib = { agree, leave, memory, unpack, pack };

#endif
#endif
