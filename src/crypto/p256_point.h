/*
 * p256_point.h - points of P-256, y^2 = x^3 - 3x + b
 * SPDX-License-Identifier: MIT
 *
 * For p256.c and p256_sign.c; nobody else should need points.  The identity has no form here: the
 * group has the prime order n, so that no multiple k P with 0 < k < n is the identity, and
 * p256_point.c shows that nothing on the way there is.  Constant time.
 */
#ifndef HX_CRYPTO_P256_POINT_H
#define HX_CRYPTO_P256_POINT_H

#include "fp256.h"

struct hx_p256_affine {
	hx_fp256 x, y;
};

/* Jacobian coordinates: (x / z^2, y / z^3), z not 0. */
struct hx_p256_point {
	hx_fp256 x, y, z;
};

/*
 * From x and y, big-endian (SEC 1 section 2.3.4 without the first byte).  HATCH_EINVAL unless both
 * are below p and the point is on the curve, which with a cofactor of 1 is all there is to check
 * (SEC 1 section 3.2.2.1, RFC 8446 section 4.2.8.2).  Not constant time for a point that is
 * refused.
 */
int hx_p256_point_from_bytes(struct hx_p256_affine *r, const uint8_t bytes[64]);

/* p = 2 p */
void hx_p256_point_double(struct hx_p256_point *p);

/* p = p + q, and h is what the new z is of the old.  h = 0 says that p was q or -q; then the result
   is worthless. */
void hx_p256_point_add(struct hx_p256_point *p, const struct hx_p256_affine *q, hx_fp256 h);

void hx_p256_point_to_affine(struct hx_p256_affine *r, const struct hx_p256_point *p);

/* k times the base point and k times q, for 1 <= k < n. */
void hx_p256_point_base_times(struct hx_p256_point *r, const uint32_t k[8]);
void hx_p256_point_times(
	struct hx_p256_point *r, const uint32_t k[8], const struct hx_p256_affine *q);

#endif
