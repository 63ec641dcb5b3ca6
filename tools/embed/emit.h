/* SPDX-License-Identifier: MIT */
/* Text of any length, in memory: a file that appears whole or not at all. */
#ifndef TOOLS_EMBED_EMIT_H
#define TOOLS_EMBED_EMIT_H

#include <stddef.h>

struct emit {
	char *text;
	size_t len, room;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void emit(struct emit *out, const char *format, ...);
void emit_bytes(struct emit *out, const unsigned char *bytes, size_t len); /* "1,2,3," in lines */
void emit_string(struct emit *out, const char *text);                      /* a C string literal */

#endif
