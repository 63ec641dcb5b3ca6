/*
 * utf8.c - see utf8.h
 * SPDX-License-Identifier: MIT
 *
 * RFC 3629 section 4: the first byte says how many follow, and for five of them the range of the
 * second is narrower.
 */
#include "utf8.h"

static bool first(struct hx_utf8 *state, uint8_t c)
{
	state->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	state->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return true;
	if (c < 0xc2 || c > 0xf4)
		return false;
	state->more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	return true;
}

bool hx_utf8_take(struct hx_utf8 *state, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < len; i++) {
		if (state->more == 0) {
			if (!first(state, at[i]))
				return false;
			continue;
		}
		if (at[i] < state->low || at[i] > state->high)
			return false;
		state->more--;
		state->low = 0x80;
		state->high = 0xbf;
	}
	return true;
}
