/*
 * files_put.c - a file into a folder: whole, or not at all
 * SPDX-License-Identifier: MIT
 *
 * It is written under a name that no request can read, in the same folder, and renamed when the
 * last byte is on the medium.  The name is the exchange's own: two uploads of one file do not mix,
 * and the one that ends last stays.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../hatch_port.h"
#include "content.h"
#include "files.h"
#include "respond.h"

enum { UPLOAD_DEFAULT = 1 << 20 };

struct upload {
	FILE *file;
	uint64_t left; /* bytes that may still come */
	bool replaces, done;
	char *path; /* HX_PATH_MAX bytes each */
	char *temporary;
};

/* Two blocks, the first as hatch_scratch() aligns it. */
_Static_assert(
	sizeof(struct upload) + _Alignof(max_align_t) + 2 * HX_PATH_MAX <= HATCH_FILES_PUT_SCRATCH,
	"HATCH_FILES_PUT_SCRATCH");

static int answer(struct hatch_req *req, int status)
{
	hx_respond_plain(req, status);
	return 0;
}

static int say_failed(struct hatch_req *req)
{
	return answer(req, errno == ENOSPC || errno == EFBIG ? 507 : 500);
}

static void end_upload(void *arg, int error)
{
	struct upload *upload = arg;
	(void)error;
	if (upload->file != NULL)
		(void)fclose(upload->file);
	if (!upload->done)
		(void)remove(upload->temporary);
}

/* FAT does not rename onto a file that is there: then there is a moment without either. */
static bool put_in_place(const struct upload *upload)
{
	if (rename(upload->temporary, upload->path) == 0)
		return true;
	return upload->replaces && remove(upload->path) == 0 &&
	       rename(upload->temporary, upload->path) == 0;
}

static int finish(struct hatch_req *req, struct upload *upload)
{
	FILE *file = upload->file;
	upload->file = NULL;
	if (fclose(file) != 0)
		return say_failed(req);
	struct stat what;
	if (!upload->replaces && stat(upload->path, &what) == 0) {
		/* Another upload was faster. */
		if (!hx_files_may_put(req, &what))
			return answer(req, 412);
		upload->replaces = true;
	}
	if (!put_in_place(upload))
		return say_failed(req);
	upload->done = true;
	return hatch_send_empty(req, upload->replaces ? 204 : 201);
}

static int take(struct hatch_req *req, struct hatch_span piece, void *arg)
{
	struct upload *upload = arg;
	if (piece.len == 0)
		return finish(req, upload);
	if (piece.len > upload->left)
		return answer(req, 413);
	upload->left -= piece.len;
	return fwrite(piece.ptr, 1, piece.len, upload->file) == piece.len ? 0 : say_failed(req);
}

/* path with its last segment replaced. */
static bool name_temporary(struct hatch_req *req, const char *path, char *out)
{
	unsigned char random[8];
	size_t len = (size_t)(strrchr(path, '/') - path) + 1;
	if (len + sizeof(".hatch-") + 2 * sizeof(random) > HX_PATH_MAX ||
		hx_config(req->srv)->platform->random(random, sizeof(random)) != 0)
		return false;
	memcpy(out, path, len);
	len += (size_t)sprintf(out + len, ".hatch-");
	for (size_t i = 0; i < sizeof(random); i++)
		len += (size_t)sprintf(out + len, "%02x", random[i]);
	return true;
}

/* Whether it may go there: 0, or the status to refuse it with. */
static int check_place(
	struct hatch_req *req, const struct hatch_folder *folder, struct upload *upload)
{
	bool (*inside)(const char *, const char *) = hx_config(req->srv)->platform->is_inside;
	char *slash = strrchr(upload->path, '/');
	struct stat what;
	*slash = '\0';
	bool parent = stat(upload->path, &what) == 0 && S_ISDIR(what.st_mode) &&
		      (inside == NULL || inside(folder->dir, upload->path));
	*slash = '/';
	if (!parent)
		return 409;
	upload->replaces = stat(upload->path, &what) == 0;
	if (upload->replaces && !S_ISREG(what.st_mode))
		return 409;
	return hx_files_may_put(req, upload->replaces ? &what : NULL) ? 0 : 412;
}

static struct upload *new_upload(struct hatch_req *req)
{
	struct upload *upload = hatch_scratch(req, sizeof(*upload));
	char *names = hatch_scratch(req, 2 * HX_PATH_MAX);
	if (upload == NULL || names == NULL)
		return NULL;
	upload->path = names;
	upload->temporary = names + HX_PATH_MAX;
	return upload;
}

int hatch_files_put(struct hatch_req *req)
{
	const struct hatch_folder *folder = hx_arg(req, "struct hatch_folder");
	if (folder == NULL)
		return HATCH_EINVAL;
	struct hatch_span rest = hatch_rest(req);
	struct upload *upload = new_upload(req);
	if (upload == NULL)
		return HATCH_ENOMEM;
	if (rest.len == 0 || rest.ptr[rest.len - 1] == '/' ||
		!hx_files_path(folder, rest, upload->path))
		return answer(req, 404);
	upload->left = folder->upload_max == 0 ? (uint64_t)UPLOAD_DEFAULT : folder->upload_max;
	if (req->framing.kind == HX_BODY_LENGTH && req->framing.length > upload->left)
		return answer(req, 413);
	int status = check_place(req, folder, upload);
	if (status != 0)
		return answer(req, status);
	if (!name_temporary(req, upload->path, upload->temporary))
		return HATCH_EPORT;
	upload->file = fopen(upload->temporary, "wbx");
	if (upload->file == NULL)
		return say_failed(req);
	int error = hatch_on_end(req, end_upload, upload);
	if (error < 0) {
		end_upload(upload, error);
		return error;
	}
	return hatch_receive(req, take, upload);
}
