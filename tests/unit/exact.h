/*
 * exact.h - blocks without a byte to spare, so that the sanitizers see every step outside
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TESTS_EXACT_H
#define HX_TESTS_EXACT_H

#include <stdlib.h>
#include <string.h>

/* A copy in a block of just that size, to be freed. */
static inline char *exact_copy(const char *from, size_t len)
{
	char *block = calloc(1, len > 0 ? len : 1);

	if (block == NULL)
		abort();
	if (len > 0)
		memcpy(block, from, len);
	return block;
}

#endif
