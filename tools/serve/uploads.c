/* SPDX-License-Identifier: MIT */
/* See uploads.h. */
#define _XOPEN_SOURCE 700
#include "serve/uploads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/json.h"
#include "serve/login.h"

enum { NAME_LEN = 64, FILES_AT_ONCE = 8 };

static char folder[PATH_MAX];
static int folder_fd = -1;
static struct hatch_folder served;

/* One request: its files come one behind the other, each under a hidden name until it is whole. */
struct upload {
	int fd; /* -1: none is open */
	char name[NAME_LEN + 1], hidden[40];
	unsigned kept;
	uint64_t bytes;
};

static int refuse(struct hatch_req *req, int status, const char *why)
{
	return hatch_send_json(req, status, "{\"error\":\"%s\"}\n", why);
}

/* ---- names ---- */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-_.()", c) != NULL);
}

/* What else is in it becomes "_", so does a dot in front; false: nothing is left. */
static bool tidy(struct hatch_span from, char to[NAME_LEN + 1])
{
	size_t len = 0;
	bool letters = false;
	for (size_t i = 0; i < from.len && len < NAME_LEN; i++) {
		char c = from.ptr[i];
		if (((unsigned char)c & 0xc0) == 0x80) /* one "_" for a character of UTF-8 */
			continue;
		bool good = is_plain(c) && !(len == 0 && c == '.');
		letters = letters || (good && c != '.' && c != '-');
		to[len++] = good ? c : '_';
	}
	while (len > 0 && to[len - 1] == '.')
		len--;
	to[len] = '\0';
	return letters;
}

/* ---- receiving ---- */

static void drop(struct upload *up)
{
	if (up->fd < 0)
		return;
	(void)close(up->fd);
	(void)unlinkat(folder_fd, up->hidden, 0);
	up->fd = -1;
}

static void end_upload(void *arg, int error)
{
	(void)error;
	drop(arg);
}

static int failed(struct hatch_req *req)
{
	return errno == ENOSPC || errno == EDQUOT ? refuse(req, 507, "There is no room for it.")
						  : refuse(req, 500, "It could not be written.");
}

static bool is_taken(const char *name)
{
	struct stat info;
	return fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static int begin(struct hatch_req *req, const struct hatch_part *part, void *arg)
{
	struct upload *up = arg;
	struct hatch_ref ref = hatch_ref_of(req);
	if (part->filename.ptr == NULL) /* a field of the form: not ours */
		return 0;
	if (!tidy(part->filename, up->name))
		return refuse(req, 400, "That is no name for a file.");
	if (is_taken(up->name))
		return refuse(req, 409, "There is a file of that name.");
	snprintf(up->hidden, sizeof(up->hidden), ".upload-%lu-%lu", (unsigned long)ref.slot,
		(unsigned long)ref.generation);
	up->fd = openat(
		folder_fd, up->hidden, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return up->fd < 0 ? failed(req) : 0;
}

static int data(
	struct hatch_req *req, const struct hatch_part *part, struct hatch_span piece, void *arg)
{
	struct upload *up = arg;
	(void)part;
	if (up->fd < 0)
		return 0;
	for (size_t at = 0; at < piece.len;) {
		ssize_t written = write(up->fd, piece.ptr + at, piece.len - at);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return failed(req);
		at += (size_t)written;
	}
	up->bytes += piece.len;
	return 0;
}

static int end(struct hatch_req *req, const struct hatch_part *part, void *arg)
{
	struct upload *up = arg;
	(void)part;
	if (up->fd < 0)
		return 0;
	/* Another request may have been faster.  Nothing is synced: that would hold everybody up.
	 */
	if (is_taken(up->name))
		return refuse(req, 409, "There is a file of that name.");
	if (renameat(folder_fd, up->hidden, folder_fd, up->name) != 0)
		return failed(req);
	(void)close(up->fd);
	up->fd = -1;
	up->kept++;
	return 0;
}

static int done(struct hatch_req *req, void *arg)
{
	const struct upload *up = arg;
	if (up->kept == 0)
		return refuse(req, 400, "There is no file in this form.");
	return hatch_send_json(req, 201, "{\"files\":%u,\"bytes\":%llu}\n", up->kept,
		(unsigned long long)up->bytes);
}

static const struct hatch_parts how = { .begin = begin,
	.data = data,
	.end = end,
	.done = done,
	.part_max = (uint64_t)1 << 30,
	.parts_max = FILES_AT_ONCE };

static int receive(struct hatch_req *req)
{
	struct upload *up = hatch_scratch(req, sizeof(*up));
	if (up == NULL)
		return HATCH_ENOMEM;
	up->fd = -1;
	int error = hatch_on_end(req, end_upload, up);
	return error < 0 ? error : hatch_receive_parts(req, &how, up);
}

/* ---- what is there ---- */

static int list(struct hatch_req *req)
{
	enum { ROW = 2 * NAME_MAX + 64 };
	struct json *json = json_begin();
	const struct dirent *entry;
	struct stat info;
	unsigned count = 0, more = 0;
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return refuse(req, 500, "The folder cannot be read.");
	json_add(json, "{\"files\":[");
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
			fstatat(folder_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
			!S_ISREG(info.st_mode))
			continue;
		if (json_left(json) < ROW) {
			more++;
			continue;
		}
		json_add(json, "%s{\"name\":", count++ == 0 ? "" : ",");
		json_add_text(json, entry->d_name);
		json_add(json, ",\"bytes\":%llu}", (unsigned long long)info.st_size);
	}
	(void)closedir(dir);
	json_add(json, "],\"more\":%u}\n", more);
	return json_send(req, json);
}

/* Whatever somebody has put there: no browser is to take it for one of our pages. */
static int as_a_download(struct hatch_req *req)
{
	int error = hatch_set_field(req, "Content-Disposition", "attachment");
	if (error == 0)
		error = hatch_set_field(req, "Content-Security-Policy", "sandbox");
	return error == 0 ? hatch_set_field(req, "X-Content-Type-Options", "nosniff") : error;
}

static const struct hatch_hook keep[] = { { as_a_download, NULL } };
static const struct hatch_policy kept = { .after = keep, .after_count = 1 };

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_POST, "/", receive),
	HATCH_ROUTE(HATCH_GET, "/", list),
	HATCH_ROUTE_WITH(HATCH_GET, "/*", hatch_files, &served, &kept),
};
static const struct hatch_group group = HATCH_GROUP_WITH("/api/files", routes, &login_required);

const struct hatch_group *uploads_into(const char *path)
{
	if (realpath(path, folder) == NULL)
		return NULL;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	served.dir = folder;
	return folder_fd < 0 ? NULL : &group;
}
