/* SPDX-License-Identifier: MIT */
/* Windows's strings and errors; see wide.h. */
#include "common/wide.h"

#include <errno.h>
#include <stdlib.h>

#include <windows.h>

#include "common/say.h"

static wchar_t *room_for(size_t count)
{
	wchar_t *room = malloc(count * sizeof(*room));

	if (!room)
		die("out of memory");
	return room;
}

wchar_t *wide_of(const char *text)
{
	int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
	wchar_t *wide;

	if (count <= 0)
		die("a name is not UTF-8");
	wide = room_for((size_t)count);
	MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, count);
	return wide;
}

char *narrow_of(const wchar_t *text)
{
	int count = WideCharToMultiByte(
		CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, NULL, 0, NULL, NULL);
	char *narrow;

	if (count <= 0)
		die("a name has half a character in it, and cannot be used");
	narrow = malloc((size_t)count);
	if (!narrow)
		die("out of memory");
	WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, narrow, count, NULL, NULL);
	return narrow;
}

wchar_t *wide_path(const char *path)
{
	wchar_t *given = wide_of(path);
	DWORD size = GetFullPathNameW(given, 0, NULL, NULL);
	wchar_t *full;
	DWORD len;

	/* Paths of the usual length stay as they are. The prefix takes full paths only. */
	if (size < MAX_PATH - 32 || wcsncmp(given, L"\\\\", 2) == 0)
		return given;
	full = room_for(size + 4);
	wmemcpy(full, L"\\\\?\\", 4);
	len = GetFullPathNameW(given, size, full + 4, NULL);
	if (len == 0 || len >= size)
		die("%s: Windows does not know what that names", path);
	free(given);
	return full;
}

char *wide_getenv(const wchar_t *name)
{
	const wchar_t *value = _wgetenv(name);

	return value && *value ? narrow_of(value) : NULL;
}

int wide_errno(void)
{
	static const struct {
		DWORD error;
		int number;
	} known[] = {
		{ ERROR_FILE_NOT_FOUND, ENOENT },
		{ ERROR_PATH_NOT_FOUND, ENOENT },
		{ ERROR_INVALID_NAME, ENOENT },
		{ ERROR_ACCESS_DENIED, EACCES },
		{ ERROR_SHARING_VIOLATION, EACCES },
		{ ERROR_WRITE_PROTECT, EROFS },
		{ ERROR_ALREADY_EXISTS, EEXIST },
		{ ERROR_FILE_EXISTS, EEXIST },
		{ ERROR_DISK_FULL, ENOSPC },
		{ ERROR_HANDLE_DISK_FULL, ENOSPC },
		{ ERROR_DIRECTORY, ENOTDIR },
		{ ERROR_NOT_ENOUGH_MEMORY, ENOMEM },
		{ ERROR_OUTOFMEMORY, ENOMEM },
	};
	DWORD error = GetLastError();

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].error == error)
			return known[i].number;
	}
	return EIO;
}
