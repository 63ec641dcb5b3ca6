/* SPDX-License-Identifier: MIT */
/*
 * Files of the commands. Everything returns 0, or -1 with errno set, unless it says otherwise.
 */
#ifndef TOOLS_COMMON_FILES_H
#define TOOLS_COMMON_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The whole file in one allocation, with a NUL after it that is not counted. EFBIG if it is longer
 * than max, EINVAL if it is not a regular file. file_forget() wipes and frees it.
 */
int file_read(const char *path, size_t max, unsigned char **bytes, size_t *len);
void file_forget(unsigned char *bytes, size_t len);

bool file_exists(const char *path); /* also a dangling link */

/* Makes the folder and those above it; those that exist stay as they are. */
int folder_make(const char *path, mode_t mode);

/* Allocated; the program ends if there is no memory. */
char *path_join(const char *folder, const char *name); /* folder/name */
char *path_add(const char *path, const char *ending);  /* pathending */

/*
 * Several files that appear together or not at all: each is written in full to a temporary name
 * in its folder (0600 from the first byte, whatever the umask is), synced, and only then are all
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

int file_set_add(
	struct file_set *set, const char *path, const void *bytes, size_t len, mode_t mode);

/*
 * EEXIST if one of the names is taken and replace is false: then nothing is replaced. A symbolic
 * link is replaced, never followed.
 */
int file_set_commit(struct file_set *set, bool replace);
void file_set_drop(struct file_set *set); /* removes what is staged; fine after commit */

#endif
