/* SPDX-License-Identifier: MIT */
/* The system where POSIX holds; see system.h. */
#define _POSIX_C_SOURCE 200809L
#include "common/system.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/say.h"

void system_start(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
}

bool system_can_ask(void)
{
	return isatty(STDIN_FILENO);
}

bool system_shows_progress(void)
{
	return isatty(STDERR_FILENO);
}

char *system_data_folder(void)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	/* The XDG specification: a relative path is to be ignored. */
	if (data && data[0] == '/')
		return path_add(data, "");
	if (home && home[0] == '/')
		return path_join(home, ".local/share");
	die("HOME is not set: say with --ca DIR where the CA lives");
}

void system_user(char *name, size_t size)
{
	const struct passwd *user = getpwuid(getuid());

	snprintf(name, size, "%s", user ? user->pw_name : "user");
}

void system_host(char *name, size_t size)
{
	/* A host name that is cut need not end in a NUL. */
	memset(name, 0, size);
	if (gethostname(name, size - 1) < 0 || !name[0])
		snprintf(name, size, "localhost");
}
