/*
 * p256_point.c - multiples of points of P-256
 * SPDX-License-Identifier: MIT
 *
 * Both ways of multiplying need an odd k, and take n - k and the opposite point for an even one.
 * They write k with digits that are never zero, so that what is added is never the identity.  What
 * is left to show is that an addition never meets the same or the opposite point, for which its
 * formula would fail: the sum so far is A P and D P is added, with A D not 0 and A - D and A + D no
 * multiples of n, as said at comb and window below.
 */
#include "p256_point.h"

#include "../hatch.h"
#include "fn256.h"
#include "p256_table.h"
#include "p256_window.h"

#define ENTRIES HX_P256_WINDOW_ENTRIES /* of each table: odd digits to 15, or four teeth */
_Static_assert(HX_P256_ENTRIES == ENTRIES, "one look-up for both");
_Static_assert(sizeof(struct hx_p256_affine) == 64, "which reads into it");

static const hx_fp256 curve_b = { 0x29c4bddf, 0xd89cdf62, 0x78843090, 0xacf005cd, 0xf7212ed6,
	0xe5a220ab, 0x04874834, 0xdc30061d };

int hx_p256_point_from_bytes(struct hx_p256_affine *r, const uint8_t bytes[64])
{
	uint32_t x[8], y[8], other[8];
	hx_fp256 left, right;

	hx_u256_from_be(x, bytes);
	hx_u256_from_be(y, bytes + 32);
	if (!hx_u256_sub(other, x, hx_fp256_p) || !hx_u256_sub(other, y, hx_fp256_p))
		return HATCH_EINVAL;
	hx_fp256_from_u256(r->x, x);
	hx_fp256_from_u256(r->y, y);
	/* (x^2 - 3) x + b */
	hx_fp256_sqr(right, r->x);
	hx_fp256_combine(right, 1, right, 3, hx_fp256_one);
	hx_fp256_mul(right, right, r->x);
	hx_fp256_add(right, right, curve_b);
	hx_fp256_sqr(left, r->y);
	hx_fp256_sub(left, left, right);
	return hx_fp256_is_zero(left) ? 0 : HATCH_EINVAL;
}

/* With Z = 0 nowhere and, the order being odd, y = 0 nowhere.  "dbl-2001-b" of Bernstein and
   Lange's Explicit-Formulas Database but for the last line, 2YZ; 4M + 4S. */
void hx_p256_point_double(struct hx_p256_point *p)
{
	hx_fp256 alpha, beta, gamma;

	hx_fp256_sqr(beta, p->z); /* delta */
	hx_fp256_sub(alpha, p->x, beta);
	hx_fp256_add(beta, p->x, beta);
	hx_fp256_mul(alpha, alpha, beta);
	hx_fp256_combine(alpha, 3, alpha, 0, alpha);
	hx_fp256_mul(p->z, p->y, p->z);
	hx_fp256_add(p->z, p->z, p->z);
	hx_fp256_sqr(gamma, p->y);
	hx_fp256_mul(beta, p->x, gamma);
	hx_fp256_sqr(p->x, alpha);
	hx_fp256_combine(p->x, 1, p->x, 8, beta);
	hx_fp256_combine(beta, 4, beta, 1, p->x);
	hx_fp256_mul(beta, alpha, beta);
	hx_fp256_sqr(gamma, gamma);
	hx_fp256_combine(p->y, 1, beta, 8, gamma);
}

/* The textbook's formula (Cohen, Miyaji and Ono 1998), 8M + 3S.  The curve's coefficients do not
   occur in it. */
void hx_p256_point_add(struct hx_p256_point *p, const struct hx_p256_affine *q, hx_fp256 h)
{
	hx_fp256 r, t, v;

	hx_fp256_sqr(t, p->z);
	hx_fp256_mul(h, q->x, t);
	hx_fp256_sub(h, h, p->x);
	hx_fp256_mul(t, t, p->z);
	hx_fp256_mul(r, q->y, t);
	hx_fp256_sub(r, r, p->y);
	hx_fp256_mul(p->z, p->z, h);
	hx_fp256_sqr(t, h);
	hx_fp256_mul(v, p->x, t);
	hx_fp256_mul(t, t, h); /* h^3 */
	hx_fp256_sqr(p->x, r);
	hx_fp256_sub(p->x, p->x, t);
	hx_fp256_combine(p->x, 1, p->x, 2, v);
	hx_fp256_mul(t, t, p->y);
	hx_fp256_sub(v, v, p->x);
	hx_fp256_mul(v, v, r);
	hx_fp256_sub(p->y, v, t);
}

void hx_p256_point_to_affine(struct hx_p256_affine *r, const struct hx_p256_point *p)
{
	hx_fp256 inverse, square;

	hx_fp256_invert(inverse, p->z);
	hx_fp256_sqr(square, inverse);
	hx_fp256_mul(r->x, p->x, square);
	hx_fp256_mul(square, square, inverse);
	hx_fp256_mul(r->y, p->y, square);
}

/* k or n - k, whichever is odd; the mask says whether it is the latter. */
static uint32_t make_odd(uint32_t odd[8], const uint32_t k[8])
{
	uint32_t even = hx_ct_is_zero(k[0] & 1);

	HX_BOUND(hx_u256_is_in_range(k, hx_fn256_n));
	hx_u256_sub(odd, hx_fn256_n, k);
	hx_u256_select(odd, k, ~even);
	return even;
}

/* digit is 0 .. 15 and stands for entry digit - 8, or if it is below 8 for the opposite of entry
   7 - digit. */
static void look_up(struct hx_p256_affine *q, const void *table, uint32_t digit)
{
	uint32_t minus = hx_ct_is_zero(digit & ENTRIES);

	hx_u256_look_up(q, table, 16, (digit ^ minus) & (ENTRIES - 1));
	hx_fp256_negate_where(q->y, minus);
}

/* ---- the base point: a comb ---- */

/*
 * Digit j of k, of 256, is +1 if bit j + 1 of k is set, else -1; the last is +1: their sum is
 * 2 (k >> 1) + 2^256 - (2^256 - 1) = k.  Position i = block + 4 tooth, of 16, has the digits
 * j = 16 i + column, and the sum goes from column 15 down to 0 and doubles between.
 *
 * No addition meets the same or the opposite point.  In column c, block b adds D, a sum of
 * +-2^(16 i) over its positions, to the sum so far, A, which has +-2^(16 i + c' - c) of the columns
 * c' > c, and +-2^(16 i) of the blocks before: exponents that are all different, as c' - c < 16. So
 * A, D, A + D and A - D are sums of different powers of two with signs and never 0.  As to n:
 *   - 2^c times the sum after column c is k without the digits of the columns below c, whose sum is
 *     below 2^(241 + c): so that sum is within 2^(256 - c) + 2^241.  For c >= 1, A +- D is then
 *     within 2^255 + 2^243 < n, and for c = 0 within 2^256 + 2^243 < 2n: only +-n is left, c = 0.
 *   - block 0 comes last and has the only odd terms then, so that A +- D is even before it, and n
 *     is not.
 *   - in block 0's addition A + D = k, which is not n.  |D| < 2^193, so A - D = k - 2D is not -n.
 *     It is n only if k = n + 2D, and none of the 8 negative D agrees with the digits of that k:
 *     scripts/make_tables.py goes through them.
 *
 * A negative last tooth stands for the opposite of the entry with all teeth turned.
 */
static uint32_t comb_digit(const uint32_t k[8], uint32_t block, uint32_t column)
{
	uint32_t digit = 0;

	for (uint32_t tooth = HX_P256_TEETH; tooth-- > 0;) {
		uint32_t j = HX_P256_COLUMNS * (block + HX_P256_BLOCKS * tooth) + column;
		digit = digit << 1 | (j == 255 ? 1 : hx_u256_bit(k, j + 1));
	}
	return digit;
}

void hx_p256_point_base_times(struct hx_p256_point *r, const uint32_t k[8])
{
	struct hx_p256_affine q;
	hx_fp256 h;
	uint32_t odd[8];
	uint32_t turned = make_odd(odd, k);

	for (uint32_t column = HX_P256_COLUMNS; column-- > 0;) {
		if (column != HX_P256_COLUMNS - 1)
			hx_p256_point_double(r);
		for (uint32_t block = HX_P256_BLOCKS; block-- > 0;) {
			look_up(&q, hx_p256_table[block], comb_digit(odd, block, column));
			if (column == HX_P256_COLUMNS - 1 && block == HX_P256_BLOCKS - 1) {
				hx_u256_copy(r->x, q.x);
				hx_u256_copy(r->y, q.y);
				hx_u256_copy(r->z, hx_fp256_one);
			} else {
				hx_p256_point_add(r, &q, h);
				HX_BOUND(!hx_fp256_is_zero(h));
			}
		}
	}
	hx_fp256_negate_where(r->y, turned);
}

/* ---- any point: windows of 4 bits ---- */

#define WINDOW  4
#define WINDOWS 64

/*
 * Digit i of k, of 64, is 2b - 15 with b bits 4i + 1 .. 4i + 4 of k, and the top one 2b + 1, b
 * being the top three bits: odd, within +-15, and their sum with weights 16^i is k.  (Sum of 2b
 * 16^i is k - 1, and 16^63 - 15 (16^63 - 1) / 15 = 1.)
 *
 * Before digit d is added, the sum is 16 a with an odd a >= 1, so that 16a > |d| and 16a +- d is
 * positive.  After digit i it is k >> 4i with the lowest bit set, so that 16a +- d is below
 * 2^252 + 32 < n for i >= 1.  For i = 0, 16a + d = k is below n.  16a - d = k - 2d is n for
 * k = n - 2 alone: d must be negative, k = n - 2|d| and d = (k mod 32) - 16, which with n mod 32 =
 * 17 says |d| = 1 mod 32.  There the sum is -q and -q is added, so the last addition may be a
 * doubling, and then the doubled point is taken: always computed, chosen with a mask.
 */
static void last_step(struct hx_p256_point *r, const struct hx_p256_affine *q)
{
	struct hx_p256_point twice = *r;
	hx_fp256 h;
	uint32_t same;

	hx_p256_point_double(&twice);
	hx_p256_point_add(r, q, h);
	same = hx_fp256_is_zero(h);
	hx_u256_select(r->x, twice.x, same);
	hx_u256_select(r->y, twice.y, same);
	hx_u256_select(r->z, twice.z, same);
}

static void times_table(
	struct hx_p256_point *r, const uint32_t k[8], const struct hx_p256_affine table[ENTRIES])
{
	struct hx_p256_affine q;
	hx_fp256 h;

	look_up(&q, table, k[7] >> 29 | ENTRIES);
	hx_u256_copy(r->x, q.x);
	hx_u256_copy(r->y, q.y);
	hx_u256_copy(r->z, hx_fp256_one);
	for (uint32_t i = WINDOWS - 1; i-- > 0;) {
		uint32_t low = WINDOW * i + 1, digit = 0;
		for (uint32_t bit = WINDOW; bit-- > 0;) {
			hx_p256_point_double(r);
			digit = digit << 1 | hx_u256_bit(k, low + bit);
		}
		look_up(&q, table, digit);
		if (i > 0) {
			hx_p256_point_add(r, &q, h);
			HX_BOUND(!hx_fp256_is_zero(h));
		} else {
			last_step(r, &q);
		}
	}
}

/* The table is the frame: nothing is allocated. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-larger-than="
void hx_p256_point_times(
	struct hx_p256_point *r, const uint32_t k[8], const struct hx_p256_affine *q)
{
	struct hx_p256_affine table[ENTRIES];
	uint32_t odd[8];
	uint32_t turned = make_odd(odd, k);

	hx_p256_window_fill(table, q);
	times_table(r, odd, table);
	hx_fp256_negate_where(r->y, turned);
}
#pragma GCC diagnostic pop
