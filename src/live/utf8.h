/*
 * utf8.h - UTF-8 (RFC 3629) that comes in pieces
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_LIVE_UTF8_H
#define HX_LIVE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hx_utf8 {
	uint8_t more;      /* bytes still to come of a character */
	uint8_t low, high; /* between which the next one is */
};

/* False: it is none.  Overlong forms, surrogates and what is over U+10FFFF are none. */
bool hx_utf8_take(struct hx_utf8 *state, const void *bytes, size_t len);

/* No character is half there. */
static inline bool hx_utf8_whole(const struct hx_utf8 *state)
{
	return state->more == 0;
}

#endif
