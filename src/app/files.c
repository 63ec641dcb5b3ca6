/*
 * files.c - files in a folder, by fopen() and stat()
 * SPDX-License-Identifier: MIT
 */
#include "files.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../hatch_port.h"
#include "content.h"
#include "respond.h"

#include "../http/field.h"

/* ---- names ---- */

static bool is_plain(struct hatch_span segment)
{
	if (segment.len == 0 || segment.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < segment.len; i++) {
		unsigned char c = (unsigned char)segment.ptr[i];
		if (c < 0x20 || c == 0x7f || c == '\\' || c == ':')
			return false;
		/* FAT's short names, "SECRET~1". */
		if (c == '~' && i + 1 < segment.len && segment.ptr[i + 1] >= '0' &&
			segment.ptr[i + 1] <= '9')
			return false;
	}
	/* FAT does not see dots and spaces at the end. */
	char last = segment.ptr[segment.len - 1];
	return last != '.' && last != ' ';
}

bool hx_files_path(const struct hatch_folder *folder, struct hatch_span rest, char out[HX_PATH_MAX])
{
	struct hx_text text;
	if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
		rest.len--;
	hx_text_init(&text, out, HX_PATH_MAX - 1);
	hx_text_str(&text, folder->dir);
	for (size_t at = 0; at < rest.len || (at == 0 && rest.len > 0);) {
		size_t end = at;
		while (end < rest.len && rest.ptr[end] != '/')
			end++;
		struct hatch_span segment = hx_span(rest.ptr + at, end - at);
		if (!is_plain(segment))
			return false;
		hx_text_char(&text, '/');
		hx_text_span(&text, segment);
		if (end + 1 == rest.len)
			return false; /* two slashes at the end */
		at = end + 1;
	}
	out[text.len] = '\0';
	return text.error == 0;
}

bool hx_files_add(char path[HX_PATH_MAX], const char *ending)
{
	size_t len = strlen(path), more = strlen(ending);
	if (len + more >= HX_PATH_MAX)
		return false;
	memcpy(path + len, ending, more + 1);
	return true;
}

/* ---- what is there ---- */

struct found {
	char path[HX_PATH_MAX];
	uint64_t size;
	int64_t modified; /* unix time; 0: not known */
	bool is_file, is_folder;
	const char *encoding; /* NULL: the file itself */
	char mark;            /* in its entity tag */
	bool varies;
};

/* A clock that had not been set when the file was written dates it to 1980 or so. */
static int64_t date_of(const struct stat *what)
{
	const int64_t plausible = 1000000000;
	return (int64_t)what->st_mtime < plausible ? 0 : (int64_t)what->st_mtime;
}

static bool look(struct hatch_req *req, const struct hatch_folder *folder, struct found *found)
{
	bool (*inside)(const char *, const char *) = hx_config(req->srv)->platform->is_inside;
	struct stat what;
	if (stat(found->path, &what) != 0 || (inside != NULL && !inside(folder->dir, found->path)))
		return false;
	found->is_file = S_ISREG(what.st_mode);
	found->is_folder = S_ISDIR(what.st_mode);
	found->size = (uint64_t)what.st_size;
	found->modified = date_of(&what);
	return true;
}

/* "a.js.br" instead of "a.js", if it is there and taken. */
static void look_for_coding(struct hatch_req *req, const struct hatch_folder *folder,
	struct found *found, const char *ending, const char *coding)
{
	size_t len = strlen(found->path);
	uint64_t size = found->size;
	int64_t modified = found->modified;
	/* One that is older than the file is of another. */
	bool is_there = hx_files_add(found->path, ending) && look(req, folder, found) &&
			found->is_file && found->modified >= modified;
	found->varies = found->varies || is_there;
	if (is_there && found->encoding == NULL && hx_accepts_coding(req->head.fields, coding)) {
		found->encoding = coding;
		found->mark = ending[1];
		return;
	}
	found->path[len] = '\0';
	found->size = size;
	found->modified = modified;
	found->is_file = true;
}

/*
 * Size and time of change are a file's tag.  A change within the second that a file system counts
 * by would not be seen: who has just been changed has neither tag nor date yet (RFC 9110 section
 * 8.8.2.2).
 */
static bool is_settled(struct hatch_req *req, int64_t modified)
{
	enum { SETTLED_S = 2 };
	int64_t now = hx_unix_time(req->srv);
	return modified != 0 && (now == 0 || now - modified >= SETTLED_S);
}

static void put_tag(char etag[48], uint64_t size, int64_t modified, char mark)
{
	snprintf(etag, 48, "\"%llx-%llx%.1s\"", (unsigned long long)size,
		(unsigned long long)modified, mark == '\0' ? "" : &mark);
}

bool hx_files_may_put(struct hatch_req *req, const struct stat *what)
{
	char etag[48];
	struct hx_validators have = { NULL, 0 };
	if (what == NULL) /* "If-Match: *" wants one that is there; the rest is about what it is */
		return hx_field_count(req->head.fields, "If-Match") == 0;
	have.modified = date_of(what);
	put_tag(etag, (uint64_t)what->st_size, have.modified, '\0');
	have.etag = etag;
	return hx_precondition(req->head.fields, &have, false) == 200;
}

/* ---- sending ---- */

static void close_file(void *file, int error)
{
	(void)error;
	(void)fclose(file);
}

static int read_file(struct hatch_req *req, char *buf, size_t room, void *file)
{
	size_t got = fread(buf, 1, room, file);
	(void)req;
	return got == 0 && ferror((FILE *)file) ? HATCH_EPORT : (int)got;
}

static int send_range(struct hatch_req *req, const struct found *found, const char *type,
	int status, const struct hx_range *range)
{
	FILE *file = fopen(found->path, "rb");
	if (file == NULL)
		return hatch_send_text(req, 404, "404 Not Found\n");
	int error = hatch_on_end(req, close_file, file);
	if (error < 0) {
		(void)fclose(file);
		return error;
	}
	if (range->first > (uint64_t)LONG_MAX || fseek(file, (long)range->first, SEEK_SET) != 0)
		return HATCH_EPORT;
	(void)hatch_set_length(req, range->len);
	return hatch_send_stream(req, status, type, read_file, file);
}

static int send_found(struct hatch_req *req, const struct hatch_folder *folder, struct found *found)
{
	char etag[48];
	struct hx_range range;
	const char *type = hatch_type_of(hatch_str(found->path));
	look_for_coding(req, folder, found, ".br", "br");
	look_for_coding(req, folder, found, ".gz", "gzip");
	struct hx_content content = { .size = found->size,
		.encoding = found->encoding,
		.varies = found->varies,
		.max_age_s = folder->max_age_s };
	if (is_settled(req, found->modified)) {
		content.have.modified = found->modified;
		put_tag(etag, found->size, found->modified, found->mark);
		content.have.etag = etag;
	}
	int status = hx_content_begin(req, &content, &range);
	return status <= 0 ? status : send_range(req, found, type, status, &range);
}

int hatch_files(struct hatch_req *req)
{
	const struct hatch_folder *folder = hx_arg(req, "struct hatch_folder");
	if (folder == NULL)
		return HATCH_EINVAL;
	struct hatch_span path = hatch_path(req), rest = hatch_rest(req);
	struct found found = { .mark = '\0' };
	bool good = hx_files_path(folder, rest, found.path) && look(req, folder, &found);
	bool slash = path.len > 0 && path.ptr[path.len - 1] == '/';
	if (good && found.is_folder) {
		if (!slash)
			return hx_content_to_folder(req);
		size_t len = strlen(found.path);
		good = hx_files_add(found.path, "/index.html") && look(req, folder, &found);
		if (!good && folder->list != NULL) {
			found.path[len] = '\0';
			return folder->list(req);
		}
	} else if (slash) {
		good = false; /* a file is no folder */
	}
	if (!good && folder->fallback != NULL)
		(void)hatch_add_field(req, "Vary", "Accept");
	if (!good && folder->fallback != NULL && hx_wants_page(req->head.fields))
		good = hx_files_path(folder, hatch_str(folder->fallback), found.path) &&
		       look(req, folder, &found);
	if (!good || !found.is_file)
		return hatch_send_text(req, 404, "404 Not Found\n");
	return send_found(req, folder, &found);
}
