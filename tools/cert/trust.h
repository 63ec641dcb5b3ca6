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
	TRUST_SHA1_SIZE = 41,
};

struct trust_step {
	const char *store;          /* for people: "system", "Firefox" */
	bool root;                  /* needs the rights of root */
	char *argv[TRUST_ARGS_MAX]; /* owned; ends in NULL */
};

struct trust_plan {
	const char *cert;           /* the PEM file of the CA */
	const char *der;            /* the same as DER */
	char name[TRUST_NAME_SIZE]; /* "hatch-1a2b3c4d": the same for trust and untrust */
	char sha1[TRUST_SHA1_SIZE]; /* in hexadecimal: what Windows and macOS call it by */
	bool remove;
	size_t count;
	struct trust_step step[TRUST_STEPS_MAX];
	bool lacks_certutil; /* a browser is there, but not the tool for its store */
	bool lacks_system;   /* no system store that we know */
};

/* Words up to a NULL. Copied. */
void trust_add(struct trust_plan *plan, const char *store, bool root, const char *word, ...);
void trust_free(struct trust_plan *plan);

/* What to look at: the system's store, Firefox's, Chrome's. */
struct trust_choice {
	bool system, firefox, chrome;
};

/* trust_linux.c, trust_macos.c, trust_windows.c: the steps for the stores of this machine. */
void trust_find(struct trust_plan *plan, const struct trust_choice *choice);

/* Which stores those are, for --help; and what to say when a browser's tool is missing. */
extern const char trust_stores_help[], trust_certutil_help[];

/* trust_other.c: what to do where we cannot do it. */
void trust_print_elsewhere(const char *pem, const char *der, bool remove);

void trust_print(const struct trust_plan *plan);

/* False if a step failed; says which. Steps that need root go through sudo if we are not. */
bool trust_run(const struct trust_plan *plan);

#endif
