/*
 * chars.h - digits, ASCII only, whatever the locale
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_CHARS_H
#define HX_HTTP_CHARS_H

#include "../base/span.h"

static inline bool hx_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0 to 15, or -1. */
static inline int hx_hex_value(char c)
{
	if (hx_is_digit(c))
		return c - '0';
	c = hx_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
