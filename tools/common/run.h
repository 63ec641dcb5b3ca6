/* SPDX-License-Identifier: MIT */
/* Running other programs, never through a shell. */
#ifndef TOOLS_COMMON_RUN_H
#define TOOLS_COMMON_RUN_H

#include <stdbool.h>

enum run_output {
	RUN_QUIET, /* nothing in, nothing out */
	RUN_LOUD,  /* what it prints goes to our stderr */
};

/* Waits for it. The exit status, or -1 with errno. argv ends in NULL. */
int run_program(char *argv[], enum run_output output);

/* Where PATH, or the folders of the system's programs, have it. */
bool run_finds(const char *name);

bool run_may_all(void); /* we are root */

#endif
