/* SPDX-License-Identifier: MIT */
/* emit.c: see emit.h */
#include "embed/emit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/say.h"

static void make_room(struct emit *out, size_t len)
{
	if (len < out->room - out->len)
		return;
	out->room = 2 * (out->len + len) + 4096;
	out->text = realloc(out->text, out->room);
	if (out->text == NULL)
		die("out of memory");
}

void emit(struct emit *out, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		die("cannot format a line");
	make_room(out, (size_t)len + 1);
	(void)vsnprintf(out->text + out->len, (size_t)len + 1, format, again);
	va_end(again);
	out->len += (size_t)len;
}

void emit_bytes(struct emit *out, const unsigned char *bytes, size_t len)
{
	enum { LINE = 24 };
	for (size_t i = 0; i < len; i++) {
		make_room(out, 8);
		out->len += (size_t)snprintf(out->text + out->len, 8, "%u,%s", bytes[i],
			i % LINE == LINE - 1 || i == len - 1 ? "\n" : "");
	}
}

/* Octal escapes have an end of their own, hexadecimal ones have not; "??" would be a trigraph. */
void emit_string(struct emit *out, const char *text)
{
	emit(out, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			emit(out, "\\%03o", c);
		else
			emit(out, "%c", c);
	}
	emit(out, "\"");
}
