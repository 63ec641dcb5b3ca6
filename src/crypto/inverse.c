/*
 * inverse.c - one over a number, by division steps
 * SPDX-License-Identifier: MIT
 *
 * f starts as the modulus, g as the number.  A step looks at the lowest bit of g and the sign
 * of a counter theta and does one of
 *
 *   g odd, theta >= 0:   (theta, f, g) = (-theta, g, (g - f) / 2)
 *   else:                (theta, f, g) = (theta + 1, f, (g + (g mod 2) f) / 2)
 *
 * which keep gcd(f, g) and f odd.  theta is delta - 1/2 of the variant that begins with
 * delta = 1/2; for a modulus below 2^256 and 0 <= g < f, 590 steps always bring g to 0 (computed by
 * P. Wuille from the convex hulls of the pairs (f, g), and proved in Coq since: safegcd-bounds).
 * Then f is +1 or -1.  Here 20 batches of 30 are done, whatever g is.
 *
 * A batch needs the lowest 30 bits of f and g alone.  Its effect is a matrix:
 * 2^30 f' = u f + v g, 2^30 g' = q f + r g, with |u| + |v| <= 2^30 and |q| + |r| <= 2^30 (each step
 * doubles one row or adds one row to the other, so a row's sum of magnitudes at most doubles).
 * The same matrix is applied to d and e, where d a = f and e a = g mod m, with a multiple of m
 * added that makes the division by 2^30 exact.  At the end 1/a = +-d.
 *
 * Numbers are nine limbs of 30 bits, the top one signed.
 */
#include "inverse.h"

#include "ct.h"

#define LIMBS   9
#define STEPS   30
#define BATCHES 20
#define LOW30   0x3fffffffu

struct matrix {
	int32_t u, v, q, r;
};

static void to_limbs(int32_t limb[LIMBS], const uint32_t word[8])
{
	for (uint32_t i = 0; i < LIMBS; i++) {
		uint32_t bit = 30 * i, at = bit / 32, shift = bit % 32;
		uint64_t both = word[at];
		if (at < 7)
			both |= (uint64_t)word[at + 1] << 32;
		limb[i] = (int32_t)((uint32_t)(both >> shift) & LOW30);
	}
}

/* Limbs in [0, 2^30).  Word i begins at bit 2i of limb i, and 60 - 2i >= 46 bits are at hand. */
static void from_limbs(uint32_t word[8], const int32_t limb[LIMBS])
{
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t bit = 32 * i, at = bit / 30, shift = bit % 30;
		uint64_t pair = (uint64_t)(uint32_t)limb[at] | (uint64_t)(uint32_t)limb[at + 1]
								       << 30;
		word[i] = (uint32_t)(pair >> shift);
	}
}

/*
 * 30 steps on the low bits.  After k of them the lowest 30 - k bits of f and g are right, and the
 * next step looks at one: the bits above, which the shift of an unsigned number gets wrong, are
 * never looked at.  The rows are computed modulo 2^32; they are within [-2^30, 2^30].
 */
static int32_t batch(struct matrix *out, int32_t theta, uint32_t f, uint32_t g)
{
	uint32_t u = 1, v = 0, q = 0, r = 1;

	for (int i = 0; i < STEPS; i++) {
		uint32_t odd = hx_ct_mask(g & 1);
		uint32_t turn = odd & ~(uint32_t)hx_ct_is_negative(theta);

		/* g and its row get +-1 times f and its row, if g is odd ... */
		g += ((f ^ turn) - turn) & odd;
		q += ((u ^ turn) - turn) & odd;
		r += ((v ^ turn) - turn) & odd;
		/* ... and in a turn f gets what g was, which is (g - f) + f. */
		f += g & turn;
		u += q & turn;
		v += r & turn;
		theta = (int32_t)(((uint32_t)theta ^ turn) + 1);
		g >>= 1;
		u <<= 1;
		v <<= 1;
	}
	out->u = (int32_t)u;
	out->v = (int32_t)v;
	out->q = (int32_t)q;
	out->r = (int32_t)r;
	return theta;
}

/*
 * f, g = matrix (f, g) / 2^30, exactly.  Limbs are below 2^30 in magnitude, so with the bound on
 * rows a sum is below 2^60, and its carry below 2^31.
 */
static void apply_to_fg(int32_t f[LIMBS], int32_t g[LIMBS], const struct matrix *t)
{
	int64_t sum_f = 0, sum_g = 0;

	for (int i = 0; i < LIMBS; i++) {
		int32_t fi = f[i], gi = g[i];
		sum_f += (int64_t)t->u * fi + (int64_t)t->v * gi;
		sum_g += (int64_t)t->q * fi + (int64_t)t->r * gi;
		HX_BOUND(i > 0 || (((uint32_t)sum_f | (uint32_t)sum_g) & LOW30) == 0);
		if (i > 0) {
			f[i - 1] = (int32_t)((uint32_t)sum_f & LOW30);
			g[i - 1] = (int32_t)((uint32_t)sum_g & LOW30);
		}
		sum_f >>= 30;
		sum_g >>= 30;
	}
	f[LIMBS - 1] = (int32_t)sum_f;
	g[LIMBS - 1] = (int32_t)sum_g;
}

/*
 * d, e = matrix (d, e) / 2^30 mod m.  They stay in (-2m, m): with m added where they are negative,
 * which is what `extra` begins with, they are in (-m, m), a row makes that (-2^30 m, 2^30 m), and
 * of m between 0 and 2^30 - 1 times are taken away to make the lowest 30 bits zero.
 */
static void apply_to_de(int32_t d[LIMBS], int32_t e[LIMBS], const struct matrix *t,
	const int32_t m[LIMBS], uint32_t inverse30)
{
	int32_t sign_d = hx_ct_is_negative(d[LIMBS - 1]), sign_e = hx_ct_is_negative(e[LIMBS - 1]);
	int32_t extra_d = (t->u & sign_d) + (t->v & sign_e);
	int32_t extra_e = (t->q & sign_d) + (t->r & sign_e);
	int64_t sum_d = (int64_t)t->u * d[0] + (int64_t)t->v * e[0];
	int64_t sum_e = (int64_t)t->q * d[0] + (int64_t)t->r * e[0];

	extra_d -= (int32_t)((inverse30 * (uint32_t)sum_d + (uint32_t)extra_d) & LOW30);
	extra_e -= (int32_t)((inverse30 * (uint32_t)sum_e + (uint32_t)extra_e) & LOW30);
	sum_d += (int64_t)m[0] * extra_d;
	sum_e += (int64_t)m[0] * extra_e;
	HX_BOUND((((uint32_t)sum_d | (uint32_t)sum_e) & LOW30) == 0);
	for (int i = 1; i < LIMBS; i++) {
		sum_d = (sum_d >> 30) + (int64_t)t->u * d[i] + (int64_t)t->v * e[i] +
			(int64_t)m[i] * extra_d;
		sum_e = (sum_e >> 30) + (int64_t)t->q * d[i] + (int64_t)t->r * e[i] +
			(int64_t)m[i] * extra_e;
		d[i - 1] = (int32_t)((uint32_t)sum_d & LOW30);
		e[i - 1] = (int32_t)((uint32_t)sum_e & LOW30);
	}
	d[LIMBS - 1] = (int32_t)(sum_d >> 30);
	e[LIMBS - 1] = (int32_t)(sum_e >> 30);
}

/*
 * d = d, or -d if negate is all ones; and m is added if that is negative.  The sign of -d is read
 * off d's, which is right unless d is 0; and d is 0 only for the number 0, where f ends as m,
 * positive, and nothing is negated.  A sum is below 2 (2^30 - 1) + 1 = 2^31 - 1.
 */
static void settle(int32_t d[LIMBS], const int32_t m[LIMBS], int32_t negate)
{
	int32_t add = hx_ct_is_negative(d[LIMBS - 1]) ^ negate;
	int32_t carry = 0;

	for (int i = 0; i < LIMBS; i++) {
		carry += ((d[i] ^ negate) - negate) + (m[i] & add);
		d[i] = i < LIMBS - 1 ? carry & (int32_t)LOW30 : carry;
		carry >>= 30;
	}
}

/* On rv32 the frame is 300 bytes.  clang for x86-64 unrolls all loops into this function and spills
   what it then keeps of the limbs: 940. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-larger-than="
void hx_inverse(uint32_t r[8], const uint32_t a[8], const struct hx_modulus *modulus)
{
	int32_t m[LIMBS], f[LIMBS], g[LIMBS], d[LIMBS] = { 0 }, e[LIMBS] = { 1 };
	struct matrix t;
	int32_t theta = 0;

	to_limbs(m, modulus->word);
	to_limbs(f, modulus->word);
	to_limbs(g, a);
	for (int i = 0; i < BATCHES; i++) {
		theta = batch(&t, theta, (uint32_t)f[0], (uint32_t)g[0]);
		apply_to_de(d, e, &t, m, modulus->inverse30);
		apply_to_fg(f, g, &t);
	}
	/* g is 0 and f is +-1, or m for the number 0.  d: (-2m, m), then (-m, m), then [0, m). */
	settle(d, m, 0);
	settle(d, m, hx_ct_is_negative(f[LIMBS - 1]));
	from_limbs(r, d);
}
#pragma GCC diagnostic pop
