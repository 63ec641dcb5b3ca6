/* SPDX-License-Identifier: MIT */
/* Windows's strings: UTF-16, where ours are UTF-8. */
#ifndef TOOLS_COMMON_WIDE_H
#define TOOLS_COMMON_WIDE_H

#include <wchar.h>

/* Allocated; the program ends if there is no memory, or the bytes are no text. */
wchar_t *wide_of(const char *text);
char *narrow_of(const wchar_t *text);

/* The name of a file, also one of more than 260 characters. */
wchar_t *wide_path(const char *path);

/* An environment variable, allocated; NULL if it is not set or empty. */
char *wide_getenv(const wchar_t *name);

/* errno for what GetLastError() says. */
int wide_errno(void);

#endif
