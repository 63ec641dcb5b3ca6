/*
 * test_greeting.c - ClientHellos in pieces and records of all sizes, and what is none
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tls/greeting.h"

enum {
	AES_128 = 0x1301,
	AES_256 = 0x1302,
	CHACHA = 0x1303,
	X25519 = 29,
	P256 = 23,
	MLKEM = 0x11ec
};
enum { ROOM = 2048, SIGNATURES = 13, KEY_SHARE = 51, PSK = 41 };

struct hello {
	unsigned char bytes[ROOM]; /* the message */
	size_t len;
	size_t suites, extensions, shares, end_of_shares; /* where they are */
};

static void put(struct hello *h, unsigned long number, unsigned size)
{
	while (size-- > 0)
		h->bytes[h->len++] = (unsigned char)(number >> 8 * size);
}

static void put_zeros(struct hello *h, size_t len)
{
	memset(h->bytes + h->len, 0, len);
	h->len += len;
}

static void set_length(struct hello *h, size_t at)
{
	size_t len = h->len - at - 2;
	h->bytes[at] = (unsigned char)(len >> 8);
	h->bytes[at + 1] = (unsigned char)len;
}

static void extension(struct hello *h, unsigned type, size_t len)
{
	put(h, type, 2);
	put(h, len, 2);
	put_zeros(h, len);
}

/* Suites and groups end with 0; groups NULL: no extensions at all. */
static void make(struct hello *h, const unsigned *suites, const unsigned *groups)
{
	memset(h, 0, sizeof(*h));
	put(h, 1, 1);
	put_zeros(h, 3);
	put(h, 0x0303, 2);
	put_zeros(h, 32);
	put(h, 32, 1);
	put_zeros(h, 32);
	h->suites = h->len;
	put(h, 0, 2);
	for (; *suites != 0; suites++)
		put(h, *suites, 2);
	set_length(h, h->suites);
	put(h, 0x0100, 2); /* one compression: none */
	if (groups != NULL) {
		h->extensions = h->len;
		put(h, 0, 2);
		extension(h, SIGNATURES, 20);
		put(h, KEY_SHARE, 2);
		h->shares = h->len;
		put(h, 0, 4);
		for (; *groups != 0; groups++) {
			size_t size = *groups == MLKEM ? 1216 : *groups == X25519 ? 32 : 65;
			put(h, *groups, 2);
			put(h, size, 2);
			put_zeros(h, size);
		}
		set_length(h, h->shares);
		set_length(h, h->shares + 2);
		h->end_of_shares = h->len;
		extension(h, PSK, 0);
		set_length(h, h->extensions);
	}
	h->bytes[2] = (unsigned char)((h->len - 4) >> 8);
	h->bytes[3] = (unsigned char)(h->len - 4);
}

/* In records of so many bytes. */
static size_t wrap(unsigned char *out, const struct hello *h, size_t record)
{
	unsigned char *at = out;
	for (size_t i = 0; i < h->len; i += record) {
		size_t len = h->len - i < record ? h->len - i : record;
		*at++ = 22, *at++ = 3, *at++ = 1;
		*at++ = (unsigned char)(len >> 8), *at++ = (unsigned char)len;
		memcpy(at, h->bytes + i, len);
		at += len;
	}
	return (size_t)(at - out);
}

static unsigned char wire[6 * ROOM];

/* Fed in pieces: how much was fed when it was complete, 0 for never. */
static size_t feed(struct hx_greeting *g, size_t len, size_t piece)
{
	size_t complete = 0;
	hx_greeting_begin(g);
	for (size_t i = 0; i < len; i += piece)
		if (hx_greeting_got(g, wire + i, len - i < piece ? len - i : piece)) {
			assert_int_equal(complete, 0); /* once */
			complete = i + piece < len ? i + piece : len;
		}
	return complete;
}

static void expect(const unsigned *suites, const unsigned *groups, bool chacha, bool x25519)
{
	struct hello h;
	struct hx_greeting g;
	make(&h, suites, groups);
	size_t len = wrap(wire, &h, ROOM);
	assert_int_equal(feed(&g, len, len), len);
	assert_int_equal(g.chacha, chacha);
	assert_int_equal(g.x25519, x25519);
}

static const unsigned all[] = { AES_256, CHACHA, AES_128, 0xc02b, 0 };
static const unsigned both[] = { P256, X25519, 0 };

static void what_is_offered(void **state)
{
	const unsigned aes[] = { AES_128, AES_256, 0x0313, 0x1313, 0 }, one[] = { CHACHA, 0 };
	const unsigned none[] = { 0 }, p256[] = { P256, 0 }, browser[] = { MLKEM, X25519, 0 };
	(void)state;
	expect(all, both, true, true);
	expect(aes, both, false, true);
	expect(one, p256, true, false);
	expect(all, browser, true, true);
	expect(all, none, true, false);
	expect(all, NULL, true, false);
	expect(aes, NULL, false, false);
}

static void in_pieces(void **state)
{
	const unsigned groups[] = { MLKEM, P256, X25519, 0 };
	struct hello h;
	(void)state;
	make(&h, all, groups);
	for (size_t record = 1; record <= h.len; record += record < 120 ? 1 : 97) {
		size_t len = wrap(wire, &h, record);
		for (size_t piece = 1; piece < 90; piece++) {
			struct hx_greeting g;
			assert_int_equal(feed(&g, len, piece), len);
			assert_true(g.chacha && g.x25519);
		}
	}
}

/* Too short by any number of bytes, it is not complete; with more behind it, it is. */
static void the_end(void **state)
{
	struct hello h;
	struct hx_greeting g;
	(void)state;
	make(&h, all, both);
	size_t len = wrap(wire, &h, ROOM);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(feed(&g, n, 7), 0);
	memset(wire + len, 0x55, 100);
	assert_int_equal(feed(&g, len + 100, 1), len);
	assert_true(g.chacha && g.x25519);
}

static void never_complete(struct hello *h, size_t at, unsigned char byte)
{
	struct hx_greeting g;
	unsigned char before = h->bytes[at];
	h->bytes[at] = byte;
	size_t len = wrap(wire, h, ROOM);
	assert_int_equal(feed(&g, len, len), 0);
	assert_int_equal(feed(&g, len, 1), 0);
	h->bytes[at] = before;
}

/* Each length, too large and too small. */
static void wrong_lengths(void **state)
{
	struct hello h;
	struct hx_greeting g;
	(void)state;
	make(&h, all, both);
	const size_t places[] = { 3, h.suites + 1, h.extensions + 1, h.shares + 1, h.shares + 3, 38,
		h.extensions + 5, h.end_of_shares + 3 };
	/* By one; by more, another ClientHello may come of it. */
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		never_complete(&h, places[i], (unsigned char)(h.bytes[places[i]] + 1));
		if (h.bytes[places[i]] > 0)
			never_complete(&h, places[i], (unsigned char)(h.bytes[places[i]] - 1));
	}
	never_complete(&h, h.shares + 7, 66); /* a share that takes a byte of the next */
	never_complete(&h, h.shares + 7, 255);
	never_complete(&h, 0, 2); /* no ClientHello */
	never_complete(&h, 1, 1); /* of 64 kB */
	never_complete(&h, h.suites, 255);
	size_t len = wrap(wire, &h, ROOM);
	wire[0] = 23;
	assert_int_equal(feed(&g, len, len), 0);
	wire[0] = 22, wire[3] = 0x40, wire[4] = 1; /* a record over 16,384 bytes */
	assert_int_equal(feed(&g, len, len), 0);
	wire[3] = wire[4] = 0;
	assert_int_equal(feed(&g, len, len), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_offered),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(the_end),
		cmocka_unit_test(wrong_lengths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
