/* SPDX-License-Identifier: MIT */
/* A word of a command line for cmd and PowerShell; see print.h. No file has a quote in its name. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cert/print.h"

void print_quoted(const char *word)
{
	bool plain =
		word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_./\\:@+-")] == 0;

	printf(plain && *word ? "%s" : "\"%s\"", word);
}
