/*
 * files.h - where in a folder a request leads
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_FILES_H
#define HX_APP_FILES_H

#include "../base/text.h"
#include "../hatch_web.h"

enum { HX_PATH_MAX = 192 };

/*
 * The folder and a path below it, as one string.  False for what no request may name: a segment
 * that is empty or begins with a dot, a backslash or a colon (FAT), a control character; and for
 * what is too long.  A slash at the end is left away.
 */
bool hx_files_path(
	const struct hatch_folder *folder, struct hatch_span rest, char out[HX_PATH_MAX]);

/* Whether the request's preconditions allow a PUT; what: of the file that is there, NULL: none. */
struct stat;
bool hx_files_may_put(struct hatch_req *req, const struct stat *what);

/* Adds to such a path; false if it would be too long. */
bool hx_files_add(char path[HX_PATH_MAX], const char *ending);

#endif
