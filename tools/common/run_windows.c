/* SPDX-License-Identifier: MIT */
/* Running other programs on Windows; see run.h. */
#include "common/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "common/wide.h"

enum {
	LINE_MAX_LEN = 32000, /* Windows takes 32,767 */
};

/* One argument as CommandLineToArgvW() and the C library read it. Returns the new length. */
static size_t add_word(char *line, size_t len, const char *word)
{
	size_t slashes = 0;

	line[len++] = '"';
	for (; *word && len < LINE_MAX_LEN; word++) {
		slashes = *word == '\\' ? slashes + 1 : 0;
		/* Backslashes before a quotation mark count double, and it takes one more. */
		for (size_t i = 0; *word == '"' && i < slashes + 1; i++)
			line[len++] = '\\';
		line[len++] = *word;
	}
	for (size_t i = 0; i < slashes && len < LINE_MAX_LEN; i++)
		line[len++] = '\\';
	line[len++] = '"';
	line[len++] = ' ';
	return len;
}

static wchar_t *line_of(char *argv[])
{
	static char line[LINE_MAX_LEN + 64];
	size_t len = 0;

	for (size_t i = 0; argv[i]; i++) {
		if (len + 2 * strlen(argv[i]) > LINE_MAX_LEN)
			return NULL;
		len = add_word(line, len, argv[i]);
	}
	line[len] = 0;
	return wide_of(line);
}

static HANDLE open_nul(void)
{
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };

	return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
		&inherited, OPEN_EXISTING, 0, NULL);
}

static int await(PROCESS_INFORMATION *child)
{
	DWORD status = 128;

	WaitForSingleObject(child->hProcess, INFINITE);
	GetExitCodeProcess(child->hProcess, &status);
	CloseHandle(child->hThread);
	CloseHandle(child->hProcess);
	/* Some end with an error of 32 bits, which is not to look like our -1. */
	return status <= 255 ? (int)status : 128;
}

int run_program(char *argv[], enum run_output output)
{
	STARTUPINFOW how = { .cb = sizeof(how), .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION child;
	HANDLE nul = open_nul();
	wchar_t *line = line_of(argv);
	int status;

	if (!line) {
		CloseHandle(nul);
		errno = E2BIG;
		return -1;
	}
	how.hStdInput = output == RUN_QUIET ? nul : GetStdHandle(STD_INPUT_HANDLE);
	how.hStdOutput = output == RUN_QUIET ? nul : GetStdHandle(STD_ERROR_HANDLE);
	how.hStdError = how.hStdOutput;
	fflush(stdout);
	if (CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &how, &child)) {
		status = await(&child);
	} else {
		status = -1;
		errno = wide_errno();
	}
	free(line);
	CloseHandle(nul);
	return status;
}

bool run_finds(const char *name)
{
	wchar_t *wide = wide_of(name);
	wchar_t found[MAX_PATH];
	DWORD len = SearchPathW(NULL, wide, L".exe", MAX_PATH, found, NULL);

	free(wide);
	return len > 0;
}

/* No step asks for it on Windows: the store of the user is changed. */
bool run_may_all(void)
{
	return true;
}
