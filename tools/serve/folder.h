/* SPDX-License-Identifier: MIT */
/*
 * A folder as a web site, for GET; without an index.html it is listed.
 */
#ifndef TOOLS_SERVE_FOLDER_H
#define TOOLS_SERVE_FOLDER_H

#include <hatch.h>

/* Into the configuration. The folder is looked up now; NULL and errno if it is none. */
struct folder *folder_configure(struct hatch_config *config, const char *path);
void folder_free(struct folder *folder);

#endif
