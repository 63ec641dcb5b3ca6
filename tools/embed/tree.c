/* SPDX-License-Identifier: MIT */
/* tree.c: see tree.h */
#define _XOPEN_SOURCE 700
#include "embed/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/files.h"
#include "common/say.h"

enum { DEPTH_MAX = 32 }; /* deeper is a link that leads back */

static void add(struct tree *tree, char *path, char *source)
{
	if (tree->count == tree->room) {
		tree->room = tree->room == 0 ? 64 : 2 * tree->room;
		tree->file = realloc(tree->file, tree->room * sizeof(*tree->file));
		if (tree->file == NULL)
			die("out of memory");
	}
	tree->file[tree->count].path = path;
	tree->file[tree->count++].source = source;
}

static void read_folder(struct tree *tree, const char *folder, const char *prefix, unsigned depth)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	if (dir == NULL)
		die("%s: %s", folder, strerror(errno));
	if (depth == DEPTH_MAX)
		die("%s: too many folders in each other; does a link lead back?", folder);
	while ((entry = readdir(dir)) != NULL) {
		struct stat what;
		if (entry->d_name[0] == '.')
			continue;
		char *source = path_join(folder, entry->d_name);
		char *path = path_add(prefix, entry->d_name);
		if (stat(source, &what) != 0)
			die("%s: %s", source, strerror(errno));
		if (S_ISREG(what.st_mode)) {
			add(tree, path, source);
			continue;
		}
		if (S_ISDIR(what.st_mode)) {
			char *below = path_add(path, "/");
			read_folder(tree, source, below, depth + 1);
			free(below);
		}
		free(source);
		free(path);
	}
	closedir(dir);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

void tree_read(struct tree *tree, const char *folder)
{
	memset(tree, 0, sizeof(*tree));
	read_folder(tree, folder, "", 0);
	if (tree->count > 0)
		qsort(tree->file, tree->count, sizeof(*tree->file), by_path);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->file[i].path);
		free(tree->file[i].source);
	}
	free(tree->file);
}

const struct tree_file *tree_find(const struct tree *tree, const char *path, const char *ending)
{
	struct tree_file key = { path_add(path, ending), NULL };
	const struct tree_file *found = tree->count == 0 ? NULL
							 : bsearch(&key, tree->file, tree->count,
								   sizeof(key), by_path);
	free(key.path);
	return found;
}
