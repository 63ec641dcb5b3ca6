/*
 * sha1.c - see sha1.h
 * SPDX-License-Identifier: MIT
 */
#include "sha1.h"

#include <stdint.h>
#include <string.h>

#include "../base/check.h"

enum { BLOCK = 64 };

static uint32_t turned(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

/* RFC 3174 section 5: the function and the constant of a round. */
static uint32_t mixed(unsigned round, const uint32_t h[5])
{
	uint32_t b = h[1], c = h[2], d = h[3];
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

/* With 16 words that are replaced as they are used (section 6.2). */
static void add_block(uint32_t sum[5], const unsigned char *block)
{
	uint32_t w[16], h[5];
	memcpy(h, sum, sizeof(h));
	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 0; i < 80; i++) {
		if (i >= 16)
			w[i % 16] = turned(
				w[(i + 13) % 16] ^ w[(i + 8) % 16] ^ w[(i + 2) % 16] ^ w[i % 16],
				1);
		uint32_t next = turned(h[0], 5) + mixed(i, h) + h[4] + w[i % 16];
		h[4] = h[3];
		h[3] = h[2];
		h[2] = turned(h[1], 30);
		h[1] = h[0];
		h[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		sum[i] += h[i];
}

void hx_sha1(const void *bytes, size_t len, unsigned char out[HX_SHA1_LEN])
{
	uint32_t sum[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	unsigned char padded[2 * BLOCK] = { 0 };
	HX_ASSERT(len <= HX_SHA1_MAX);
	size_t total = len + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	memcpy(padded, bytes, len);
	padded[len] = 0x80;
	padded[total - 2] = (unsigned char)(len * 8 >> 8);
	padded[total - 1] = (unsigned char)(len * 8);
	for (size_t at = 0; at < total; at += BLOCK)
		add_block(sum, padded + at);
	for (unsigned i = 0; i < HX_SHA1_LEN; i++)
		out[i] = (unsigned char)(sum[i / 4] >> (24 - 8 * (i % 4)));
}
