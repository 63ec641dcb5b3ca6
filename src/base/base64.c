/*
 * base64.c - see base64.h
 * SPDX-License-Identifier: MIT
 */
#include "base64.h"

#include <stdint.h>

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int hx_base64_decode(char *text, size_t len)
{
	size_t to = 0, end = len;
	while (end > 0 && len - end < 2 && text[end - 1] == '=')
		end--;
	if (len % 4 != 0)
		return -1;
	uint32_t bits = 0;
	for (size_t at = 0; at < end; at++) {
		int digit = digit_of(text[at]);
		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		if (at % 4 != 0)
			text[to++] = (char)(bits >> (6 - 2 * (at % 4)) & 0xff);
	}
	return (int)to;
}

size_t hx_base64_encode(char *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t to = 0;
	for (size_t at = 0; at < len; at += 3) {
		uint32_t bits = (uint32_t)bytes[at] << 16 |
				(at + 1 < len ? (uint32_t)bytes[at + 1] << 8 : 0) |
				(at + 2 < len ? bytes[at + 2] : 0u);
		out[to++] = digits[bits >> 18 & 63];
		out[to++] = digits[bits >> 12 & 63];
		out[to++] = (char)(at + 1 < len ? digits[bits >> 6 & 63] : '=');
		out[to++] = (char)(at + 2 < len ? digits[bits & 63] : '=');
	}
	return to;
}
