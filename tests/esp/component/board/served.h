/*
 * served.h - the examples' routes over HTTPS on a free port of this machine
 * SPDX-License-Identifier: MIT
 */
#ifndef SERVED_H
#define SERVED_H

#include <hatch.h>

/* Prints "ports HTTPS HTTP"; ends with the program's signal. */
int serve_here(const struct hatch_route *routes, size_t count, const char *cert, const char *key);

/* The same with what else is in config; begin may be NULL, and is called on the server's task. */
int serve_this(struct hatch_config *config, hatch_call *begin, const char *cert, const char *key);

#endif
