/* SPDX-License-Identifier: MIT */
/* What the commands ask of a system, besides files, addresses and other programs. */
#ifndef TOOLS_COMMON_SYSTEM_H
#define TOOLS_COMMON_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/* First of all: the arguments are UTF-8 afterwards, and so is what the terminal takes. */
void system_start(int *argc, char ***argv);

bool system_can_ask(void);        /* a person is at stdin */
bool system_shows_progress(void); /* a person reads stderr */

/* Where the data of this user's programs lies, allocated; ends the program if nobody says. */
char *system_data_folder(void);

/* The names of this user and of this machine, or a stand-in. */
void system_user(char *name, size_t size);
void system_host(char *name, size_t size);

#endif
