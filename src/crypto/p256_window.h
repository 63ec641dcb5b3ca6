/*
 * p256_window.h - the table of p256_point.c for a point that is not known in advance
 * SPDX-License-Identifier: MIT
 *
 * A file of its own so that its frame is not part of the frame that holds the table.
 */
#ifndef HX_CRYPTO_P256_WINDOW_H
#define HX_CRYPTO_P256_WINDOW_H

#include "p256_point.h"

#define HX_P256_WINDOW_ENTRIES 8

/* q, 3q, 5q .. 15q.  Constant time. */
void hx_p256_window_fill(
	struct hx_p256_affine table[HX_P256_WINDOW_ENTRIES], const struct hx_p256_affine *q);

#endif
