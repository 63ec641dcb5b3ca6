/*
 * p256_window.c - the odd multiples of a point of P-256, up to 15
 * SPDX-License-Identifier: MIT
 *
 * Nothing here is secret but in constant time all the same: the point is the peer's.
 *
 * In affine coordinates for one inversion in all, which makes the 63 additions that follow cheaper
 * by 5 of 16 multiplications each.
 *
 * With D = 2q = (X, Y, Z) the additions are done on the curve that (x, y) -> (x Z^2, y Z^3) leads
 * to, where D is (X, Y, 1): the formula of an addition is the same on both.  What is z there is z Z
 * here.  Each z is the one before times h, so that going back from the last one's inverse gives
 * all. q, 3q .. 13q are neither 2q nor -2q, as the order is prime and large, and no addition fails.
 */
#include "p256_window.h"

#define ENTRIES HX_P256_WINDOW_ENTRIES

void hx_p256_window_fill(struct hx_p256_affine table[ENTRIES], const struct hx_p256_affine *q)
{
	struct hx_p256_affine *step = &table[ENTRIES - 1]; /* D; written last */
	struct hx_p256_point sum;
	hx_fp256 z, h[ENTRIES - 2]; /* of entries 2 and up; entry 1's is not needed */

	memcpy(&sum, q, sizeof *q);
	hx_u256_copy(sum.z, hx_fp256_one);
	hx_p256_point_double(&sum);
	memcpy(step, &sum, sizeof *step);
	hx_u256_copy(z, sum.z);

	hx_fp256_sqr(h[0], z);
	hx_fp256_mul(sum.x, q->x, h[0]);
	hx_fp256_mul(h[0], h[0], z);
	hx_fp256_mul(sum.y, q->y, h[0]);
	hx_u256_copy(sum.z, hx_fp256_one);
	table[0] = *q;
	for (int i = 1; i < ENTRIES; i++) {
		hx_fp256 *kept = &h[i > 1 ? i - 2 : 0];
		hx_p256_point_add(&sum, step, *kept);
		HX_BOUND(!hx_fp256_is_zero(*kept));
		memcpy(&table[i], &sum, sizeof table[i]);
	}
	hx_fp256_mul(z, z, sum.z);
	hx_fp256_invert(z, z);
	for (int i = ENTRIES - 1; i > 0; i--) {
		hx_fp256_sqr(sum.x, z);
		hx_fp256_mul(table[i].x, table[i].x, sum.x);
		hx_fp256_mul(sum.x, sum.x, z);
		hx_fp256_mul(table[i].y, table[i].y, sum.x);
		if (i > 1)
			hx_fp256_mul(z, z, h[i - 2]);
	}
}
