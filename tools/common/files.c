/* SPDX-License-Identifier: MIT */
/* Files of the commands; see files.h. */
#define _POSIX_C_SOURCE 200809L
#include "common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/say.h"

static int fail_closed(int fd, int error)
{
	close(fd);
	errno = error;
	return -1;
}

static int read_all(int fd, unsigned char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = read(fd, bytes + done, len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? errno : EIO;
		done += (size_t)got;
	}
	return 0;
}

int file_read(const char *path, size_t max, unsigned char **bytes, size_t *len)
{
	struct stat st;
	unsigned char *buffer;
	int error;
	/* Without O_NONBLOCK a named pipe would hold the program at open(). */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return fail_closed(fd, errno);
	if (!S_ISREG(st.st_mode))
		return fail_closed(fd, S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
	if (st.st_size < 0 || (unsigned long long)st.st_size > max)
		return fail_closed(fd, EFBIG);
	buffer = malloc((size_t)st.st_size + 1);
	if (!buffer)
		return fail_closed(fd, ENOMEM);
	error = read_all(fd, buffer, (size_t)st.st_size);
	if (error) {
		file_forget(buffer, (size_t)st.st_size);
		return fail_closed(fd, error);
	}
	close(fd);
	buffer[st.st_size] = 0;
	*bytes = buffer;
	*len = (size_t)st.st_size;
	return 0;
}

void file_forget(unsigned char *bytes, size_t len)
{
	/* Through volatile, so that the compiler does not drop writes before free(). */
	volatile unsigned char *at = bytes;

	if (!bytes)
		return;
	for (size_t i = 0; i < len; i++)
		at[i] = 0;
	free(bytes);
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static char *join3(const char *a, const char *b, const char *c)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
	char *path = malloc(size);

	if (!path)
		die("out of memory");
	snprintf(path, size, "%s%s%s", a, b, c);
	return path;
}

char *path_join(const char *folder, const char *name)
{
	return join3(folder, "/", name);
}

char *path_add(const char *path, const char *ending)
{
	return join3(path, ending, "");
}

static int folder_make_one(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return chmod(path, mode);
	if (errno != EEXIST)
		return -1;
	if (stat(path, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

int folder_make(const char *path, mode_t mode)
{
	char *copy = path_add(path, "");
	int result = 0;

	for (char *at = copy + 1; copy[0] && *at && result == 0; at++) {
		if (*at != '/')
			continue;
		*at = 0;
		result = folder_make_one(copy, mode);
		*at = '/';
	}
	if (result == 0)
		result = folder_make_one(copy, mode);
	free(copy);
	return result;
}

/* ---- sets --------------------------------------------------------------- */

static void hold_signals(struct file_set *set, bool hold)
{
	sigset_t signals;

	if (set->holding == hold)
		return;
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
	set->holding = hold;
}

static int write_all(int fd, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

int file_set_add(struct file_set *set, const char *path, const void *bytes, size_t len, mode_t mode)
{
	char *staged;
	int fd;

	if (set->count == FILE_SET_MAX) {
		errno = ENOSPC;
		return -1;
	}
	hold_signals(set, true);
	staged = path_add(path, ".new-XXXXXX");
	fd = mkstemp(staged); /* O_EXCL and 0600 */
	if (fd < 0) {
		free(staged);
		return -1;
	}
	set->item[set->count].path = path;
	set->item[set->count].staged = staged;
	set->count++;
	if (write_all(fd, bytes, len) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0)
		return fail_closed(fd, errno);
	return close(fd);
}

/* A rename is only on the disk once its folder is. */
static void sync_folder(const char *path)
{
	char *folder = path_add(path, "");
	char *slash = strrchr(folder, '/');
	int fd;

	if (slash)
		slash[slash == folder] = 0;
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		/* Some file systems cannot sync a folder: nothing to be done about it. */
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

static int place(const char *staged, const char *path, bool replace)
{
	if (replace)
		return rename(staged, path);
	/* link() refuses a name that is taken, also one taken since we looked. */
	if (link(staged, path) == 0)
		return unlink(staged);
	if (errno == EEXIST)
		return -1;
	/* FAT has no links. */
	if (file_exists(path)) {
		errno = EEXIST;
		return -1;
	}
	return rename(staged, path);
}

int file_set_commit(struct file_set *set, bool replace)
{
	for (size_t i = 0; i < set->count && !replace; i++) {
		if (file_exists(set->item[i].path)) {
			errno = EEXIST;
			return -1;
		}
	}
	for (size_t i = 0; i < set->count; i++) {
		if (place(set->item[i].staged, set->item[i].path, replace) < 0)
			return -1;
		free(set->item[i].staged);
		set->item[i].staged = NULL;
		sync_folder(set->item[i].path);
	}
	file_set_drop(set);
	return 0;
}

void file_set_drop(struct file_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->item[i].staged)
			unlink(set->item[i].staged);
		free(set->item[i].staged);
		set->item[i].staged = NULL;
	}
	set->count = 0;
	hold_signals(set, false);
}
