/*
 * fe25519.c - arithmetic modulo p = 2^255 - 19 on numbers below 2^256
 * SPDX-License-Identifier: MIT
 *
 * All reductions have one form.  A result R of more than 256 bits is to become R - T p, where T is
 * about R / 2^255: that is R - T 2^255 + 19 T.  T is estimated from what goes into the top word
 * before the carries from below are known, so that 19 T can start the only chain of carries; the
 * error of the estimate stays in the bit that 2^256 has over 2^255.  Each function says why.
 */
#include "fe25519.h"
#include "inverse.h"

#define LOW31 0x7fffffffu

/* The chain of carries through all words but the top one, written out: as a loop it takes half as
   long again. */
#define STEP(i, term)                                                                              \
	sum += term;                                                                               \
	r[i] = (uint32_t)sum;                                                                      \
	sum >>= 32
#define SEVEN_STEPS(TERM)                                                                          \
	STEP(0, TERM(0));                                                                          \
	STEP(1, TERM(1));                                                                          \
	STEP(2, TERM(2));                                                                          \
	STEP(3, TERM(3));                                                                          \
	STEP(4, TERM(4));                                                                          \
	STEP(5, TERM(5));                                                                          \
	STEP(6, TERM(6))

#define SUM(i)        ((uint64_t)a[i] + b[i])
#define DIFFERENCE(i) ((int64_t)a[i] - b[i])
#define FOLDED(i)     (wide[i] + (uint64_t)wide[(i) + 8] * 38)
#define MULTIPLE(i)   (a[i] + (uint64_t)b[i] * small)

static const struct hx_modulus modulus = {
	{ 0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
		0x7fffffff },
	0x179435e5, /* 1 / (2^30 - 19) mod 2^30 */
};

/*
 * a + b.  The top words give T = floor((a7 + b7) / 2^31) <= 3.  The others with 19 T are at most
 * 2 (2^224 - 1) + 57, so a carry of at most 2 comes up, and the top word ends at most 2^31 - 1 + 2.
 */
void hx_fe25519_add(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b)
{
	uint64_t top = (uint64_t)a[7] + b[7];
	uint64_t sum = 19 * (uint32_t)(top >> 31);

	SEVEN_STEPS(SUM);
	r[7] = ((uint32_t)top & LOW31) + (uint32_t)sum;
	HX_BOUND(r[7] <= LOW31 + 2u);
}

/*
 * a - b.  With T = floor((a7 - b7 - 2) / 2^31), in -3 .. 1, the top word less T 2^31 is in
 * 2 .. 2^31 + 1.  The others are above -2^224 and below 2^224, and 19 T is small, so that -2 .. 1
 * comes up from them: the top word ends in 0 .. 2^31 + 2.
 */
void hx_fe25519_sub(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b)
{
	int64_t top = (int64_t)a[7] - b[7] - 2;
	int64_t sum = 19 * (int32_t)(top >> 31);

	SEVEN_STEPS(DIFFERENCE);
	r[7] = ((uint32_t)top & LOW31) + 2 + (uint32_t)sum;
	HX_BOUND(r[7] <= LOW31 + 3u && sum >= -2 && sum <= 1);
}

/*
 * The low half plus 38 times the high half, as 2^256 = 38 mod p.  The top words give
 * T = floor((low7 + 38 high7) / 2^31) < 39 * 2 = 78, 19 T < 1482.  A carry is at most 39, as
 * 39 (2^32 - 1) + 1482 < 40 * 2^32 - 1 and 39 (2^32 - 1) + 39 = 39 * 2^32.  The top word ends at
 * most 2^31 - 1 + 39.
 */
static void reduce(hx_fe25519 r, const uint32_t wide[16])
{
	uint64_t top = wide[7] + (uint64_t)wide[15] * 38;
	uint64_t sum = 19 * (uint32_t)(top >> 31);

	SEVEN_STEPS(FOLDED);
	HX_BOUND(sum <= 39);
	r[7] = ((uint32_t)top & LOW31) + (uint32_t)sum;
}

void hx_fe25519_mul(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b)
{
	uint32_t wide[16];

	hx_u256_mul(wide, a, b);
	reduce(r, wide);
}

void hx_fe25519_sqr(hx_fe25519 r, const hx_fe25519 a)
{
	uint32_t wide[16];

	hx_u256_sqr(wide, a);
	reduce(r, wide);
}

/*
 * As reduce().  small <= 2^26 - 1, so that the top words with it are below 2^58 and T < 2^27,
 * 19 T < 2^32.  A carry is at most 2^26: (small + 1) (2^32 - 1) + 2^32 is below 2^58 + 2^32.
 */
void hx_fe25519_add_times(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b, uint32_t small)
{
	uint64_t top = a[7] + (uint64_t)b[7] * small;
	uint64_t sum = 19 * (uint32_t)(top >> 31);

	HX_BOUND(small < 1u << 26);
	SEVEN_STEPS(MULTIPLE);
	r[7] = ((uint32_t)top & LOW31) + (uint32_t)sum;
	HX_BOUND(sum <= 1u << 26);
}

/* 2p - r = 2^256 - 38 - r is the complement of r less 37, which it is not below. */
void hx_fe25519_negate_where(hx_fe25519 r, uint32_t mask)
{
	uint32_t borrow = 37 & mask;

	HX_BOUND(r[7] <= LOW31);
	for (int i = 0; i < 8; i++) {
		uint32_t word = r[i] ^ mask;
		r[i] = word - borrow;
		borrow = word < borrow;
	}
}

void hx_fe25519_from_bytes(hx_fe25519 r, const uint8_t bytes[32])
{
	hx_u256_from_le(r, bytes);
	r[7] &= LOW31;
}

/* 2^255 = 19 mod p brings a below 2^255 + 19 = p + 38: then p is taken away once or not at all. */
static void make_unique(hx_fe25519 r, const hx_fe25519 a)
{
	hx_fe25519 once = { 0 };

	once[0] = 19 * (a[7] >> 31);
	hx_u256_copy(r, a);
	r[7] &= LOW31;
	hx_u256_add(r, r, once);
	hx_u256_reduce_once(r, r, modulus.word);
}

void hx_fe25519_to_bytes(uint8_t bytes[32], const hx_fe25519 a)
{
	hx_fe25519 unique;

	make_unique(unique, a);
	hx_u256_to_le(bytes, unique);
}

void hx_fe25519_invert(hx_fe25519 r, const hx_fe25519 a)
{
	make_unique(r, a);
	hx_inverse(r, r, &modulus);
}
