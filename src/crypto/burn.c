/*
 * burn.c - running an operation and then overwriting the stack that it used
 * SPDX-License-Identifier: MIT
 *
 * A file of its own, so that jobs and burning are calls from the same frame and begin at the same
 * place below it.
 */
#include "burn.h"

#include <stddef.h>
#include <stdint.h>

#define BYTES(bytes) ((bytes) * (sizeof(void *) > 4 ? 2 : 1))

static void clear(volatile uint32_t *word, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof *word; i++)
		word[i] = 0;
}

/* Large frames are what these are for. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-larger-than="
static void burn_shallow(void)
{
	uint32_t area[BYTES(896) / 4];

	clear(area, sizeof area);
}

static void burn_deep(void)
{
	uint32_t area[BYTES(1920) / 4];

	clear(area, sizeof area);
}
#pragma GCC diagnostic pop

typedef void burner(void);

/* Through a pointer that the compiler may not look behind, which makes it a call. */
int hx_burn_after(hx_burn_job *job, void *arguments, enum hx_burn_depth depth)
{
	burner *volatile burn = depth == HX_BURN_DEEP ? burn_deep : burn_shallow;
	int status = job(arguments);

	burn();
	return status;
}
