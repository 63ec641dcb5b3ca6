/* SPDX-License-Identifier: MIT */
/*
 * See folder.h.  A file is opened first and then asked where it really is: what lies outside of
 * the folder, by whatever link, is not there.
 */
#define _XOPEN_SOURCE 700
#include "serve/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char root[PATH_MAX]; /* real, absolute */
	struct hatch_route route;
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".csv", "text/csv" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".ico", "image/x-icon" },
	{ ".wasm", "application/wasm" },
	{ ".pdf", "application/pdf" },
};

static const char *type_of(const char *path)
{
	size_t len = strlen(path);
	for (size_t i = 0; i < HATCH_COUNT(types); i++) {
		size_t ending = strlen(types[i].ending);
		if (len > ending && strcmp(path + len - ending, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* root + path, real; false if there is no such thing inside. */
static bool resolve(const struct folder *folder, struct hatch_span path, char real[PATH_MAX])
{
	char wanted[PATH_MAX];
	size_t root = strlen(folder->root);
	if (path.len >= sizeof(wanted) - root || memchr(path.ptr, '\0', path.len) != NULL)
		return false;
	memcpy(wanted, folder->root, root);
	memcpy(wanted + root, path.ptr, path.len);
	wanted[root + path.len] = '\0';
	if (realpath(wanted, real) == NULL)
		return false;
	return strncmp(real, folder->root, root) == 0 && (real[root] == '/' || real[root] == '\0');
}

static void close_file(void *arg, int error)
{
	(void)error;
	close((int)(intptr_t)arg);
}

static int read_file(struct hatch_req *req, char *buf, size_t room, void *arg)
{
	(void)req;
	ssize_t got = read((int)(intptr_t)arg, buf, room);
	return got < 0 ? HATCH_EPORT : (int)got;
}

static int send_file(struct hatch_req *req, int fd, const char *path, off_t size)
{
	int error = hatch_on_end(req, close_file, (void *)(intptr_t)fd);
	if (error < 0) {
		close(fd);
		return error;
	}
	(void)hatch_set_length(req, (uint64_t)size);
	return hatch_send_stream(req, 200, type_of(path), read_file, (void *)(intptr_t)fd);
}

static int to_slash(struct hatch_req *req)
{
	char location[1024];
	struct hatch_span path = hatch_path(req);
	/* Two slashes in front would name another server. */
	if (path.len > sizeof(location) - 2 || (path.len > 1 && path.ptr[1] == '/') ||
		memchr(path.ptr, '%', path.len) != NULL)
		return hatch_send_text(req, 404, "404 Not Found\n");
	memcpy(location, path.ptr, path.len);
	memcpy(location + path.len, "/", 2);
	return hatch_redirect(req, 301, location);
}

static int serve(struct hatch_req *req)
{
	const struct folder *folder = hatch_arg(req);
	struct hatch_span path = hatch_path(req);
	char real[PATH_MAX];
	struct stat info;
	if (!resolve(folder, path, real))
		return hatch_send_text(req, 404, "404 Not Found\n");
	int fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
		close(fd);
		if (path.ptr[path.len - 1] != '/')
			return to_slash(req);
		if (strlen(real) + sizeof("/index.html") > sizeof(real))
			return hatch_send_text(req, 404, "404 Not Found\n");
		strcat(real, "/index.html");
		fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	}
	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		return send_file(req, fd, real, info.st_size);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EACCES ? hatch_send_text(req, 403, "403 Forbidden\n")
					 : hatch_send_text(req, 404, "404 Not Found\n");
}

struct folder *folder_configure(struct hatch_config *config, const char *path)
{
	struct stat info;
	struct folder *folder = calloc(1, sizeof(*folder));
	if (folder == NULL || realpath(path, folder->root) == NULL ||
		stat(folder->root, &info) != 0) {
		free(folder);
		return NULL;
	}
	if (!S_ISDIR(info.st_mode)) {
		free(folder);
		errno = ENOTDIR;
		return NULL;
	}
	if (strcmp(folder->root, "/") == 0)
		folder->root[0] = '\0';
	folder->route = (struct hatch_route)HATCH_ROUTE_ARG(HATCH_GET, "/*", serve, folder);
	config->routes = &folder->route;
	config->route_count = 1;
	return folder;
}

void folder_free(struct folder *folder)
{
	free(folder);
}
