/*
 * fn256.c - arithmetic modulo n, the order of P-256's base point
 * SPDX-License-Identifier: MIT
 *
 * A signature takes a handful of these, so that they are short rather than fast.
 */
#include "fn256.h"

const struct hx_modulus hx_fn256_modulus = {
	{ 0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0, 0xffffffff },
	0x11ff43b1, /* 1 / n mod 2^30 */
};

/* 2^512 mod n */
static const uint32_t two512[8] = { 0xbe79eea2, 0x83244c95, 0x49bd6fa6, 0x4699799c, 0x2b6bec59,
	0x2845b239, 0xf3d95620, 0x66e12d94 };

#define MINUS_INVERSE 0xee00bc4fu /* -1 / n mod 2^32 */

uint32_t hx_fn256_from_bytes(uint32_t r[8], const uint8_t bytes[32])
{
	static const uint32_t one[8] = { 1 };
	uint32_t good;

	hx_u256_from_be(r, bytes);
	good = hx_u256_is_in_range(r, hx_fn256_n);
	hx_u256_select(r, one, ~good);
	return good;
}

/* a / 2^256 mod n for a < 2^256 n: Montgomery's reduction, (a + m n) / 2^256 < 2n. */
static void reduce_wide(uint32_t r[8], uint32_t a[16])
{
	uint32_t over = 0; /* 0 or 1: what is carried out of word i + 7 belongs into word i + 8 */

	for (int i = 0; i < 8; i++) {
		uint32_t m = a[i] * MINUS_INVERSE;
		uint64_t sum = 0;
		for (int j = 0; j < 8; j++) {
			/* (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1 */
			sum += (uint64_t)m * hx_fn256_n[j] + a[i + j];
			a[i + j] = (uint32_t)sum;
			sum >>= 32;
		}
		sum += (uint64_t)a[i + 8] + over;
		a[i + 8] = (uint32_t)sum;
		over = (uint32_t)(sum >> 32);
		HX_BOUND(a[i] == 0);
	}
	/* over 2^256 + a[8..15] < 2n: n is taken away if that is over or not below n. */
	uint32_t below = hx_u256_sub(r, a + 8, hx_fn256_n);
	hx_u256_select(r, a + 8, hx_ct_mask(below & (1 ^ over)));
}

static void multiply(uint32_t r[8], const uint32_t a[8], const uint32_t b[8])
{
	uint32_t wide[16];

	hx_u256_mul(wide, a, b);
	reduce_wide(r, wide);
}

void hx_fn256_mul(uint32_t r[8], const uint32_t a[8], const uint32_t b[8])
{
	multiply(r, a, b);
	multiply(r, r, two512);
}

void hx_fn256_add(uint32_t r[8], const uint32_t a[8], const uint32_t b[8])
{
	uint32_t sum[8];
	uint32_t over = hx_u256_add(sum, a, b);
	uint32_t below = hx_u256_sub(r, sum, hx_fn256_n);

	hx_u256_select(r, sum, hx_ct_mask(below & (1 ^ over)));
}

void hx_fn256_invert(uint32_t r[8], const uint32_t a[8])
{
	hx_inverse(r, a, &hx_fn256_modulus);
}
