/*
 * u256.h - numbers of 256 bits: what the fields have in common
 * SPDX-License-Identifier: MIT
 *
 * Eight words of 32 bits, least significant first.  No modulus is known here.  Everything is
 * constant time, and every result may be one of the operands unless it says otherwise.
 */
#ifndef HX_CRYPTO_U256_H
#define HX_CRYPTO_U256_H

#include <stdint.h>
#include <string.h>

#include "../base/wipe.h"
#include "ct.h"

#define HX_U256_WORDS 8

void hx_u256_from_le(uint32_t r[8], const uint8_t bytes[32]);
void hx_u256_to_le(uint8_t bytes[32], const uint32_t a[8]);
void hx_u256_from_be(uint32_t r[8], const uint8_t bytes[32]);
void hx_u256_to_be(uint8_t bytes[32], const uint32_t a[8]);

/* a + b and a - b modulo 2^256; the carry or borrow, 0 or 1, is returned. */
uint32_t hx_u256_add(uint32_t r[8], const uint32_t a[8], const uint32_t b[8]);
uint32_t hx_u256_sub(uint32_t r[8], const uint32_t a[8], const uint32_t b[8]);

/* a mod m, for a < 2m and a <= 2^256 - 1: m is taken away once or not at all. */
void hx_u256_reduce_once(uint32_t r[8], const uint32_t a[8], const uint32_t m[8]);

/* Masks: a == 0, and 1 <= a < m. */
uint32_t hx_u256_is_zero(const uint32_t a[8]);
uint32_t hx_u256_is_in_range(const uint32_t a[8], const uint32_t m[8]);

/* r becomes a where the mask says so. */
void hx_u256_select(uint32_t r[8], const uint32_t a[8], uint32_t mask);
void hx_u256_swap(uint32_t a[8], uint32_t b[8], uint32_t mask);

/* The entry number index < 8 of a table of eight, of `words` words each: every entry is read. */
void hx_u256_look_up(void *r, const void *table, uint32_t words, uint32_t index);

/* The product and the square, of 16 words; r is neither a nor b. */
void hx_u256_mul(uint32_t r[restrict 16], const uint32_t a[8], const uint32_t b[8]);
void hx_u256_sqr(uint32_t r[restrict 16], const uint32_t a[8]);

static inline void hx_u256_copy(uint32_t r[8], const uint32_t a[8])
{
	memcpy(r, a, 8 * sizeof *r);
}

static inline uint32_t hx_u256_bit(const uint32_t a[8], uint32_t number)
{
	return a[number >> 5] >> (number & 31) & 1;
}

#endif
