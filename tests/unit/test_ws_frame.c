/*
 * WebSocket frames: the same however the bytes are cut; UTF-8, close codes, SHA-1.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/hatch.h"
#include "../../src/live/frame.h"
#include "../../src/live/utf8.h"

static char said[4096];

/* What the machine says of bytes that come in pieces, each in a block of its own. */
static int parse(const unsigned char *bytes, size_t len, size_t piece, bool rsv1)
{
	struct hx_frame frame = { .may_rsv1 = rsv1 };
	char *out = said;
	int event = 0;
	for (size_t at = 0; at < len && event >= 0; at += piece) {
		size_t size = len - at < piece ? len - at : piece, from = 0, used, data;
		unsigned char *copy = malloc(size);
		assert_non_null(copy);
		memcpy(copy, bytes + at, size);
		do {
			event = hx_frame_take(&frame, copy + from, size - from, &used, &data);
			from += used;
			if (event == HX_FRAME_BEGIN)
				out += sprintf(out, "[%u%s%s%s:%llu ", frame.opcode,
					frame.fin ? "f" : "", frame.first ? "1" : "",
					frame.rsv1 ? "z" : "", (unsigned long long)frame.left);
			if (event == HX_FRAME_DATA)
				out += sprintf(out, "%.*s", (int)data, (char *)copy + from - data);
			if (event == HX_FRAME_END)
				out += sprintf(out, "]");
		} while (event > HX_FRAME_MORE);
		free(copy);
	}
	*out = '\0';
	return event < 0 ? event : 0;
}

/* A masked frame; the mask is 1 2 3 4. */
static size_t put(unsigned char *out, unsigned first, const char *text, unsigned bytes)
{
	size_t len = strlen(text), at = 2;
	out[0] = (unsigned char)first;
	out[1] = (unsigned char)(0x80 | (bytes == 0 ? len : bytes == 2 ? 126 : 127));
	for (unsigned i = 0; i < bytes; i++)
		out[at++] = (unsigned char)((uint64_t)len >> (8 * (bytes - 1 - i)));
	for (unsigned i = 1; i <= 4; i++)
		out[at++] = (unsigned char)i;
	for (size_t i = 0; i < len; i++)
		out[at++] = (unsigned char)(text[i] ^ (char)(i % 4 + 1));
	return at;
}

static void test_every_split(void **state)
{
	unsigned char bytes[1024];
	char long_text[301];
	size_t len = 0;
	(void)state;
	memset(long_text, 'x', 300);
	long_text[300] = '\0';
	len += put(bytes + len, 0x01, "Hel", 0);
	len += put(bytes + len, 0x89, "ping", 0);
	len += put(bytes + len, 0x00, "", 0);
	len += put(bytes + len, 0x80, "lo", 0);
	len += put(bytes + len, 0x82, long_text, 2);
	len += put(bytes + len, 0x88, "", 0);
	assert_int_equal(parse(bytes, len, len, false), 0);
	char whole[sizeof(said)];
	strcpy(whole, said);
	assert_non_null(strstr(whole, "[11:3 Hel][9f1:4 ping][1:0 ][1f:2 lo][2f1:300 xxx"));
	for (size_t piece = 1; piece < len; piece++) {
		assert_int_equal(parse(bytes, len, piece, false), 0);
		assert_string_equal(said, whole);
	}
}

static void test_broken(void **state)
{
	static const struct {
		const char *why;
		unsigned char bytes[16];
		size_t len;
	} cases[] = {
		{ "unmasked", { 0x81, 0x01 }, 2 },
		{ "reserved bit 2", { 0xa1, 0x80, 0, 0, 0, 0 }, 6 },
		{ "reserved bit 1 without an extension", { 0xc1, 0x80, 0, 0, 0, 0 }, 6 },
		{ "opcode 3", { 0x83, 0x80, 0, 0, 0, 0 }, 6 },
		{ "opcode 11", { 0x8b, 0x80, 0, 0, 0, 0 }, 6 },
		{ "nothing to continue", { 0x80, 0x80, 0, 0, 0, 0 }, 6 },
		{ "a ping in fragments", { 0x09, 0x80, 0, 0, 0, 0 }, 6 },
		{ "a long ping", { 0x89, 0xfe, 0, 126, 0, 0, 0, 0 }, 8 },
		{ "125 in two bytes", { 0x82, 0xfe, 0, 125, 0, 0, 0, 0 }, 8 },
		{ "65535 in eight", { 0x82, 0xff, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0 }, 14 },
		{ "over 2^63", { 0x82, 0xff, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 14 },
		{ "a message in a message", { 0x01, 0x80, 0, 0, 0, 0, 0x01, 0x80, 0, 0, 0, 0 },
			12 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 1; piece <= cases[i].len; piece++)
			if (parse(cases[i].bytes, cases[i].len, piece, false) != -1002)
				fail_msg("%s, pieces of %zu", cases[i].why, piece);
}

static void test_lengths(void **state)
{
	static const unsigned char two[] = { 0x82, 0xfe, 0, 126, 0, 0, 0, 0 };
	static const unsigned char eight[] = { 0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	unsigned char head[10];
	(void)state;
	assert_int_equal(parse(two, sizeof(two), 1, false), 0);
	assert_string_equal(said, "[2f1:126 ");
	assert_int_equal(parse(eight, sizeof(eight), 1, false), 0);
	assert_string_equal(said, "[2f1:65536 ");
	assert_int_equal(hx_frame_head(head, 0x81, 125), 2);
	assert_int_equal(head[1], 125);
	assert_int_equal(hx_frame_head(head, 0x81, 126), 4);
	assert_int_equal(head[1], 126);
	assert_int_equal(hx_frame_head(head, 0x81, 65535), 4);
	assert_int_equal(hx_frame_head(head, 0x81, 65536), 10);
	assert_memory_equal(head, "\x81\x7f\0\0\0\0\0\1\0\0", 10);
}

static void test_compressed(void **state)
{
	unsigned char bytes[64];
	size_t len = put(bytes, 0x41, "a", 0);
	(void)state;
	len += put(bytes + len, 0x89, "", 0);
	len += put(bytes + len, 0x80, "b", 0);
	len += put(bytes + len, 0x81, "c", 0);
	assert_int_equal(parse(bytes, len, 1, true), 0);
	assert_string_equal(said, "[11z:1 a][9f1:0 ][1fz:1 b][1f1:1 c]");
	len = put(bytes, 0x01, "a", 0);
	len += put(bytes + len, 0xc0, "b", 0); /* RFC 7692 section 6: the first frame alone */
	assert_int_equal(parse(bytes, len, 1, true), -1002);
}

/* Against a decoder that is written the other way round: from the code points. */
static bool reference(const unsigned char *at, size_t len)
{
	while (len > 0) {
		unsigned size = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
		uint32_t code = size == 1 ? at[0] : at[0] & (0x7fu >> size);
		if (size > len || (at[0] >= 0x80 && at[0] < 0xc0) || at[0] > 0xf7)
			return false;
		for (unsigned i = 1; i < size; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (at[i] & 0x3fu);
		}
		static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
		if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			return false;
		at += size;
		len -= size;
	}
	return true;
}

static bool valid(const unsigned char *bytes, size_t len)
{
	struct hx_utf8 utf8 = { 0 };
	for (size_t i = 0; i < len; i++)
		if (!hx_utf8_take(&utf8, bytes + i, 1))
			return false;
	return hx_utf8_whole(&utf8);
}

static void test_utf8(void **state)
{
	static const unsigned char edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
		0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4,
		0xf5, 0xf8, 0xff };
	enum { N = sizeof(edges) };
	(void)state;
	for (unsigned i = 0; i < N * N * N * N; i++) {
		unsigned char text[4] = { edges[i % N], edges[i / N % N], edges[i / N / N % N],
			edges[i / N / N / N] };
		for (size_t len = 1; len <= 4; len++)
			if (valid(text, len) != reference(text, len))
				fail_msg("%02x %02x %02x %02x", text[0], text[1], text[2], text[3]);
	}
}

static void test_close_codes(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 70000; code++) {
		bool may = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
				   code != 1006) ||
			   (code >= 3000 && code < 5000);
		assert_int_equal(hx_close_may_be_said(code), may);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_close_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
