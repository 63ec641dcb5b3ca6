/* SPDX-License-Identifier: MIT */
/* IP addresses as text and as bytes. */
#ifndef TOOLS_COMMON_ADDRESS_H
#define TOOLS_COMMON_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ADDRESS_MAX = 16,       /* bytes */
	ADDRESS_TEXT_SIZE = 46, /* as text, with the NUL */
};

/* 4 or 16, how many bytes it is; 0 if it is none. Four full decimal numbers, or IPv6. */
size_t address_parse(const char *text, unsigned char bytes[ADDRESS_MAX]);

/* In the usual form. False if len is neither 4 nor 16, or it does not fit. */
bool address_text(const unsigned char *bytes, size_t len, char *text, size_t size);

#endif
