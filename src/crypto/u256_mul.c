/*
 * u256_mul.c - the product of two numbers of 256 bits, and the square of one
 * SPDX-License-Identifier: MIT
 *
 * Column by column: column k is the sum of a[i] * b[k - i], of at most 8 products.  The sum is in
 * c2:c1:c0, three words, of which the lowest is a word of the result and the rest carries over.
 *
 *   bound    a product is at most (2^32 - 1)^2 = 2^64 - 2^33 + 1, so its upper word is at most
 *            2^32 - 2 and takes the carry of the lower one.  The whole product of 512 bits bounds
 *            every carry: a column's sum is below 8 * 2^64 + 2^35 < 2^68, so c2 < 2^4.
 *
 * Two multiplications and six additions and comparisons for each product, on a core that has no
 * carry flag: the comparisons `sum < term` are that core's carry (sltu on RISC-V).  Karatsuba was
 * counted and gains nothing at this size: it trades 16 of 64 products (128 instructions) for
 * about 150.
 */
#include "u256.h"

/* A column a line: */
/* clang-format off */

#define MAC(x, y)                                                                                  \
	do {                                                                                       \
		product = (uint64_t)(x) * (y);                                                     \
		low = (uint32_t)product;                                                           \
		high = (uint32_t)(product >> 32);                                                  \
		c0 += low;                                                                         \
		high += c0 < low;                                                                  \
		c1 += high;                                                                        \
		c2 += c1 < high;                                                                   \
	} while (0);

#define NEXT(word)                                                                                 \
	do {                                                                                       \
		HX_BOUND(c2 < 16);                                                                 \
		(word) = c0;                                                                       \
		c0 = c1;                                                                           \
		c1 = c2;                                                                           \
		c2 = 0;                                                                            \
	} while (0)

#define M(i, j) MAC(a[i], b[j])

void hx_u256_mul(uint32_t r[restrict 16], const uint32_t a[8], const uint32_t b[8])
{
	uint32_t c0 = 0, c1 = 0, c2 = 0, low, high;
	uint64_t product;

	M(0, 0) NEXT(r[0]);
	M(0, 1) M(1, 0) NEXT(r[1]);
	M(0, 2) M(1, 1) M(2, 0) NEXT(r[2]);
	M(0, 3) M(1, 2) M(2, 1) M(3, 0) NEXT(r[3]);
	M(0, 4) M(1, 3) M(2, 2) M(3, 1) M(4, 0) NEXT(r[4]);
	M(0, 5) M(1, 4) M(2, 3) M(3, 2) M(4, 1) M(5, 0) NEXT(r[5]);
	M(0, 6) M(1, 5) M(2, 4) M(3, 3) M(4, 2) M(5, 1) M(6, 0) NEXT(r[6]);
	M(0, 7) M(1, 6) M(2, 5) M(3, 4) M(4, 3) M(5, 2) M(6, 1) M(7, 0) NEXT(r[7]);
	M(1, 7) M(2, 6) M(3, 5) M(4, 4) M(5, 3) M(6, 2) M(7, 1) NEXT(r[8]);
	M(2, 7) M(3, 6) M(4, 5) M(5, 4) M(6, 3) M(7, 2) NEXT(r[9]);
	M(3, 7) M(4, 6) M(5, 5) M(6, 4) M(7, 3) NEXT(r[10]);
	M(4, 7) M(5, 6) M(6, 5) M(7, 4) NEXT(r[11]);
	M(5, 7) M(6, 6) M(7, 5) NEXT(r[12]);
	M(6, 7) M(7, 6) NEXT(r[13]);
	M(7, 7) NEXT(r[14]);
	r[15] = c0;
}

#undef M
#undef NEXT

/*
 * The square: the products off the diagonal occur twice.  They are summed in d2:d1:d0 from zero
 * for each column and doubled there, at most 4 products and so below 2^66 before and 2^67 after;
 * then the carry from the column before (below 2^36) and the diagonal are added.
 */
#define M(i, j) MAC(a[i], a[j])

#define TWICE()                                                                                    \
	do {                                                                                       \
		d2 = c2 << 1 | c1 >> 31;                                                           \
		d1 = c1 << 1 | c0 >> 31;                                                           \
		d0 = c0 << 1;                                                                      \
		HX_BOUND(c2 < 4);                                                                  \
		c0 = d0 + k0;                                                                      \
		k1 += c0 < d0; /* k1 is below 2^4 */                                               \
		c1 = d1 + k1;                                                                      \
		c2 = d2 + (c1 < d1);                                                               \
	} while (0);

#define NEXT(word)                                                                                 \
	do {                                                                                       \
		HX_BOUND(c2 < 16);                                                                 \
		(word) = c0;                                                                       \
		k0 = c1;                                                                           \
		k1 = c2;                                                                           \
		c0 = c1 = c2 = 0;                                                                  \
	} while (0)

void hx_u256_sqr(uint32_t r[restrict 16], const uint32_t a[8])
{
	uint32_t c0 = 0, c1 = 0, c2 = 0, k0, k1, low, high, d0, d1, d2;
	uint64_t product;

	M(0, 0) NEXT(r[0]);
	M(0, 1) TWICE() NEXT(r[1]);
	M(0, 2) TWICE() M(1, 1) NEXT(r[2]);
	M(0, 3) M(1, 2) TWICE() NEXT(r[3]);
	M(0, 4) M(1, 3) TWICE() M(2, 2) NEXT(r[4]);
	M(0, 5) M(1, 4) M(2, 3) TWICE() NEXT(r[5]);
	M(0, 6) M(1, 5) M(2, 4) TWICE() M(3, 3) NEXT(r[6]);
	M(0, 7) M(1, 6) M(2, 5) M(3, 4) TWICE() NEXT(r[7]);
	M(1, 7) M(2, 6) M(3, 5) TWICE() M(4, 4) NEXT(r[8]);
	M(2, 7) M(3, 6) M(4, 5) TWICE() NEXT(r[9]);
	M(3, 7) M(4, 6) TWICE() M(5, 5) NEXT(r[10]);
	M(4, 7) M(5, 6) TWICE() NEXT(r[11]);
	M(5, 7) TWICE() M(6, 6) NEXT(r[12]);
	M(6, 7) TWICE() NEXT(r[13]);
	TWICE() M(7, 7) NEXT(r[14]);
	r[15] = k0;
}
