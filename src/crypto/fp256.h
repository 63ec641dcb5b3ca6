/*
 * fp256.h - the field of P-256: integers modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1
 * SPDX-License-Identifier: MIT
 *
 * Elements are in Montgomery's form: x stands for x / 2^256 mod p.  They are eight 32-bit words,
 * least significant first, and may be any number below 2^256: the few residues below 2^256 - p have
 * two forms, and only hx_fp256_to_u256() and hx_fp256_is_zero() see to that.  Every function takes
 * and gives that.  A result may be one of the operands.  Constant time.
 */
#ifndef HX_CRYPTO_FP256_H
#define HX_CRYPTO_FP256_H

#include "inverse.h"
#include "u256.h"

typedef uint32_t hx_fp256[8];

extern const struct hx_modulus hx_fp256_modulus;
#define hx_fp256_p hx_fp256_modulus.word
extern const hx_fp256 hx_fp256_one;

/* Into Montgomery's form and out of it; the result of the latter is below p. */
void hx_fp256_from_u256(hx_fp256 r, const uint32_t a[8]);
void hx_fp256_to_u256(uint32_t r[8], const hx_fp256 a);

void hx_fp256_add(hx_fp256 r, const hx_fp256 a, const hx_fp256 b);
void hx_fp256_sub(hx_fp256 r, const hx_fp256 a, const hx_fp256 b);
void hx_fp256_mul(hx_fp256 r, const hx_fp256 a, const hx_fp256 b);
void hx_fp256_sqr(hx_fp256 r, const hx_fp256 a);

/* m a - n b, for m and n of at most 8. */
void hx_fp256_combine(hx_fp256 r, uint32_t m, const hx_fp256 a, uint32_t n, const hx_fp256 b);

/* r = -r where the mask says so. */
void hx_fp256_negate_where(hx_fp256 r, uint32_t mask);

/* 1/a, and 0 for 0. */
void hx_fp256_invert(hx_fp256 r, const hx_fp256 a);

/* A mask. */
uint32_t hx_fp256_is_zero(const hx_fp256 a);

#endif
