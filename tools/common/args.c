/* SPDX-License-Identifier: MIT */
/* Command lines from a table; see args.h. */
#include "common/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/say.h"

enum {
	HELP_COLUMN = 23, /* where the explanation of an option begins */
};

static void print_usage(const struct arg_command *command)
{
	const char *lead = "usage:";

	for (const char *at = command->usage; at; lead = "      ") {
		size_t len = strcspn(at, "\n");

		printf("%s %s %.*s\n", lead, command->name, (int)len, at);
		at = at[len] ? at + len + 1 : NULL;
	}
}

static void print_option(const struct arg_option *option)
{
	int column = printf("  --%s%s%s", option->name, option->value ? " " : "",
		option->value ? option->value : "");

	if (column > HELP_COLUMN - 2) {
		putchar('\n');
		column = 0;
	}
	for (const char *at = option->help; at; column = 0) {
		size_t len = strcspn(at, "\n");

		printf("%*s%.*s\n", HELP_COLUMN - column, "", (int)len, at);
		at = at[len] ? at + len + 1 : NULL;
	}
}

static void print_help(const struct arg_command *command)
{
	static const struct arg_option help = { .name = "help", .help = "print this" };

	print_usage(command);
	printf("\n%s\n\nOptions:\n", command->about);
	for (size_t i = 0; i < command->option_count; i++)
		print_option(&command->options[i]);
	print_option(&help);
	if (command->more)
		printf("\n%s\n", command->more);
}

static const struct arg_option *find_option(
	const struct arg_command *command, const char *name, size_t len)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct arg_option *option = &command->options[i];

		if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
	}
	return NULL;
}

static void list_add(struct arg_list *list, size_t max, const char *what, const char *item)
{
	if (list->count == max)
		die_usage("'%s' is one too many: at most %zu %s", item, max, what);
	list->item[list->count++] = item;
}

static void number_take(const struct arg_option *option, const char *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno || end == value || *end || number < option->min || number > option->max)
		die_usage("--%s wants a number from %ld to %ld", option->name, option->min,
			option->max);
	*option->number = number;
}

static void option_take(const struct arg_option *option, const char *value)
{
	if (option->number)
		number_take(option, value);
	else if (option->list)
		list_add(option->list, ARG_LIST_MAX, option->name, value);
	else
		*option->text = value;
}

/* Takes the option at argv[i]; returns how many arguments it was. */
static int option_parse(const struct arg_command *command, int argc, char **argv, int i)
{
	const char *name = argv[i] + 2;
	size_t len = strcspn(name, "=");
	const struct arg_option *option = find_option(command, name, len);

	if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
		print_help(command);
		exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	if (argv[i][1] != '-' || !option)
		die_usage("there is no option %.*s", (int)strcspn(argv[i], "="), argv[i]);
	if (option->on) {
		if (name[len])
			die_usage("--%s takes no value", option->name);
		*option->on = true;
		return 1;
	}
	if (name[len]) {
		option_take(option, name + len + 1);
		return 1;
	}
	if (i + 1 >= argc)
		die_usage("--%s wants a value (%s)", option->name, option->value);
	option_take(option, argv[i + 1]);
	return 2;
}

void args_parse(const struct arg_command *command, int argc, char **argv)
{
	size_t max = command->operands_max ? command->operands_max : ARG_LIST_MAX;
	bool options = true;
	int i = 1;

	say_set_program(command->name);
	while (i < argc) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			i++;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			i += option_parse(command, argc, argv, i);
		} else if (command->operands) {
			list_add(command->operands, max, "operands", argv[i++]);
		} else {
			die_usage("\"%s\" is one word too many", argv[i]);
		}
	}
}
