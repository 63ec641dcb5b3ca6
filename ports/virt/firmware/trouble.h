/*
 * trouble.h - mistakes that the board is to catch, made on purpose
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_TROUBLE_H
#define VIRT_TROUBLE_H

#include <stdbool.h>

/* "trouble=null", "past", "code", "data", "stack", "task": does not return if the board works.
 * False: the word is none of these. */
bool trouble(const char *word);

#endif
