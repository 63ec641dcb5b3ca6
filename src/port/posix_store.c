/*
 * posix_store.c - see posix_store.h
 * SPDX-License-Identifier: MIT
 *
 * Empty for Arduino, which compiles every file of src/: there nvs_store.c is the store.
 */
#ifndef ARDUINO

#define _POSIX_C_SOURCE 200809L
#include "posix_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 200 };

static bool make_folders(char *path)
{
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
		*at = '/';
		if (!made)
			return false;
	}
	return true;
}

/* The file of a key; letters, digits, '-' and '_' only, so that no key leaves the folder. */
static int path_of(const char *key, char *path, const char *suffix)
{
	const char *folder = getenv("HATCH_STORE"), *below = "";
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	if (key[0] == '\0' || key[strspn(key, plain)] != '\0')
		return HATCH_EINVAL;
	if (folder == NULL || folder[0] == '\0') {
		folder = getenv("HOME");
		below = "/.local/state/hatch";
	}
	if (folder == NULL)
		return HATCH_EPORT;
	int len = snprintf(path, PATH_ROOM, "%s%s/%s%s", folder, below, key, suffix);
	return len < 0 || len >= PATH_ROOM ? HATCH_EPORT : 0;
}

int hx_store_get(const char *key, void *buf, size_t *len)
{
	char path[PATH_ROOM];
	struct stat info;
	int error = path_of(key, path, "");
	if (error < 0)
		return error;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? HATCH_EGONE : HATCH_EPORT;
	if (fstat(fd, &info) != 0 || info.st_size < 0)
		error = HATCH_EPORT;
	else if ((size_t)info.st_size > *len)
		error = HATCH_EBIG;
	else if (read(fd, buf, (size_t)info.st_size) != info.st_size)
		error = HATCH_EPORT;
	else
		*len = (size_t)info.st_size;
	close(fd);
	return error;
}

/* Written beside and renamed: there is always the old value or the new one. */
int hx_store_put(const char *key, const void *buf, size_t len)
{
	char path[PATH_ROOM], fresh[PATH_ROOM];
	int error = path_of(key, path, "");
	if (error == 0)
		error = path_of(key, fresh, ".new");
	if (error < 0)
		return error;
	if (!make_folders(fresh))
		return HATCH_EPORT;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return HATCH_EPORT;
	bool good = write(fd, buf, len) == (ssize_t)len && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (good && rename(fresh, path) == 0)
		return 0;
	(void)unlink(fresh);
	return HATCH_EPORT;
}

#endif
