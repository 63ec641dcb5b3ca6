/* SPDX-License-Identifier: MIT */
/* The files of a folder, by the paths that URLs will have. */
#ifndef TOOLS_EMBED_TREE_H
#define TOOLS_EMBED_TREE_H

#include <stddef.h>

struct tree_file {
	char *path;   /* below the folder, without a slash before it */
	char *source; /* where it is */
};

struct tree {
	struct tree_file *file; /* in the order of strcmp() of their paths */
	size_t count, room;
};

/*
 * Ends the program with a sentence if something cannot be read.  Left out: names that begin with a
 * dot, and what is neither a file nor a folder.  Links are followed, but not in circles.
 */
void tree_read(struct tree *tree, const char *folder);
void tree_free(struct tree *tree);

/* NULL: there is none of that path with that ending. */
const struct tree_file *tree_find(const struct tree *tree, const char *path, const char *ending);

#endif
