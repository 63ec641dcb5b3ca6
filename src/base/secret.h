/*
 * secret.h - comparing what is secret
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_SECRET_H
#define HX_BASE_SECRET_H

#include "span.h"

/* In a time that depends on the length of what was given alone. */
static inline bool hx_same_secret(struct hatch_span given, struct hatch_span secret)
{
	volatile unsigned char differs = given.len != secret.len;
	for (size_t i = 0; i < given.len; i++) {
		unsigned char have = (unsigned char)(secret.len == 0 ? 0
								     : secret.ptr[i % secret.len]);
		differs = (unsigned char)(differs | ((unsigned char)given.ptr[i] ^ have));
	}
	return differs == 0;
}

#endif
