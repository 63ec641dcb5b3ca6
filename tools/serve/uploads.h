/* SPDX-License-Identifier: MIT */
/*
 * Files that somebody who has logged in puts into a folder: POST /api/files (multipart/form-data),
 * GET /api/files (what is there), GET /api/files/NAME (to keep, never to be run as a page).
 */
#ifndef TOOLS_SERVE_UPLOADS_H
#define TOOLS_SERVE_UPLOADS_H

#include <hatch_web.h>

enum { UPLOADS_SCRATCH = HATCH_PARTS_SCRATCH + 512 };

/* NULL and errno if it is no folder.  config.scratch is to have UPLOADS_SCRATCH. */
const struct hatch_group *uploads_into(const char *folder);

#endif
