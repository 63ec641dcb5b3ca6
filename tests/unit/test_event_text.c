/*
 * Server-sent events as text, and the stream that keeps them.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/live/events.h"
#include "../../src/live/ring.h"

static char said[512];

static const char *text_of(const char *data, size_t len, const char *name, const char *id)
{
	struct hatch_event event = { { data, len }, name, id };
	struct hx_text text;
	size_t size = hx_event_size(&event);
	assert_int_equal(hx_event_check(&event), 0);
	char *exact = malloc(size); /* a byte too many would be seen */
	assert_non_null(exact);
	hx_text_init(&text, exact, size);
	hx_event_write(&text, &event);
	assert_int_equal(text.error, 0);
	assert_int_equal(text.len, size);
	memcpy(said, exact, size);
	said[size] = '\0';
	free(exact);
	return said;
}

#define TEXT(data) text_of(data, sizeof(data) - 1, NULL, NULL)

static void test_text(void **state)
{
	(void)state;
	assert_string_equal(TEXT("x"), "data: x\n\n");
	assert_string_equal(TEXT(""), "data: \n\n");
	assert_string_equal(text_of("x", 1, "temp", "7"), "id: 7\nevent: temp\ndata: x\n\n");
	assert_string_equal(text_of("x", 1, "", NULL), "event: \ndata: x\n\n");
}

/* No line end of the data may end the event, or begin a field of another name. */
static void test_lines(void **state)
{
	(void)state;
	assert_string_equal(TEXT("a\nb"), "data: a\ndata: b\n\n");
	assert_string_equal(TEXT("a\r\nb"), "data: a\ndata: b\n\n");
	assert_string_equal(TEXT("a\rb"), "data: a\ndata: b\n\n");
	assert_string_equal(TEXT("a\n\nid: 1\n"), "data: a\ndata: \ndata: id: 1\ndata: \n\n");
	assert_string_equal(TEXT("\n\r\r\n"), "data: \ndata: \ndata: \ndata: \n\n");
	assert_string_equal(TEXT("a\r"), "data: a\ndata: \n\n");
}

static void test_names(void **state)
{
	static const char *const wrong[] = { "a\nb", "a\rb", "\n", "\r" };
	struct hatch_event event = { .data = hatch_str("x") };
	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(wrong); i++) {
		event.event = wrong[i];
		event.id = NULL;
		assert_int_equal(hx_event_check(&event), HATCH_EINVAL);
		event.event = NULL;
		event.id = wrong[i];
		assert_int_equal(hx_event_check(&event), HATCH_EINVAL);
	}
	event.id = ""; /* would make clients forget theirs */
	assert_int_equal(hx_event_check(&event), HATCH_EINVAL);
	event.id = NULL;
	event.data = (struct hatch_span){ NULL, 1 };
	assert_int_equal(hx_event_check(&event), HATCH_EINVAL);
}

/* ---- the stream ---- */

static void add(struct hatch_event_stream *stream, unsigned id, unsigned size)
{
	char data[64], name[16];
	memset(data, 'd', sizeof(data));
	snprintf(name, sizeof(name), "%u", id);
	const char *text = text_of(data, size, NULL, name);
	assert_int_equal(hx_stream_add(stream, hatch_str(text)), 0);
}

/* From a place on: the ids that are there. */
static unsigned check_from(const struct hatch_event_stream *stream, uint64_t at, unsigned id)
{
	char text[128], want[16];
	while (at < stream->end) {
		size_t len = hx_stream_len(stream, at);
		assert_true(len < sizeof(text));
		hx_stream_copy(stream, at, 0, text, len);
		text[len] = '\0';
		snprintf(want, sizeof(want), "id: %u\n", id++);
		assert_memory_equal(text, want, strlen(want));
		assert_string_equal(text + len - 2, "\n\n");
		at += HX_EVENT_PREFIX + len;
	}
	return id;
}

static void test_stream(void **state)
{
	char memory[200];
	struct hatch_event_stream stream = { .memory = memory, .memory_len = sizeof(memory) };
	(void)state;
	for (unsigned id = 0; id < 500; id++) {
		add(&stream, id, id * 7 % 60);
		assert_true(stream.len <= sizeof(memory));
		assert_int_equal(stream.end - stream.begin, stream.len);
		assert_int_equal(stream.next, id + 1);
		assert_int_equal(check_from(&stream, stream.begin, stream.first), id + 1);
		char name[16];
		for (unsigned old = stream.first; old <= id; old++) {
			uint64_t at;
			uint32_t next;
			snprintf(name, sizeof(name), "%u", old);
			assert_true(hx_stream_after(&stream, hatch_str(name), &at, &next));
			assert_int_equal(next, old + 1);
			assert_int_equal(check_from(&stream, at, next), id + 1);
		}
		uint64_t at;
		uint32_t next;
		snprintf(name, sizeof(name), "%u", stream.first - 1);
		assert_false(hx_stream_after(&stream, hatch_str(name), &at, &next));
		assert_false(hx_stream_after(&stream, hatch_str(""), &at, &next));
		assert_false(hx_stream_after(&stream, hatch_str("1\ndata"), &at, &next));
	}
}

static void test_stream_limits(void **state)
{
	char memory[100], text[101];
	struct hatch_event_stream stream = { .memory = memory, .memory_len = sizeof(memory) };
	(void)state;
	memset(text, 't', sizeof(text));
	assert_int_equal(hx_stream_add(&stream, (struct hatch_span){ text, 98 }), 0);
	assert_int_equal(hx_stream_add(&stream, (struct hatch_span){ text, 99 }), HATCH_EBIG);
	assert_int_equal(stream.first, 0);
	assert_int_equal(hx_stream_add(&stream, (struct hatch_span){ text, 1 }), 0);
	assert_int_equal(stream.first, 1);
}

/* ---- the ring ---- */

static void test_ring(void **state)
{
	char bytes[7], back[7];
	struct hx_ring ring = { bytes, sizeof(bytes), 0, 0 };
	unsigned in = 0, out = 0;
	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		size_t len = (i * 5 + i / 7) % 8;
		if (len <= hx_ring_free(&ring)) {
			for (size_t j = 0; j < len; j++)
				back[j] = (char)in++;
			hx_ring_put(&ring, back, len);
		}
		struct hatch_span front = hx_ring_front(&ring);
		assert_true(front.len <= ring.len && (front.len > 0 || ring.len == 0));
		hx_ring_copy(&ring, 0, back, ring.len);
		for (size_t j = 0; j < ring.len; j++)
			assert_int_equal((char)(out + j), back[j]);
		size_t drop = front.len * (i % 3) / 2;
		hx_ring_drop(&ring, drop);
		out += (unsigned)drop;
		char *at[2];
		size_t room[2];
		hx_ring_space(&ring, at, room);
		assert_int_equal(room[0] + room[1], hx_ring_free(&ring));
		assert_true(at[0] >= bytes && at[0] + room[0] <= bytes + sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stream_limits),
		cmocka_unit_test(test_ring),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
