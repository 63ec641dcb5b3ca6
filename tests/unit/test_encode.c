/*
 * test_encode.c - response heads, fields and chunks
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "exact.h"
#include "http/encode.h"

static int encode(struct hx_text *out, const char *name, const char *value)
{
	return hx_encode_field(out, hatch_str(name), hatch_str(value));
}

static void assert_text(const struct hx_text *text, const char *expected)
{
	assert_int_equal(text->len, strlen(expected));
	assert_memory_equal(text->ptr, expected, text->len);
}

static void test_fields(void **state)
{
	char buf[100];
	struct hx_text out;

	(void)state;
	hx_text_init(&out, buf, sizeof(buf));
	assert_int_equal(encode(&out, "X-A", "b; c=\"d\"\t\xff"), 0);
	assert_int_equal(encode(&out, "E", ""), 0);
	assert_text(&out, "X-A: b; c=\"d\"\t\xff\r\nE: \r\n");
}

static void test_refused_fields(void **state)
{
	static const char *const reserved[] = { "Connection", "Content-Length", "Date",
		"Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "CONNECTION",
		"content-length", "dATE", "keep-alive", "te", "trailer", "transfer-encoding",
		"upgrade" };
	static const char *const names[] = { "", "a b", "a:", "a\r", "a\n", "\xc3\xa4", "(a)" };
	static const char *const values[] = { "a\r\nb: c", "\r", "\n", "\x01", "\x7f", "a\vb" };
	char buf[100];
	struct hx_text out;

	(void)state;
	hx_text_init(&out, buf, sizeof(buf));
	for (size_t i = 0; i < HATCH_COUNT(reserved); i++)
		assert_int_equal(encode(&out, reserved[i], "x"), HATCH_EINVAL);
	for (size_t i = 0; i < HATCH_COUNT(names); i++)
		assert_int_equal(encode(&out, names[i], "x"), HATCH_EINVAL);
	for (size_t i = 0; i < HATCH_COUNT(values); i++)
		assert_int_equal(encode(&out, "A", values[i]), HATCH_EINVAL);
	assert_int_equal(hx_encode_field(&out, hx_span("A\0", 2), hatch_str("x")), HATCH_EINVAL);
	assert_int_equal(hx_encode_field(&out, hatch_str("A"), hx_span("\0", 1)), HATCH_EINVAL);
	assert_int_equal(out.len, 0);
	assert_int_equal(out.error, 0);
	/* Near misses. */
	assert_int_equal(encode(&out, "Dates", "x"), 0);
	assert_int_equal(encode(&out, "Content-Lengt", "x"), 0);
}

static void test_fields_that_do_not_fit(void **state)
{
	char buf[16];
	struct hx_text out;

	(void)state;
	hx_text_init(&out, buf, sizeof(buf));
	assert_int_equal(encode(&out, "A", "12345"), 0); /* ten bytes */
	assert_int_equal(encode(&out, "B", "1"), 0);     /* six */
	assert_text(&out, "A: 12345\r\nB: 1\r\n");
	hx_text_init(&out, buf, sizeof(buf) - 1);
	assert_int_equal(encode(&out, "A", "12345"), 0);
	assert_int_equal(encode(&out, "B", "1"), HATCH_EBIG);
	assert_text(&out, "A: 12345\r\n");
	/* It sticks. */
	assert_int_equal(encode(&out, "C", ""), HATCH_EBIG);
	assert_text(&out, "A: 12345\r\n");
}

static void assert_head(const struct hx_response_head *head, const char *expected)
{
	size_t len = strlen(expected);
	char *buf = exact_copy(expected, len);
	struct hx_text out;

	/* Exactly as much room as it needs, */
	memset(buf, 0, len);
	hx_text_init(&out, buf, len);
	hx_encode_head(&out, head);
	assert_int_equal(out.error, 0);
	assert_text(&out, expected);
	/* and every room that is too small. */
	for (size_t room = 0; room < len; room++) {
		hx_text_init(&out, buf, room);
		hx_encode_head(&out, head);
		assert_int_equal(out.error, HATCH_EBIG);
	}
	free(buf);
}

static void test_a_full_head(void **state)
{
	struct hx_response_head head = {
		.status = 200,
		.unix_time = 784111777,
		.type = "text/html",
		.allow = "GET, HEAD",
		.length = HX_LENGTH_KNOWN,
		.content_length = 12345678901,
		.fields = hatch_str("A: b\r\n"),
	};

	(void)state;
	assert_head(&head, "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			   "Content-Type: text/html\r\nAllow: GET, HEAD\r\n"
			   "Content-Length: 12345678901\r\nA: b\r\n\r\n");
}

static void test_lengths(void **state)
{
	struct hx_response_head head = { .status = 404 };

	(void)state;
	assert_head(&head, "HTTP/1.1 404 Not Found\r\n\r\n");
	head.length = HX_LENGTH_KNOWN;
	assert_head(&head, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	head.length = HX_LENGTH_CHUNKED;
	assert_head(&head, "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n");
	head.length = HX_LENGTH_CLOSE;
	assert_head(&head, "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
	head.status = 304;
	head.length = HX_LENGTH_KNOWN;
	assert_head(&head, "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n");
	head.status = 204;
	assert_head(&head, "HTTP/1.1 204 No Content\r\n\r\n");
	head.length = HX_LENGTH_CHUNKED;
	assert_head(&head, "HTTP/1.1 204 No Content\r\n\r\n");
	head.status = 100;
	assert_head(&head, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void test_connection(void **state)
{
	struct hx_response_head head = { .status = 200, .keep_alive_10 = true };

	(void)state;
	assert_head(&head, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n");
	head.close = true;
	assert_head(&head, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	head.keep_alive_10 = false;
	assert_head(&head, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

static void test_odd_clock_and_status(void **state)
{
	struct hx_response_head head = { .status = 299, .unix_time = -5 };

	(void)state;
	assert_head(&head, "HTTP/1.1 299 Successful\r\n\r\n");
	head.unix_time = INT64_MAX;
	assert_head(&head, "HTTP/1.1 299 Successful\r\n\r\n");
}

static void test_a_type_cannot_inject(void **state)
{
	struct hx_response_head head = { .status = 200, .type = "a\r\nSet-Cookie: b" };
	char buf[200];
	struct hx_text out;

	(void)state;
	hx_text_init(&out, buf, sizeof(buf));
	hx_encode_head(&out, &head);
	assert_int_equal(out.error, HATCH_EINVAL);
	assert_null(memchr(buf, 'S', out.len));
}

static void test_chunks(void **state)
{
	static const size_t lens[] = { 1, 9, 10, 15, 16, 255, 256, 4095, 4096, 0xabcd, 0xffff };

	(void)state;
	for (size_t i = 0; i < HATCH_COUNT(lens); i++) {
		char prefix[HX_CHUNK_PREFIX], suffix[HX_CHUNK_SUFFIX], expected[8];

		hx_encode_chunk(prefix, lens[i], suffix);
		snprintf(expected, sizeof(expected), "%04x\r\n", (unsigned)lens[i]);
		assert_memory_equal(prefix, expected, HX_CHUNK_PREFIX);
		assert_memory_equal(suffix, "\r\n", HX_CHUNK_SUFFIX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused_fields),
		cmocka_unit_test(test_fields_that_do_not_fit),
		cmocka_unit_test(test_a_full_head),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_odd_clock_and_status),
		cmocka_unit_test(test_a_type_cannot_inject),
		cmocka_unit_test(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
