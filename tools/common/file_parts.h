/* SPDX-License-Identifier: MIT */
/* What files.h is made of where each system has its own. 0, or -1 with errno set. */
#ifndef TOOLS_COMMON_FILE_PARTS_H
#define TOOLS_COMMON_FILE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

extern const char path_separator[];

/* An interruption (Ctrl-C and the like) waits until it is no longer held. */
void part_hold_interrupts(bool hold);

/*
 * Writes a new file beside path, to the disk, for its owner only from the first byte on. *staged,
 * allocated, is its name, also after a failure if there is something to be removed; else as it was.
 */
int part_stage(char **staged, const char *path, const void *bytes, size_t len, bool secret);

/* Gives it its name, in one step. EEXIST if that is taken and replace is false. */
int part_place(const char *staged, const char *path, bool replace);

void part_remove(const char *staged);

#endif
