/* SPDX-License-Identifier: MIT */
/* A word of a command line for sh and those like it; see print.h. */
#include <stdio.h>
#include <string.h>

#include "cert/print.h"

void print_quoted(const char *word)
{
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			      "_./:@%+=,-[]")] == 0 &&
		*word) {
		printf("%s", word);
		return;
	}
	putchar('\'');
	for (; *word; word++) {
		if (*word == '\'')
			printf("'\\''");
		else
			putchar(*word);
	}
	putchar('\'');
}
