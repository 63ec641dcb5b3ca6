/*
 * inverse.h - one over a number, modulo an odd number of at most 256 bits
 * SPDX-License-Identifier: MIT
 *
 * The constant-time greatest common divisor of Bernstein and Yang ("Fast constant-time gcd
 * computation and modular inversion", 2019).  One routine serves both fields and P-256's order,
 * at a quarter of the price of Fermat's theorem.
 */
#ifndef HX_CRYPTO_INVERSE_H
#define HX_CRYPTO_INVERSE_H

#include <stdint.h>

struct hx_modulus {
	uint32_t word[8];   /* odd, above 2^254 */
	uint32_t inverse30; /* 1 / modulus mod 2^30 */
};

/* r = 1/a mod m, below m; of 0 it is 0.  a < m.  r may be a. */
void hx_inverse(uint32_t r[8], const uint32_t a[8], const struct hx_modulus *m);

#endif
