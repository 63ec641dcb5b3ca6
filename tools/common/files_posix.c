/* SPDX-License-Identifier: MIT */
/* Files of the commands where POSIX holds: Linux, macOS and others. See files.h. */
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

#include "common/file_parts.h"

const char path_separator[] = "/";

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

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool file_is_open_to_others(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 077) != 0;
}

const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int folder_make_one(const char *path, bool secret)
{
	struct stat st;

	if (mkdir(path, secret ? 0700 : 0777) == 0)
		return secret ? chmod(path, 0700) : 0; /* whatever the umask is */
	if (errno != EEXIST)
		return -1;
	if (stat(path, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

int folder_make(const char *path, bool secret)
{
	char *copy = path_add(path, "");
	int result = 0;

	for (char *at = copy + 1; copy[0] && *at && result == 0; at++) {
		if (*at != '/')
			continue;
		*at = 0;
		result = folder_make_one(copy, secret);
		*at = '/';
	}
	if (result == 0)
		result = folder_make_one(copy, secret);
	free(copy);
	return result;
}

/* ---- parts of a set ----------------------------------------------------- */

void part_hold_interrupts(bool hold)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
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

int part_stage(char **staged, const char *path, const void *bytes, size_t len, bool secret)
{
	char *name = path_add(path, ".new-XXXXXX");
	int fd = mkstemp(name); /* O_EXCL and 0600 */

	if (fd < 0) {
		free(name);
		return -1;
	}
	*staged = name;
	if (write_all(fd, bytes, len) < 0 || fchmod(fd, secret ? 0600 : 0644) < 0 || fsync(fd) < 0)
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

static int move(const char *staged, const char *path, bool replace)
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

int part_place(const char *staged, const char *path, bool replace)
{
	int result = move(staged, path, replace);

	if (result == 0)
		sync_folder(path);
	return result;
}

void part_remove(const char *staged)
{
	unlink(staged);
}
