/*
 * fp256.c - arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1 on numbers below 2^256
 * SPDX-License-Identifier: MIT
 *
 * Every result is first T 2^256 + L, with a small signed T and eight words L, and then becomes
 * less than 2^256 in fold(), which is the only place where that is argued.
 */
#include "fp256.h"

const struct hx_modulus hx_fp256_modulus = {
	{ 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 0xffffffff },
	0x3fffffff, /* 1 / -1 mod 2^30 */
};

/* 2^256 mod p, 2^512 mod p and 2^768 mod p */
const hx_fp256 hx_fp256_one = { 1, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xfffffffe, 0 };
static const uint32_t two512[8] = { 3, 0, 0xffffffff, 0xfffffffb, 0xfffffffe, 0xffffffff,
	0xfffffffd, 4 };
static const uint32_t two768[8] = { 0x0000000a, 0xfffffffd, 0xfffffff7, 0xffffffed, 0xfffffffc,
	0x00000005, 0x00000001, 0x00000018 };

/*
 * V = T 2^256 + L becomes V - Q p, in [0, 2^256), for |T| < 2^16.  Write e = 2^256 - p
 * = 2^224 - 2^192 - 2^96 + 1, so that V - Q p = L + Q e + (T - Q) 2^256, and h for L's top word.
 * Take Q = T + floor((h + T) / 2^32), where the floor is 0, 1 or -1:
 *
 *  - 0, that is 0 <= h + T < 2^32.  For T = 0 it is L.  For T > 0, L + T e is below
 *    (h + 1) 2^224 + T 2^224 <= 2^256.  For T < 0, L + T e >= (h + T) 2^224 >= 0.
 *  - 1, that is h + T >= 2^32 and T > 0.  L + (T + 1) e - 2^256 is below 2^256, as both terms are,
 *    and at least (h + T + 1) 2^224 - (T + 1) 2^193 - 2^256 >= 2^224 - (T + 1) 2^193 >= 0.
 *  - -1, that is h + T < 0 and T < 0.  L + (T - 1) e + 2^256 is not negative, as (1 - T) e is below
 *    2^256.  L < (h + 1) 2^224 <= -T 2^224, so it is below 2^256 - T 2^224 + (T - 1) e
 *    <= 2^256 - 2^224 + (1 - T) 2^193 < 2^256.
 */
static void fold(hx_fp256 r, int32_t T)
{
	int32_t Q = T + (int32_t)(((int64_t)r[7] + T) >> 32);
	int64_t sum = (int64_t)r[0] + Q;

#define STEP(i, term)                                                                              \
	r[i] = (uint32_t)sum;                                                                      \
	sum >>= 32;                                                                                \
	sum += r[(i) + 1] term
	STEP(0, +0);
	STEP(1, +0);
	STEP(2, +(int64_t)-Q);
	STEP(3, +0);
	STEP(4, +0);
	STEP(5, +(int64_t)-Q);
	STEP(6, +(int64_t)Q);
#undef STEP
	r[7] = (uint32_t)sum;
	HX_BOUND((int32_t)(sum >> 32) + T - Q == 0);
}

#define STEP(i, term)                                                                              \
	sum += term;                                                                               \
	r[i] = (uint32_t)sum;                                                                      \
	sum >>= 32
#define EIGHT_STEPS(TERM)                                                                          \
	STEP(0, TERM(0));                                                                          \
	STEP(1, TERM(1));                                                                          \
	STEP(2, TERM(2));                                                                          \
	STEP(3, TERM(3));                                                                          \
	STEP(4, TERM(4));                                                                          \
	STEP(5, TERM(5));                                                                          \
	STEP(6, TERM(6));                                                                          \
	STEP(7, TERM(7))

#define SUM(i)        ((uint64_t)a[i] + b[i])
#define DIFFERENCE(i) ((int64_t)a[i] - b[i])

void hx_fp256_add(hx_fp256 r, const hx_fp256 a, const hx_fp256 b)
{
	uint64_t sum = 0;

	EIGHT_STEPS(SUM);
	fold(r, (int32_t)sum);
}

void hx_fp256_sub(hx_fp256 r, const hx_fp256 a, const hx_fp256 b)
{
	int64_t sum = 0;

	EIGHT_STEPS(DIFFERENCE);
	fold(r, (int32_t)sum);
}

/* A sum is within 9 * 2^32, so |T| <= 9. */
void hx_fp256_combine(hx_fp256 r, uint32_t m, const hx_fp256 a, uint32_t n, const hx_fp256 b)
{
	int64_t sum = 0;

	HX_BOUND(m <= 8 && n <= 8);
	for (int i = 0; i < 8; i++) {
		sum += (int64_t)((uint64_t)a[i] * m) - (int64_t)((uint64_t)b[i] * n);
		r[i] = (uint32_t)sum;
		sum >>= 32;
	}
	fold(r, (int32_t)sum);
}

/*
 * Montgomery's reduction: a / 2^256 mod p, for any a below 2^512.  p is
 * -1 + 2^96 + 2^192 - 2^224 + 2^256, so that m(i) p 2^(32 i) takes m(i) from column i, adds it in
 * columns i + 3, i + 6 and i + 8 and takes it from column i + 7.  m(i) is what column i holds,
 * which makes that 0.  No multiplication is needed.
 *
 * A column has at most 5 terms below 2^32 in magnitude and a carry, which so is within -2 .. 5.
 * The result is (a + m p) / 2^256 < 2^256 + p: T is 0 or 1.
 */
static inline void reduce(hx_fp256 r, const uint32_t a[16])
{
	int64_t sum = 0;
	uint32_t m[8];

/* clang-format off */
#define M(i) m[i] = (uint32_t)sum; sum >>= 32
#define R(i) r[i] = (uint32_t)sum; sum >>= 32
	sum += a[0]; M(0);
	sum += a[1]; M(1);
	sum += a[2]; M(2);
	sum += a[3]; sum += m[0]; M(3);
	sum += a[4]; sum += m[1]; M(4);
	sum += a[5]; sum += m[2]; M(5);
	sum += a[6]; sum += m[3]; sum += m[0]; M(6);
	sum += a[7]; sum += m[4]; sum += m[1]; sum -= m[0]; M(7);
	sum += a[8]; sum += m[5]; sum += m[2]; sum -= m[1]; sum += m[0]; R(0);
	sum += a[9]; sum += m[6]; sum += m[3]; sum -= m[2]; sum += m[1]; R(1);
	sum += a[10]; sum += m[7]; sum += m[4]; sum -= m[3]; sum += m[2]; R(2);
	sum += a[11]; sum += m[5]; sum -= m[4]; sum += m[3]; R(3);
	sum += a[12]; sum += m[6]; sum -= m[5]; sum += m[4]; R(4);
	sum += a[13]; sum += m[7]; sum -= m[6]; sum += m[5]; R(5);
	sum += a[14]; sum -= m[7]; sum += m[6]; R(6);
	sum += a[15]; sum += m[7]; R(7);
#undef M
#undef R
	/* clang-format on */
	HX_BOUND(sum == 0 || sum == 1);
	fold(r, (int32_t)sum);
}

void hx_fp256_mul(hx_fp256 r, const hx_fp256 a, const hx_fp256 b)
{
	uint32_t wide[16];

	hx_u256_mul(wide, a, b);
	reduce(r, wide);
}

void hx_fp256_sqr(hx_fp256 r, const hx_fp256 a)
{
	uint32_t wide[16];

	hx_u256_sqr(wide, a);
	reduce(r, wide);
}

void hx_fp256_negate_where(hx_fp256 r, uint32_t mask)
{
	hx_fp256 minus;

	hx_fp256_sub(minus, hx_fp256_p, r);
	hx_u256_select(r, minus, mask);
}

void hx_fp256_from_u256(hx_fp256 r, const uint32_t a[8])
{
	hx_fp256_mul(r, a, two512);
}

/* a 1 / 2^256 mod p: a number below 2^256 comes out of the reduction at most p, and once more. */
void hx_fp256_to_u256(uint32_t r[8], const hx_fp256 a)
{
	static const uint32_t one[8] = { 1 };

	hx_fp256_mul(r, a, one);
	hx_u256_reduce_once(r, r, hx_fp256_p);
}

uint32_t hx_fp256_is_zero(const hx_fp256 a)
{
	hx_fp256 other;

	hx_u256_reduce_once(other, a, hx_fp256_p);
	return hx_u256_is_zero(other);
}

/* a is x 2^256; 1 / a is 1/x 2^-256, and times 2^768 / 2^256 that is 1/x 2^256. */
void hx_fp256_invert(hx_fp256 r, const hx_fp256 a)
{
	hx_u256_reduce_once(r, a, hx_fp256_p);
	hx_inverse(r, r, &hx_fp256_modulus);
	hx_fp256_mul(r, r, two768);
}
