/*
 * p256_table.h - multiples of P-256's base point, made by scripts/make_tables.py
 * SPDX-License-Identifier: MIT
 *
 * Entry e of block b is the sum over teeth t = 0 .. TEETH - 1 of s(t) 2^(COLUMNS (b + BLOCKS t)) G,
 * where s of the last tooth is +1 and s(t) of the others is +1 if bit t of e is set, else -1.
 * An entry is x and y, times 2^256 mod p (Montgomery's form), each below p.
 */
#ifndef HX_CRYPTO_P256_TABLE_H
#define HX_CRYPTO_P256_TABLE_H

#include <stdint.h>

#define HX_P256_TEETH   4
#define HX_P256_BLOCKS  4
#define HX_P256_COLUMNS 16
#define HX_P256_ENTRIES 8

extern const uint32_t hx_p256_table[HX_P256_BLOCKS][HX_P256_ENTRIES][16];

#endif
