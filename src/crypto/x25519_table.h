/*
 * x25519_table.h - multiples of Curve25519's base point, made by scripts/make_tables.py
 * SPDX-License-Identifier: MIT
 *
 * On the twisted Edwards form -x^2 + y^2 = 1 + d x^2 y^2.  With P = 8 times the base point, entry e
 * of block b is the sum over teeth t = 0 .. TEETH - 1 of s(t) 2^(COLUMNS (b + BLOCKS t)) P, where s
 * of the last tooth is +1 and s(t) of the others is +1 if bit t of e is set, else -1.
 * An entry is y + x, y - x and 2dxy, each below p.
 */
#ifndef HX_CRYPTO_X25519_TABLE_H
#define HX_CRYPTO_X25519_TABLE_H

#include <stdint.h>

#define HX_X25519_TEETH   4
#define HX_X25519_BLOCKS  4
#define HX_X25519_COLUMNS 16
#define HX_X25519_ENTRIES 8

extern const uint32_t hx_x25519_table[HX_X25519_BLOCKS][HX_X25519_ENTRIES][24];

#endif
