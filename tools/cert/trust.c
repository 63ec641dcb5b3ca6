/* SPDX-License-Identifier: MIT */
/* A list of commands, shown and run; see trust.h. */
#include "cert/trust.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/print.h"
#include "common/files.h"
#include "common/run.h"
#include "common/say.h"

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

static bool needs_sudo(const struct trust_step *step)
{
	return step->root && !run_may_all();
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

static int run_step(const struct trust_step *step)
{
	char *argv[TRUST_ARGS_MAX + 1];
	char sudo[] = "sudo";
	size_t count = 0;

	if (needs_sudo(step))
		argv[count++] = sudo;
	for (size_t i = 0; step->argv[i]; i++)
		argv[count++] = step->argv[i];
	argv[count] = NULL;
	/*
	 * What it prints goes to stderr: if our own output is cut off (| head), an update of the
	 * system's store must not die of it half-way.
	 */
	return run_program(argv, RUN_LOUD);
}

bool trust_run(const struct trust_plan *plan)
{
	bool sudo = run_finds("sudo");
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
