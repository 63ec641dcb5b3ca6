/* SPDX-License-Identifier: MIT */
/*
 * Putting the CA into the stores of this machine, as a list of commands: what is shown to the user
 * is what runs, and nothing goes through a shell.
 */
#ifndef TOOLS_CERT_TRUST_H
#define TOOLS_CERT_TRUST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TRUST_STEPS_MAX = 64,
	TRUST_ARGS_MAX = 16,
	TRUST_NAME_SIZE = 32,
};

struct trust_step {
	const char *store;          /* for people: "system", "Firefox" */
	bool root;                  /* needs the rights of root */
	char *argv[TRUST_ARGS_MAX]; /* owned; ends in NULL */
};

struct trust_plan {
	const char *cert;           /* the PEM file of the CA */
	char name[TRUST_NAME_SIZE]; /* "hatch-1a2b3c4d": the same for trust and untrust */
	bool remove;
	size_t count;
	struct trust_step step[TRUST_STEPS_MAX];
	bool lacks_certutil; /* a browser is there, but not the tool for its store */
	bool lacks_system;   /* no system store that we know */
};

/* Words up to a NULL. Copied. */
void trust_add(struct trust_plan *plan, const char *store, bool root, const char *word, ...);
void trust_free(struct trust_plan *plan);

/* trust_stores.c: look for the stores of this machine and add their steps. */
void trust_find_system(struct trust_plan *plan);
void trust_find_browsers(struct trust_plan *plan, bool firefox, bool chrome);

/* trust_other.c: what to do where we cannot do it. */
void trust_print_elsewhere(const char *pem, const char *der, bool remove);

void trust_print(const struct trust_plan *plan);

/* False if a step failed; says which. Steps that need root go through sudo if we are not. */
bool trust_run(const struct trust_plan *plan);

/* The exit status, or -1 with errno. */
int trust_run_quietly(char *argv[]);

/* Where PATH, or the folders of root, have the program. */
bool trust_has_program(const char *name);

#endif
