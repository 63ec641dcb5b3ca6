/* SPDX-License-Identifier: MIT */
/* Running other programs where POSIX holds; see run.h. */
#define _POSIX_C_SOURCE 200809L
#include "common/run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Also where an ordinary user's PATH does not lead. */
static const char *search_path(void)
{
	static char all[4096];
	const char *path = getenv("PATH");

	if (path && strstr(path, ":/usr/sbin:/sbin"))
		return path;
	snprintf(all, sizeof(all), "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	return all;
}

bool run_finds(const char *name)
{
	const char *at = search_path();
	char file[4096];

	while (*at) {
		size_t len = strcspn(at, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, at, name);
		if (len > 0 && access(file, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

bool run_may_all(void)
{
	return geteuid() == 0;
}

static int spawn(char *argv[], const posix_spawn_file_actions_t *actions)
{
	int status;
	pid_t pid;

	/* update-ca-certificates and its like lie in /usr/sbin. */
	setenv("PATH", search_path(), 1);
	fflush(stdout);
	errno = posix_spawnp(&pid, argv[0], actions, NULL, argv, environ);
	if (errno)
		return -1;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int run_program(char *argv[], enum run_output output)
{
	posix_spawn_file_actions_t actions;
	int status;

	posix_spawn_file_actions_init(&actions);
	if (output == RUN_QUIET) {
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	} else {
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	}
	status = spawn(argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}
