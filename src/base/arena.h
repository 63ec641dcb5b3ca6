/*
 * arena.h - dividing one block among its owners, in two passes
 * SPDX-License-Identifier: MIT
 *
 * With base NULL nothing is handed out and only the size is added up: the same
 * function lays memory out and says how much it needs, so the two cannot differ.
 */
#ifndef HX_BASE_ARENA_H
#define HX_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct hx_arena {
	unsigned char *base; /* aligned as malloc() aligns; NULL: only measure */
	size_t used;
};

/* size bytes, aligned for any type, not cleared.  NULL while measuring. */
static inline void *hx_arena_take(struct hx_arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	size_t at = (arena->used + align - 1) / align * align;
	arena->used = at + size;
	return arena->base == NULL ? NULL : arena->base + at;
}

#endif
