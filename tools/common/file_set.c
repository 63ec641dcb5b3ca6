/* SPDX-License-Identifier: MIT */
/* Files that appear together or not at all; see files.h. */
#include <errno.h>
#include <stdlib.h>

#include "common/file_parts.h"
#include "common/files.h"

static void hold(struct file_set *set, bool on)
{
	if (set->holding != on)
		part_hold_interrupts(on);
	set->holding = on;
}

int file_set_add(struct file_set *set, const char *path, const void *bytes, size_t len, bool secret)
{
	char *staged = NULL;
	int result;

	if (set->count == FILE_SET_MAX) {
		errno = ENOSPC;
		return -1;
	}
	hold(set, true);
	result = part_stage(&staged, path, bytes, len, secret);
	if (staged) {
		set->item[set->count].path = path;
		set->item[set->count].staged = staged;
		set->count++;
	}
	return result;
}

int file_set_commit(struct file_set *set, bool replace)
{
	for (size_t i = 0; i < set->count && !replace; i++) {
		if (file_exists(set->item[i].path)) {
			errno = EEXIST;
			return -1;
		}
	}
	for (size_t i = 0; i < set->count; i++) {
		if (part_place(set->item[i].staged, set->item[i].path, replace) < 0)
			return -1;
		free(set->item[i].staged);
		set->item[i].staged = NULL;
	}
	file_set_drop(set);
	return 0;
}

void file_set_drop(struct file_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->item[i].staged)
			part_remove(set->item[i].staged);
		free(set->item[i].staged);
		set->item[i].staged = NULL;
	}
	set->count = 0;
	hold(set, false);
}
