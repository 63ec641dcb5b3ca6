/* SPDX-License-Identifier: MIT */
/*
 * How the commands talk to people: one line on stderr, and an exit status that means the same in
 * all of them.
 */
#ifndef TOOLS_COMMON_SAY_H
#define TOOLS_COMMON_SAY_H

#include <stddef.h>
#include <stdio.h>

enum {
	EXIT_WRONG_USE = 2, /* the command line makes no sense; EXIT_FAILURE is everything else */
};

/* What every line begins with, for example "hatch-cert server". Borrowed. */
void say_set_program(const char *name);
const char *say_program(void);

void warn(const char *format, ...);
_Noreturn void die(const char *format, ...);       /* status 1: say what to do */
_Noreturn void die_usage(const char *format, ...); /* status 2: adds where the help is */

/*
 * Prints bytes that came from elsewhere. Control characters, bytes above 126 and the backslash
 * come out as \xHH, so a peer cannot move the cursor of a terminal.
 */
void say_escaped(FILE *out, const void *bytes, size_t len);

/* The same for a JSON string, with its quotation marks. */
void say_json(FILE *out, const void *bytes, size_t len);

#endif
