/*
 * burn.c - overwriting what finished functions left on the stack
 * SPDX-License-Identifier: MIT
 *
 * A file of its own, so that it is a call with a frame of its own.
 */
#include "burn.h"

#include <stdint.h>

void hx_burn_stack(void)
{
	uint32_t area[120];
	volatile uint32_t *word = area;

	for (int i = 0; i < 120; i++)
		word[i] = 0;
}
