/* SPDX-License-Identifier: MIT */
/* What files.h has that no system does differently. */
#include "common/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file_parts.h"
#include "common/say.h"

void file_forget(unsigned char *bytes, size_t len)
{
	/* Through volatile, so that the compiler does not drop writes before free(). */
	volatile unsigned char *at = bytes;

	if (!bytes)
		return;
	for (size_t i = 0; i < len; i++)
		at[i] = 0;
	free(bytes);
}

static char *join3(const char *a, const char *b, const char *c)
{
	size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
	char *path = malloc(size);

	if (!path)
		die("out of memory");
	snprintf(path, size, "%s%s%s", a, b, c);
	return path;
}

char *path_join(const char *folder, const char *name)
{
	return join3(folder, path_separator, name);
}

char *path_add(const char *path, const char *ending)
{
	return join3(path, ending, "");
}
