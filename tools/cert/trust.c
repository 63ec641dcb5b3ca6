/* SPDX-License-Identifier: MIT */
/* A list of commands, shown and run; see trust.h. */
#define _POSIX_C_SOURCE 200809L
#include "cert/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cert/print.h"
#include "common/files.h"
#include "common/say.h"

extern char **environ;

void trust_add(struct trust_plan *plan, const char *store, bool root, const char *word, ...)
{
	struct trust_step *step = &plan->step[plan->count];
	size_t count = 0;
	va_list list;

	if (plan->count == TRUST_STEPS_MAX)
		die("more than %d steps: choose with --system, --firefox or --chrome",
			TRUST_STEPS_MAX);
	step->store = store;
	step->root = root;
	va_start(list, word);
	for (; word && count < TRUST_ARGS_MAX - 1; word = va_arg(list, const char *))
		step->argv[count++] = path_add(word, "");
	va_end(list);
	step->argv[count] = NULL;
	plan->count++;
}

void trust_free(struct trust_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		for (char **word = plan->step[i].argv; *word; word++)
			free(*word);
	}
	plan->count = 0;
}

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

bool trust_has_program(const char *name)
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

static bool needs_sudo(const struct trust_step *step)
{
	return step->root && geteuid() != 0;
}

static void print_step(const struct trust_step *step)
{
	printf("  %-8s %s", step->store, needs_sudo(step) ? "sudo " : "");
	for (size_t i = 0; step->argv[i]; i++) {
		if (i > 0)
			putchar(' ');
		print_quoted(step->argv[i]);
	}
	putchar('\n');
}

void trust_print(const struct trust_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		print_step(&plan->step[i]);
}

static int run(char *argv[], const posix_spawn_file_actions_t *actions)
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

int trust_run_quietly(char *argv[])
{
	posix_spawn_file_actions_t actions;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	status = run(argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

static int run_step(const struct trust_step *step)
{
	char *argv[TRUST_ARGS_MAX + 1];
	posix_spawn_file_actions_t actions;
	char sudo[] = "sudo";
	size_t count = 0;
	int status;

	if (needs_sudo(step))
		argv[count++] = sudo;
	for (size_t i = 0; step->argv[i]; i++)
		argv[count++] = step->argv[i];
	argv[count] = NULL;
	/*
	 * What it prints goes to stderr: if our own output is cut off (| head), an update of the
	 * system's store must not die of it half-way.
	 */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	status = run(argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

bool trust_run(const struct trust_plan *plan)
{
	bool sudo = trust_has_program("sudo");
	bool good = true;

	for (size_t i = 0; i < plan->count; i++) {
		const struct trust_step *step = &plan->step[i];
		int status;

		if (needs_sudo(step) && !sudo) {
			warn("this one needs root, and there is no sudo: run it as root");
			print_step(step);
			good = false;
			continue;
		}
		status = run_step(step);
		if (status == 0)
			continue;
		good = false;
		if (status < 0)
			warn("%s: cannot run %s: %s", step->store, step->argv[0], strerror(errno));
		else
			warn("%s: %s ended with status %d", step->store, step->argv[0], status);
	}
	return good;
}
