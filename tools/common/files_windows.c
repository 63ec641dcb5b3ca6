/* SPDX-License-Identifier: MIT */
/* Files of the commands on Windows; see files.h. */
#include "common/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "common/file_parts.h"
#include "common/owner.h"
#include "common/say.h"
#include "common/wide.h"

const char path_separator[] = "\\";

static int fail_closed(HANDLE file, int error)
{
	CloseHandle(file);
	errno = error;
	return -1;
}

/* From here on as errno has it. */
static int fail(void)
{
	errno = wide_errno();
	return -1;
}

static DWORD attributes_of(const char *path)
{
	wchar_t *wide = wide_path(path);
	DWORD attributes = GetFileAttributesW(wide);

	free(wide);
	return attributes;
}

static int read_all(HANDLE file, unsigned char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		DWORD got;

		if (!ReadFile(file, bytes + done, (DWORD)(len - done), &got, NULL))
			return wide_errno();
		if (got == 0)
			return EIO;
		done += got;
	}
	return 0;
}

int file_read(const char *path, size_t max, unsigned char **bytes, size_t *len)
{
	DWORD attributes = attributes_of(path);
	wchar_t *wide;
	unsigned char *buffer;
	LARGE_INTEGER size;
	HANDLE file;
	int error;

	if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
		errno = EISDIR;
		return -1;
	}
	wide = wide_path(path);
	file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
		OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
	free(wide);
	if (file == INVALID_HANDLE_VALUE)
		return fail();
	if (GetFileType(file) != FILE_TYPE_DISK)
		return fail_closed(file, EINVAL);
	if (!GetFileSizeEx(file, &size))
		return fail_closed(file, wide_errno());
	if ((unsigned long long)size.QuadPart > max)
		return fail_closed(file, EFBIG);
	buffer = malloc((size_t)size.QuadPart + 1);
	if (!buffer)
		return fail_closed(file, ENOMEM);
	error = read_all(file, buffer, (size_t)size.QuadPart);
	if (error) {
		file_forget(buffer, (size_t)size.QuadPart);
		return fail_closed(file, error);
	}
	CloseHandle(file);
	buffer[size.QuadPart] = 0;
	*bytes = buffer;
	*len = (size_t)size.QuadPart;
	return 0;
}

bool file_exists(const char *path)
{
	return attributes_of(path) != INVALID_FILE_ATTRIBUTES;
}

bool file_is_open_to_others(const char *path)
{
	wchar_t *wide = wide_path(path);
	bool open = GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES && owner_is_not_alone(wide);

	free(wide);
	return open;
}

const char *path_last(const char *path)
{
	const char *at = strpbrk(path, "/\\:");

	return at ? path_last(at + 1) : path;
}

static int folder_make_one(const char *path, bool secret)
{
	wchar_t *wide = wide_path(path);
	bool made = CreateDirectoryW(wide, secret ? owner_only() : NULL);
	DWORD error = GetLastError();

	free(wide);
	if (made)
		return 0;
	if (error == ERROR_ALREADY_EXISTS) {
		if (attributes_of(path) & FILE_ATTRIBUTE_DIRECTORY)
			return 0;
		errno = ENOTDIR;
		return -1;
	}
	SetLastError(error);
	return fail();
}

/* From the top down, so that each is made as secret says; drives and shares are there already. */
int folder_make(const char *path, bool secret)
{
	char *copy = path_add(path, "");
	int result;

	for (char *at = copy; *at; at++) {
		char separator = *at;

		if (at == copy || (separator != '/' && separator != '\\'))
			continue;
		*at = 0;
		if (attributes_of(copy) == INVALID_FILE_ATTRIBUTES)
			(void)folder_make_one(copy, secret);
		*at = separator;
	}
	result = folder_make_one(copy, secret);
	free(copy);
	return result;
}

/* ---- parts of a set ----------------------------------------------------- */

static struct {
	volatile LONG held, interrupted;
} interrupts;

/* Runs in a thread of its own. */
static BOOL WINAPI on_interrupt(DWORD event)
{
	(void)event;
	if (!InterlockedCompareExchange(&interrupts.held, 0, 0))
		return FALSE; /* the usual: the program ends */
	InterlockedExchange(&interrupts.interrupted, 1);
	return TRUE;
}

void part_hold_interrupts(bool hold)
{
	static bool listening;

	if (!listening)
		listening = SetConsoleCtrlHandler(on_interrupt, TRUE);
	InterlockedExchange(&interrupts.held, hold);
	if (!hold && InterlockedCompareExchange(&interrupts.interrupted, 0, 0))
		ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
}

static HANDLE create_new(const char *path, bool secret)
{
	wchar_t *wide = wide_path(path);
	HANDLE file = CreateFileW(wide, GENERIC_WRITE, 0, secret ? owner_only() : NULL, CREATE_NEW,
		FILE_ATTRIBUTE_NORMAL, NULL);

	free(wide);
	return file;
}

static bool write_all(HANDLE file, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		DWORD put;

		if (!WriteFile(file, bytes, (DWORD)len, &put, NULL))
			return false;
		bytes += put;
		len -= put;
	}
	return true;
}

int part_stage(char **staged, const char *path, const void *bytes, size_t len, bool secret)
{
	static unsigned count;
	HANDLE file = INVALID_HANDLE_VALUE;
	char *name = NULL;

	/* CREATE_NEW refuses a name that is taken: then the next. */
	for (int tries = 0; tries < 100; tries++) {
		char ending[48];

		snprintf(ending, sizeof(ending), ".new-%lx-%x", GetCurrentProcessId(), count++);
		free(name);
		name = path_add(path, ending);
		file = create_new(name, secret);
		if (file != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_EXISTS)
			break;
	}
	if (file == INVALID_HANDLE_VALUE) {
		int error = wide_errno();

		free(name);
		errno = error;
		return -1;
	}
	*staged = name;
	if (!write_all(file, bytes, len) || !FlushFileBuffers(file))
		return fail_closed(file, wide_errno());
	CloseHandle(file);
	return 0;
}

int part_place(const char *staged, const char *path, bool replace)
{
	wchar_t *from = wide_path(staged);
	wchar_t *to = wide_path(path);
	/* Without REPLACE_EXISTING it refuses a name that is taken. */
	bool moved = MoveFileExW(
		from, to, MOVEFILE_WRITE_THROUGH | (replace ? MOVEFILE_REPLACE_EXISTING : 0));
	int error = moved ? 0 : wide_errno();

	free(from);
	free(to);
	if (moved)
		return 0;
	errno = error;
	return -1;
}

void part_remove(const char *staged)
{
	wchar_t *wide = wide_path(staged);

	DeleteFileW(wide);
	free(wide);
}
