/*
 * base64.h - RFC 4648 section 4
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_BASE64_H
#define HX_BASE_BASE64_H

#include <stddef.h>

/* In place, with its padding.  The length, or -1. */
int hx_base64_decode(char *text, size_t len);

/* With padding; out has room for 4 characters for each 3 bytes begun.  The length. */
size_t hx_base64_encode(char *out, const unsigned char *bytes, size_t len);

#endif
