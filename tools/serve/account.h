/* SPDX-License-Identifier: MIT */
/* The account of hatch-serve: of a file, or made for this run. */
#ifndef TOOLS_SERVE_ACCOUNT_H
#define TOOLS_SERVE_ACCOUNT_H

/*
 * path: a file with one line, NAME:PASSWORD; NULL: a password is made.  Returns what is to be
 * printed of it, NULL: nothing.  Ends the program with a sentence if it cannot.
 */
const char *account_set(const char *path);

#endif
