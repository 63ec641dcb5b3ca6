/*
 * fe25519.h - the field of Curve25519: integers modulo p = 2^255 - 19
 * SPDX-License-Identifier: MIT
 *
 * Elements are eight 32-bit words, least significant first, and may be any number below 2^256:
 * a residue has two or three forms, and only hx_fe25519_to_bytes() makes it unique.  Every function
 * takes and gives that.  A result may be one of the operands.  Constant time.
 */
#ifndef HX_CRYPTO_FE25519_H
#define HX_CRYPTO_FE25519_H

#include "u256.h"

typedef uint32_t hx_fe25519[8];

/* RFC 7748 section 5: the top bit is ignored, and p .. 2^255 - 1 are taken for what they are mod p.
 */
void hx_fe25519_from_bytes(hx_fe25519 r, const uint8_t bytes[32]);
void hx_fe25519_to_bytes(uint8_t bytes[32], const hx_fe25519 a);

void hx_fe25519_add(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b);
void hx_fe25519_sub(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b);
void hx_fe25519_mul(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b);
void hx_fe25519_sqr(hx_fe25519 r, const hx_fe25519 a);

/* r = -r where the mask says so, for r < p: not every form of an element. */
void hx_fe25519_negate_where(hx_fe25519 r, uint32_t mask);

/* a + small * b, for small < 2^26. */
void hx_fe25519_add_times(hx_fe25519 r, const hx_fe25519 a, const hx_fe25519 b, uint32_t small);

/* 1/a, and 0 for 0. */
void hx_fe25519_invert(hx_fe25519 r, const hx_fe25519 a);

#endif
