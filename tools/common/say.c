/* SPDX-License-Identifier: MIT */
/* Messages of the commands; see say.h. */
#include "common/say.h"

#include <stdarg.h>
#include <stdlib.h>

static const char *program = "hatch";

void say_set_program(const char *name)
{
	program = name;
}

const char *say_program(void)
{
	return program;
}

static void say_line(const char *format, va_list list)
{
	/* Results and complaints often share a terminal: keep them in order. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, format, list);
}

void warn(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line(format, list);
	va_end(list);
	fputc('\n', stderr);
}

void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line(format, list);
	va_end(list);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

void die_usage(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_line(format, list);
	va_end(list);
	fprintf(stderr, " (%s --help explains)\n", program);
	exit(EXIT_WRONG_USE);
}

void say_escaped(FILE *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++) {
		if (at[i] < 0x20 || at[i] > 0x7e || at[i] == '\\')
			fprintf(out, "\\x%02x", at[i]);
		else
			fputc(at[i], out);
	}
}

void say_json(FILE *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (at[i] < 0x20 || at[i] > 0x7e || at[i] == '\\' || at[i] == '"')
			fprintf(out, "\\u%04x", at[i]);
		else
			fputc(at[i], out);
	}
	fputc('"', out);
}
