/*
 * x25519.c - the ladder for a peer's point, a comb for the base point
 * SPDX-License-Identifier: MIT
 */
#include "x25519.h"

#include "../hatch.h"
#include "burn.h"
#include "ct.h"
#include "fe25519.h"
#include "x25519_table.h"

/* ---- the base point: a comb on the Edwards form ---- */

/* (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z. */
struct point {
	hx_fe25519 x, y, z, t;
};

/* What the table holds. */
struct entry {
	hx_fe25519 y_plus_x, y_minus_x, dxy2;
};

/* 2^252 + 27742317777372353535851937790883648493, the order of the base point */
static const uint32_t order[8] = { 0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0,
	0x10000000 };

/* E F, G H, E H and F G, with which both formulas end; G and H are in p->y and p->x. */
static void point_finish(struct point *p, const hx_fe25519 e, const hx_fe25519 f)
{
	hx_fe25519_mul(p->t, e, p->x);
	hx_fe25519_mul(p->z, f, p->y);
	hx_fe25519_mul(p->y, p->y, p->x);
	hx_fe25519_mul(p->x, e, f);
}

/* Complete on this curve (-1 is a square and d is not): no point is a special case.  Hisil, Wong,
   Carter and Dawson, "Twisted Edwards curves revisited" (2008), section 3.1, with Z2 = 1. */
static void point_add(struct point *p, const struct entry *q)
{
	hx_fe25519 a, b, c;

	hx_fe25519_sub(a, p->y, p->x);
	hx_fe25519_mul(a, a, q->y_minus_x);
	hx_fe25519_add(b, p->y, p->x);
	hx_fe25519_mul(b, b, q->y_plus_x);
	hx_fe25519_add(p->x, b, a); /* H */
	hx_fe25519_sub(a, b, a);    /* E */
	hx_fe25519_mul(b, p->t, q->dxy2);
	hx_fe25519_add(c, p->z, p->z);
	hx_fe25519_add(p->y, c, b); /* G */
	hx_fe25519_sub(b, c, b);    /* F */
	point_finish(p, a, b);
}

/* The same paper, section 3.3. */
static void point_double(struct point *p)
{
	hx_fe25519 a, b, c;

	hx_fe25519_add(c, p->x, p->y);
	hx_fe25519_sqr(c, c);
	hx_fe25519_sqr(a, p->x);
	hx_fe25519_sqr(b, p->y);
	hx_fe25519_add(p->x, a, b); /* H */
	hx_fe25519_sub(p->y, a, b); /* G */
	hx_fe25519_sub(c, p->x, c); /* E */
	hx_fe25519_sqr(a, p->z);
	hx_fe25519_add(a, a, a);
	hx_fe25519_add(a, a, p->y); /* F */
	point_finish(p, c, a);
}

/*
 * An odd k < 2^255 as digits +-1: digit j is +1 if bit j + 1 of k is set, else -1; the last, number
 * 255, is +1.  (Their sum is 2 (k >> 1) + 2^256 - (2^256 - 1) = k.)  Block b takes those of its
 * teeth in one column as an index: if the last tooth's is -1 the others are turned and the point
 * is.
 */
static void look_up(struct entry *q, const uint32_t k[8], uint32_t block, uint32_t column)
{
	uint32_t index = 0, minus;

	for (uint32_t t = HX_X25519_TEETH; t-- > 0;) {
		uint32_t j = HX_X25519_COLUMNS * (block + HX_X25519_BLOCKS * t) + column;
		index = index << 1 | (j == 255 ? 1 : hx_u256_bit(k, j + 1));
	}
	minus = hx_ct_mask(1 ^ index >> (HX_X25519_TEETH - 1));
	index = (index ^ minus) & (HX_X25519_ENTRIES - 1);
	hx_u256_look_up(q, hx_x25519_table[block], 24, index);
	/* -(x, y) = (-x, y) */
	hx_u256_swap(q->y_plus_x, q->y_minus_x, minus);
	hx_fe25519_negate_where(q->dxy2, minus);
}

static void clamp(uint32_t k[8], const uint8_t secret[32])
{
	hx_u256_from_le(k, secret);
	k[0] &= ~7u;
	k[7] = (k[7] & 0x7fffffff) | 0x40000000;
}

struct arguments {
	uint8_t *out;
	const uint8_t *secret, *peer;
};

/*
 * The clamped secret is 8 m with 2^251 <= m < 2^252, and the table is for 8 times the base point.
 * The digits need an odd number: it is m, or order - m, which is positive and whose point differs
 * in sign alone, which the result does not have.
 */
static int comb(void *arguments)
{
	const struct arguments *job = arguments;
	struct point p = { { 0 }, { 1 }, { 1 }, { 0 } };
	struct entry q;
	uint32_t k[8];

	_Static_assert(sizeof q == 96, "an entry of the table is looked up into it");
	clamp(k, job->secret);
	for (int i = 0; i < 7; i++)
		k[i] = k[i] >> 3 | k[i + 1] << 29;
	k[7] >>= 3;
	hx_u256_sub(q.dxy2, order, k);
	hx_u256_select(k, q.dxy2, hx_ct_is_zero(k[0] & 1));

	for (uint32_t column = HX_X25519_COLUMNS; column-- > 0;) {
		if (column != HX_X25519_COLUMNS - 1)
			point_double(&p);
		for (uint32_t block = 0; block < HX_X25519_BLOCKS; block++) {
			look_up(&q, k, block, column);
			point_add(&p, &q);
		}
	}
	/* u = (1 + y) / (1 - y), RFC 7748 section 4.1; y = 1 is the identity, which is no multiple
	   m of the base point for 0 < m < order. */
	hx_fe25519_sub(p.x, p.z, p.y);
	hx_fe25519_add(p.y, p.z, p.y);
	hx_fe25519_invert(p.x, p.x);
	hx_fe25519_mul(p.x, p.x, p.y);
	hx_fe25519_to_bytes(job->out, p.x);
	return 0;
}

void hx_x25519_public(uint8_t public_key[32], const uint8_t secret[32])
{
	struct arguments job = { public_key, secret, NULL };

	(void)hx_burn_after(comb, &job, HX_BURN_SHALLOW);
}

/* ---- any point: the Montgomery ladder ---- */

struct state {
	hx_fe25519 x1, x2, z2, x3, z3;
};

/* One turn of the loop of RFC 7748 section 5, with its names where they fit. */
static void ladder_step(struct state *l)
{
	hx_fe25519 a, b, c;

	hx_fe25519_add(a, l->x2, l->z2);
	hx_fe25519_sub(b, l->x2, l->z2);
	hx_fe25519_add(c, l->x3, l->z3);
	hx_fe25519_sub(l->z3, l->x3, l->z3);
	hx_fe25519_mul(l->z3, l->z3, a); /* DA */
	hx_fe25519_mul(c, c, b);         /* CB */
	hx_fe25519_add(l->x3, l->z3, c);
	hx_fe25519_sqr(l->x3, l->x3);
	hx_fe25519_sub(l->z3, l->z3, c);
	hx_fe25519_sqr(l->z3, l->z3);
	hx_fe25519_mul(l->z3, l->z3, l->x1);
	hx_fe25519_sqr(a, a);
	hx_fe25519_sqr(b, b);
	hx_fe25519_mul(l->x2, a, b);
	hx_fe25519_sub(b, a, b); /* E */
	hx_fe25519_add_times(c, a, b, 121665);
	hx_fe25519_mul(l->z2, b, c);
}

static int ladder(void *arguments)
{
	const struct arguments *job = arguments;
	struct state l = { .x2 = { 1 }, .z3 = { 1 } };
	uint32_t k[8], last = 0, any = 0;

	clamp(k, job->secret);
	hx_fe25519_from_bytes(l.x1, job->peer);
	hx_u256_copy(l.x3, l.x1);
	for (uint32_t i = 255; i-- > 0;) {
		uint32_t bit = hx_u256_bit(k, i);
		uint32_t mask = hx_ct_mask(bit ^ last);
		hx_u256_swap(l.x2, l.x3, mask);
		hx_u256_swap(l.z2, l.z3, mask);
		last = bit;
		ladder_step(&l);
	}
	/* The lowest bits are clamped to 0, so that there is no swap left to do. */
	hx_fe25519_invert(l.z2, l.z2);
	hx_fe25519_mul(l.x2, l.x2, l.z2);
	hx_fe25519_to_bytes(job->out, l.x2);
	for (int i = 0; i < 32; i++)
		any |= job->out[i];
	return HATCH_EINVAL & (int)hx_ct_is_zero(any);
}

int hx_x25519_shared(uint8_t shared[32], const uint8_t secret[32], const uint8_t peer[32])
{
	struct arguments job = { shared, secret, peer };

	return hx_burn_after(ladder, &job, HX_BURN_SHALLOW);
}
