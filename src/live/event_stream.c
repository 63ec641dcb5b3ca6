/*
 * event_stream.c - the events that a stream still has, see events.h
 * SPDX-License-Identifier: MIT
 */
#include "events.h"
#include "ring.h"

/* The same numbers as a ring. */
static struct hx_ring ring_of(const struct hatch_event_stream *stream)
{
	struct hx_ring ring = { stream->memory, stream->memory_len, stream->at, stream->len };
	return ring;
}

static void ring_back(struct hatch_event_stream *stream, const struct hx_ring *ring)
{
	stream->at = ring->at;
	stream->len = ring->len;
}

size_t hx_stream_len(const struct hatch_event_stream *stream, uint64_t at)
{
	struct hx_ring ring = ring_of(stream);
	char prefix[HX_EVENT_PREFIX];
	hx_ring_copy(&ring, (size_t)(at - stream->begin), prefix, sizeof(prefix));
	return (size_t)(unsigned char)prefix[0] << 8 | (unsigned char)prefix[1];
}

void hx_stream_copy(
	const struct hatch_event_stream *stream, uint64_t at, size_t from, char *to, size_t len)
{
	struct hx_ring ring = ring_of(stream);
	hx_ring_copy(&ring, (size_t)(at - stream->begin) + HX_EVENT_PREFIX + from, to, len);
}

static void forget_oldest(struct hatch_event_stream *stream)
{
	struct hx_ring ring = ring_of(stream);
	size_t size = HX_EVENT_PREFIX + hx_stream_len(stream, stream->begin);
	hx_ring_drop(&ring, size);
	ring_back(stream, &ring);
	stream->begin += size;
	stream->first++;
}

int hx_stream_add(struct hatch_event_stream *stream, struct hatch_span text)
{
	size_t size = HX_EVENT_PREFIX + text.len;
	if (size > stream->memory_len || text.len > 0xffff)
		return HATCH_EBIG;
	while (stream->memory_len - stream->len < size)
		forget_oldest(stream);
	struct hx_ring ring = ring_of(stream);
	const char prefix[HX_EVENT_PREFIX] = { (char)(text.len >> 8), (char)(text.len & 0xff) };
	hx_ring_put(&ring, prefix, sizeof(prefix));
	hx_ring_put(&ring, text.ptr, text.len);
	ring_back(stream, &ring);
	stream->end += size;
	stream->next++;
	return 0;
}

/* "id: " is what such an event begins with. */
static bool has_id(const struct hatch_event_stream *stream, uint64_t at, struct hatch_span id)
{
	static const char name[] = { 'i', 'd', ':', ' ' };
	char c;
	if (hx_stream_len(stream, at) < sizeof(name) + id.len + 1)
		return false;
	for (size_t i = 0; i < sizeof(name) + id.len + 1; i++) {
		char want = i < sizeof(name)            ? name[i]
			    : i < sizeof(name) + id.len ? id.ptr[i - sizeof(name)]
							: '\n';
		hx_stream_copy(stream, at, i, &c, 1);
		if (c != want)
			return false;
	}
	return true;
}

bool hx_stream_after(
	const struct hatch_event_stream *stream, struct hatch_span id, uint64_t *at, uint32_t *next)
{
	bool found = false;
	uint32_t number = stream->first;
	for (uint64_t place = stream->begin; place < stream->end; number++) {
		bool here = id.len > 0 && has_id(stream, place, id);
		place += HX_EVENT_PREFIX + hx_stream_len(stream, place);
		if (here) { /* the latest of that id */
			found = true;
			*at = place;
			*next = number + 1;
		}
	}
	return found;
}
