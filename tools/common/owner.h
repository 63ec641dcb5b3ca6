/* SPDX-License-Identifier: MIT */
/* Windows: files that their owner alone may open. */
#ifndef TOOLS_COMMON_OWNER_H
#define TOOLS_COMMON_OWNER_H

#include <stdbool.h>

#include <windows.h>

/*
 * For CreateFile() and CreateDirectory(): this user may do everything, nobody else anything, and
 * nothing is inherited from the folder. What is made in such a folder gets the same. Ends the
 * program if Windows does not say who this user is.
 */
SECURITY_ATTRIBUTES *owner_only(void);

/* Somebody else may read it: not counting the system and its administrators, who can anyway. */
bool owner_is_not_alone(const wchar_t *path);

#endif
