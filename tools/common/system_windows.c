/* SPDX-License-Identifier: MIT */
/* Windows; see system.h. */
#include "common/system.h"

#include <stdio.h>
#include <stdlib.h>

#include <windows.h>

#include <shellapi.h>

#include "common/say.h"
#include "common/wide.h"

static UINT code_page_before;

static void restore_code_page(void)
{
	SetConsoleOutputCP(code_page_before);
}

/* main()'s arguments are in an old code page, with every * made a list of files. */
void system_start(int *argc, char ***argv)
{
	wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), argc);
	char **narrow = wide ? calloc((size_t)*argc + 1, sizeof(*narrow)) : NULL;

	if (!narrow)
		die("out of memory");
	for (int i = 0; i < *argc; i++)
		narrow[i] = narrow_of(wide[i]);
	LocalFree(wide);
	*argv = narrow;
	/* The console's, which outlives the program; 0: there is none. */
	code_page_before = GetConsoleOutputCP();
	if (code_page_before != 0 && SetConsoleOutputCP(CP_UTF8))
		atexit(restore_code_page);
}

/* _isatty() takes NUL for a terminal. */
static bool is_console(DWORD which)
{
	DWORD mode;

	return GetConsoleMode(GetStdHandle(which), &mode);
}

bool system_can_ask(void)
{
	return is_console(STD_INPUT_HANDLE);
}

bool system_shows_progress(void)
{
	return is_console(STD_ERROR_HANDLE);
}

char *system_data_folder(void)
{
	char *data = wide_getenv(L"LOCALAPPDATA");

	if (!data)
		die("LOCALAPPDATA is not set: say with --ca DIR where the CA lives");
	return data;
}

void system_user(char *name, size_t size)
{
	char *user = wide_getenv(L"USERNAME");

	snprintf(name, size, "%s", user ? user : "user");
	free(user);
}

void system_host(char *name, size_t size)
{
	char *host = wide_getenv(L"COMPUTERNAME");

	snprintf(name, size, "%s", host ? host : "localhost");
	free(host);
}
