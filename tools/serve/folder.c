/* SPDX-License-Identifier: MIT */
/* See folder.h. */
#define _XOPEN_SOURCE 700
#include "serve/folder.h"

#include <errno.h>
#include <hatch_web.h>
#include <stdlib.h>
#include <sys/stat.h>

struct folder {
	struct hatch_folder what;
	struct hatch_route route;
};

struct folder *folder_configure(struct hatch_config *config, const char *path)
{
	struct stat info;
	char *real = realpath(path, NULL);
	struct folder *folder = calloc(1, sizeof(*folder));
	if (folder == NULL || real == NULL || stat(real, &info) != 0 || !S_ISDIR(info.st_mode)) {
		errno = folder != NULL && real != NULL ? ENOTDIR : errno;
		free(real);
		free(folder);
		return NULL;
	}
	folder->what.dir = real;
	folder->what.list = hatch_files_list;
	folder->route = (struct hatch_route)HATCH_ROUTE_ARG(
		HATCH_GET, "/*", hatch_files, &folder->what);
	config->routes = &folder->route;
	config->route_count = 1;
	return folder;
}

void folder_free(struct folder *folder)
{
	if (folder != NULL)
		free((char *)folder->what.dir);
	free(folder);
}
