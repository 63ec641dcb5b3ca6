/*
 * fn256.h - integers modulo n, the order of P-256's base point: secrets, nonces, signatures
 * SPDX-License-Identifier: MIT
 *
 * Numbers are eight 32-bit words, least significant first, below n, and not in Montgomery's form.
 * A result may be one of the operands.  Constant time.
 */
#ifndef HX_CRYPTO_FN256_H
#define HX_CRYPTO_FN256_H

#include "inverse.h"
#include "u256.h"

extern const struct hx_modulus hx_fn256_modulus;
#define hx_fn256_n hx_fn256_modulus.word

/* A secret or nonce, big-endian.  The mask says whether it is in 1 .. n - 1; what is not is
   replaced by 1, so that it can take the same way. */
uint32_t hx_fn256_from_bytes(uint32_t r[8], const uint8_t bytes[32]);

/* Any 256 bits modulo n: 2^256 is below 2n. */
static inline void hx_fn256_reduce(uint32_t r[8], const uint32_t a[8])
{
	hx_u256_reduce_once(r, a, hx_fn256_n);
}

void hx_fn256_add(uint32_t r[8], const uint32_t a[8], const uint32_t b[8]);
void hx_fn256_mul(uint32_t r[8], const uint32_t a[8], const uint32_t b[8]);

/* 1/a, and 0 for 0. */
void hx_fn256_invert(uint32_t r[8], const uint32_t a[8]);

#endif
