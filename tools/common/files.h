/* SPDX-License-Identifier: MIT */
/*
 * Files of the commands. Everything returns 0, or -1 with errno set, unless it says otherwise.
 * Paths are UTF-8 on Windows, where both separators are taken.
 */
#ifndef TOOLS_COMMON_FILES_H
#define TOOLS_COMMON_FILES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The whole file in one allocation, with a NUL after it that is not counted. EFBIG if it is longer
 * than max, EINVAL if it is not a regular file. file_forget() wipes and frees it.
 */
int file_read(const char *path, size_t max, unsigned char **bytes, size_t *len);
void file_forget(unsigned char *bytes, size_t len);

bool file_exists(const char *path); /* also a dangling link */

/* Others than its owner (and who may do everything anyway) can read or change it. */
bool file_is_open_to_others(const char *path);

/*
 * Makes the folder and those above it; those that exist stay as they are. secret: nobody but the
 * owner may enter those that it makes.
 */
int folder_make(const char *path, bool secret);

/* Allocated; the program ends if there is no memory. */
char *path_join(const char *folder, const char *name); /* folder/name */
char *path_add(const char *path, const char *ending);  /* pathending */

/* What follows the last separator: empty if the path names a folder by ending in one. */
const char *path_last(const char *path);

/*
 * Several files that appear together or not at all: each is written in full to a temporary name
 * in its folder (for its owner only from the first byte), synced, and only then are all
 * renamed. An interruption is held back until commit or drop, so no temporary file stays. Start
 * with a zeroed struct.
 */
enum {
	FILE_SET_MAX = 8,
};

struct file_set {
	size_t count;
	bool holding; /* signals are held back */
	struct {
		const char *path; /* borrowed: where it will be */
		char *staged;     /* where it is now */
	} item[FILE_SET_MAX];
};

/* secret: for its owner only, else for everybody to read (Windows: as its folder says). */
int file_set_add(
	struct file_set *set, const char *path, const void *bytes, size_t len, bool secret);

/*
 * EEXIST if one of the names is taken and replace is false: then nothing is replaced. A symbolic
 * link is replaced, never followed.
 */
int file_set_commit(struct file_set *set, bool replace);
void file_set_drop(struct file_set *set); /* removes what is staged; fine after commit */

#endif
