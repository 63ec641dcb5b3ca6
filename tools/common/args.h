/* SPDX-License-Identifier: MIT */
/*
 * Command lines from a table: the same table that is parsed is printed by --help, so the two
 * cannot disagree.
 *
 *	static const struct arg_option options[] = {
 *		{ "port", "N", "listen on port N (default: a free one)", .number = &port,
 *		  .min = 1, .max = 65535 },
 *		{ "quiet", NULL, "print nothing but errors", .on = &quiet },
 *	};
 *	static const struct arg_command command = {
 *		.name = "hatch-serve", .usage = "[option...] [folder]",
 *		.about = "Serves a folder over HTTPS.", .options = options,
 *		.option_count = ARG_COUNT(options), .operands = &folders,
 *	};
 *	args_parse(&command, argc, argv);
 *
 * Options are `--name value` or `--name=value`; `--` ends them. -h and --help are always there.
 */
#ifndef TOOLS_COMMON_ARGS_H
#define TOOLS_COMMON_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#define ARG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	ARG_LIST_MAX = 64,
};

/* An option that may be given more than once, or the operands. Strings are those of argv. */
struct arg_list {
	size_t count;
	const char *item[ARG_LIST_MAX];
};

/* Exactly one of on, text, number and list is set: it says what the option takes. */
struct arg_option {
	const char *name;  /* without the dashes */
	const char *value; /* what --help calls the value; NULL for a switch */
	const char *help;  /* lines are separated by \n */
	bool *on;
	const char **text;
	long *number; /* min..max, decimal */
	struct arg_list *list;
	long min, max;
};

struct arg_command {
	const char *name;  /* begins every message */
	const char *usage; /* what follows the name; several forms are separated by \n */
	const char *about; /* paragraphs before the options */
	const char *more;  /* paragraphs after the options; may be NULL */
	const struct arg_option *options;
	size_t option_count;
	struct arg_list *operands; /* NULL: none are taken */
	size_t operands_max;       /* zero: ARG_LIST_MAX */
};

/*
 * Returns if everything fits. Prints the help and exits with 0 if asked for it, and exits with 2
 * and one line on stderr if something is wrong. argv[0] is skipped.
 */
void args_parse(const struct arg_command *command, int argc, char **argv);

#endif
