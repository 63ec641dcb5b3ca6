/*
 * test_body.c - bodies by length and in chunks, however they are split
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/text.h"
#include "exact.h"
#include "hatch_limits.h"
#include "http/body.h"

enum { TRAILER_MAX = 20, FIELDS_MAX = 2, INCOMPLETE = 1 };

static const struct hx_framing chunked = { .kind = HX_BODY_CHUNKED };

struct outcome {
	int result; /* 0: done, INCOMPLETE, or a refusal */
	size_t used;
	char content[1024];
	size_t content_len;
};

/* Gives body what is in in[0..len), as a block of its own. */
static void feed(struct hx_body *body, const char *in, size_t len, struct outcome *out)
{
	char *copy = exact_copy(in, len);
	size_t at = 0;

	while (at < len && !body->done && out->result == INCOMPLETE) {
		struct hatch_span piece;
		size_t used;
		int error = hx_body_take(body, copy + at, len - at, &used, &piece);

		assert_true(used <= len - at);
		if (error < 0) {
			assert_int_equal(piece.len, 0);
			out->result = error;
			break;
		}
		assert_true(used > 0);
		assert_true(piece.ptr >= copy + at && piece.ptr + piece.len <= copy + at + used);
		memcpy(out->content + out->content_len, piece.ptr, piece.len);
		out->content_len += piece.len;
		at += used;
	}
	free(copy);
	out->used += at;
	if (body->done)
		out->result = 0;
}

static void run(struct outcome *out, const struct hx_framing *framing, const char *in, size_t len,
	size_t step, size_t first)
{
	struct hx_body body;

	memset(out, 0, sizeof(*out));
	out->result = INCOMPLETE;
	hx_body_init(&body, framing, TRAILER_MAX, FIELDS_MAX);
	if (body.done)
		out->result = 0;
	feed(&body, in, first, out);
	for (size_t at = first; at < len; at += step)
		feed(&body, in + at, len - at < step ? len - at : step, out);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->result, b->result);
	if (a->result >= 0)
		assert_int_equal(a->used, b->used);
	assert_int_equal(a->content_len, b->content_len);
	assert_memory_equal(a->content, b->content, a->content_len);
}

/* In one piece, cut at every byte, and in pieces of every length: all the same. */
static int take(struct outcome *out, const char *in)
{
	static struct outcome other;
	size_t len = strlen(in);

	run(out, &chunked, in, len, len + 1, 0);
	for (size_t first = 0; first <= len; first++) {
		run(&other, &chunked, in, len, len + 1, first);
		assert_same(out, &other);
	}
	for (size_t step = 1; step < len; step++) {
		run(&other, &chunked, in, len, step, 0);
		assert_same(out, &other);
	}
	return out->result;
}

static int result_of(const char *in)
{
	static struct outcome ignored;

	return take(&ignored, in);
}

static void assert_content(const char *in, const char *content, size_t left)
{
	static struct outcome out;

	assert_int_equal(take(&out, in), 0);
	assert_int_equal(out.content_len, strlen(content));
	assert_memory_equal(out.content, content, out.content_len);
	assert_int_equal(out.used, strlen(in) - left);
}

static void test_no_body(void **state)
{
	static const struct hx_framing none = { .kind = HX_BODY_NONE },
				       zero = { .kind = HX_BODY_LENGTH };
	static struct outcome out;

	(void)state;
	run(&out, &none, "GET", 3, 3, 0);
	assert_int_equal(out.result, 0);
	assert_int_equal(out.used, 0);
	run(&out, &zero, "GET", 3, 3, 0);
	assert_int_equal(out.result, 0);
	assert_int_equal(out.used, 0);
}

static void test_length(void **state)
{
	static const struct hx_framing five = { .kind = HX_BODY_LENGTH, .length = 5 };
	static struct outcome out;

	(void)state;
	for (size_t step = 1; step < 9; step++) {
		run(&out, &five, "helloGET", 8, step, 0);
		assert_int_equal(out.result, 0);
		assert_int_equal(out.used, 5);
		assert_int_equal(out.content_len, 5);
		assert_memory_equal(out.content, "hello", 5);
	}
	run(&out, &five, "hell", 4, 4, 0);
	assert_int_equal(out.result, INCOMPLETE);
}

static void test_a_call_without_bytes(void **state)
{
	struct hx_body body;
	struct hatch_span piece;
	size_t used = 7;

	(void)state;
	hx_body_init(&body, &chunked, TRAILER_MAX, FIELDS_MAX);
	assert_int_equal(hx_body_take(&body, "", 0, &used, &piece), 0);
	assert_int_equal(used, 0);
	assert_int_equal(piece.len, 0);
	assert_false(body.done);
	assert_int_equal(hx_body_take(&body, "5\r\n", 3, &used, &piece), 0);
	assert_int_equal(hx_body_take(&body, NULL, 0, &used, &piece), 0);
	assert_int_equal(used, 0);
	assert_int_equal(piece.len, 0);
}

static void test_a_refused_body_stays_refused(void **state)
{
	static const char *const refused[] = { "x", "1;=", "0\r\nA:\r\nB:\r\nC" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(refused); i++) {
		struct hx_body body;
		struct hatch_span piece;
		size_t used;

		hx_body_init(&body, &chunked, TRAILER_MAX, FIELDS_MAX);
		assert_true(hx_body_take(&body, refused[i], strlen(refused[i]), &used, &piece) < 0);
		assert_int_equal(hx_body_take(&body, "0\r\n\r\n", 5, &used, &piece), -400);
		assert_int_equal(used, 0);
		assert_false(body.done);
	}
}

static void test_chunks(void **state)
{
	(void)state;
	assert_content("0\r\n\r\n", "", 0);
	assert_content("5\r\nhello\r\n0\r\n\r\n", "hello", 0);
	assert_content("5\r\nhello\r\n006\r\n world\r\n000\r\n\r\n", "hello world", 0);
	assert_content("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", 0);
}

static void test_nothing_behind_the_end(void **state)
{
	(void)state;
	assert_content("0\r\n\r\nGET / HTTP/1.1\r\n", "", 16);
	assert_content("1\r\na\r\n0\r\n\r\n\r\n", "a", 2);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_content(
		"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", 0);
	assert_content("0000000000000001\r\nx\r\n0000000000000000\r\n\r\n", "x", 0);
	assert_int_equal(result_of("00000000000000001\r\n"), -400);
	assert_int_equal(result_of("4000000000000000\r\n"), INCOMPLETE);
	assert_int_equal(result_of("4000000000000001\r\n"), -400);
	assert_int_equal(result_of("ffffffffffffffff\r\n"), -400);
	assert_int_equal(result_of("10000000000000005\r\n"), -400);
	assert_int_equal(result_of("\r\n"), -400);
	assert_int_equal(result_of("g\r\n"), -400);
	assert_int_equal(result_of("+5\r\n"), -400);
	assert_int_equal(result_of("-1\r\n"), -400);
	assert_int_equal(result_of("0x5\r\n"), -400);
	assert_int_equal(result_of(" 5\r\n"), -400);
	assert_int_equal(result_of("5 \r\n"), -400);
	assert_int_equal(result_of("5 5\r\n"), -400);
	assert_int_equal(result_of("5,\r\n"), -400);
	assert_int_equal(result_of("5_0\r\n"), -400);
}

static void test_line_ends(void **state)
{
	(void)state;
	assert_int_equal(result_of("5\nhello\r\n0\r\n\r\n"), -400);
	assert_int_equal(result_of("5\r\r\n"), -400);
	assert_int_equal(result_of("5\rhello"), -400);
	assert_int_equal(result_of("5\r\nhello0\r\n\r\n"), -400);
	assert_int_equal(result_of("5\r\nhello\n0\r\n\r\n"), -400);
	assert_int_equal(result_of("5\r\nhello\rx"), -400);
	assert_int_equal(result_of("5\r\nhelloo\r\n"), -400);
	assert_int_equal(result_of("5\r\nhell\r\n0\r\n\r\n"), -400);
	assert_int_equal(result_of("5\r\nhello\r\n\r\n0\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\n\n"), -400);
	assert_int_equal(result_of("0\r\n\rx"), -400);
	assert_int_equal(result_of("0\n\r\n"), -400);
}

static void test_incomplete(void **state)
{
	static const char text[] = "5;a=\"b\"\r\nhello\r\n0\r\nA: b\r\n\r\n";
	static struct outcome out;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		run(&out, &chunked, text, len, len + 1, 0);
		assert_int_equal(out.result, INCOMPLETE);
	}
	assert_content(text, "hello", 0);
}

static void test_extensions(void **state)
{
	(void)state;
	assert_content("1;a\r\nx\r\n0;b=c\r\n\r\n", "x", 0);
	assert_content("1 ;\ta = b ; c\t=\t\"\"\r\nx\r\n0\r\n\r\n", "x", 0);
	assert_content("1;a=\"\\\"; \\\\ \t\xff\";b\r\nx\r\n0\r\n\r\n", "x", 0);
	assert_content("1;a;b;c=d;e\r\nx\r\n0\r\n\r\n", "x", 0);
	assert_content("1;a=\"b\" ;c\r\nx\r\n0\r\n\r\n", "x", 0);
}

static void test_bad_extensions(void **state)
{
	static const char *const bad[] = { "1;\r\n", "1; \r\n", "1 \r\n", "1;;a\r\n", "1;=b\r\n",
		"1;a=\r\n", "1;a= \r\n", "1;a=b \r\n", "1;a \r\n", "1;a b\r\n", "1;a=b c\r\n",
		"1;a=\"b\r\n", "1;a=\"b\nc\"", "1;a=\"b\rc\"", "1;a=\"\\\n\"", "1;a=\"b\"c\r\n",
		"1;a=\"b\" \r\n", "1;a=b\"c\"\r\n", "1;a\n", "1;a=b\n", "1;a=\"b\"\n",
		"1;a=b=c\r\n", "1;a=,\r\n", "1;(\r\n", "1;a=\x7f\r\n", "1;a=\"\x7f\"\r\n",
		"1;a=\"\x01\"\r\n", "1;\xff\r\n", "1=a\r\n", "1a;b\rx", "1;a=\"b\"\rx", "1\v;a\r\n",
		"1;a=;b\r\n" };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(bad); i++)
		assert_int_equal(result_of(bad[i]), -400);
}

static void test_extension_limit(void **state)
{
	static char text[2 * HATCH_CHUNK_EXT_MAX];
	int ext = HATCH_CHUNK_EXT_MAX;

	(void)state;
	/* In one chunk, at and over the limit: ";" and a name. */
	snprintf(text, sizeof(text), "1;%0*d\r\nx\r\n0\r\n\r\n", ext - 1, 0);
	assert_content(text, "x", 0);
	snprintf(text, sizeof(text), "1;%0*d\r\nx\r\n0\r\n\r\n", ext, 0);
	assert_int_equal(result_of(text), -400);
	/* All of a body's together. */
	snprintf(text, sizeof(text), "1;%0*d\r\nx\r\n0;a\r\n\r\n", ext - 3, 0);
	assert_content(text, "x", 0);
	snprintf(text, sizeof(text), "1;%0*d\r\nx\r\n0;a\r\n\r\n", ext - 2, 0);
	assert_int_equal(result_of(text), -400);
}

static void test_trailers(void **state)
{
	(void)state;
	assert_content("0\r\nA: b\r\n\r\nGET", "", 3);
	assert_content("0\r\nA:\r\nB:\t\xff \r\n\r\n", "", 0);
	/* What frames a message means nothing here. */
	assert_content("0\r\nHost: a\r\n\r\n", "", 0);
	assert_content("0\r\nTE:chunked\r\n\r\n", "", 0);
	assert_int_equal(result_of("0\r\nA : b\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\n: b\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nA\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\n A: b\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nA: b\r\n c\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nA: b\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nA: b\r\n\n"), -400);
	assert_int_equal(result_of("0\r\nA: \x01\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nA: b\rc\r\n\r\n"), -400);
	assert_int_equal(result_of("0\r\nGET / HTTP/1.1\r\n"), -400);
}

static void test_trailer_limits(void **state)
{
	static struct outcome out;

	(void)state;
	assert_content("0\r\nA: 456789012345678\r\n\r\n", "", 0); /* 20 bytes with the CRLF */
	assert_int_equal(result_of("0\r\nA: 4567890123456789\r\n\r\n"), -431);
	assert_content("0\r\nA: 45678\r\nB: 45678\r\n\r\n", "", 0); /* 20 bytes, two lines */
	assert_int_equal(result_of("0\r\nA: 45678\r\nB: 456789\r\n\r\n"), -431);
	assert_content("0\r\nA:\r\nB:\r\n\r\n", "", 0);
	assert_int_equal(result_of("0\r\nA:\r\nB:\r\nC:\r\n\r\n"), -431);
	assert_int_equal(take(&out, "1\r\nx\r\n0\r\nA:\r\nB:\r\nC"), -431);
	assert_int_equal(out.content_len, 1);
}

/* Whatever the seed says, into chunks of any size and pieces of any length. */
static void test_random_splits(void **state)
{
	static char content[200], text[1024];
	static struct outcome out;
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		size_t at = 0, content_len = 0, text_len;

		while (content_len < sizeof(content)) {
			random = random * 1664525 + 1013904223;

			size_t size = 1 + (random >> 24) % 40;

			if (size > sizeof(content) - content_len)
				size = sizeof(content) - content_len;
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%zX\r\n", size);
			for (size_t i = 0; i < size; i++)
				text[at++] = content[content_len++] = (char)(random >> (i % 24));
			text[at++] = '\r';
			text[at++] = '\n';
		}
		memcpy(text + at, "0\r\n\r\n", 5);
		text_len = at + 5;
		run(&out, &chunked, text, text_len, 1 + (random >> 16) % 30, (random >> 8) % 30);
		assert_int_equal(out.result, 0);
		assert_int_equal(out.used, text_len);
		assert_int_equal(out.content_len, content_len);
		assert_memory_equal(out.content, content, content_len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_body),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_a_call_without_bytes),
		cmocka_unit_test(test_a_refused_body_stays_refused),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_nothing_behind_the_end),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_bad_extensions),
		cmocka_unit_test(test_extension_limit),
		cmocka_unit_test(test_trailers),
		cmocka_unit_test(test_trailer_limits),
		cmocka_unit_test(test_random_splits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
