/*
 * settings.c - see settings.h
 * SPDX-License-Identifier: MIT
 */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/hatch.h"
#include "board.h"
#include "store.h"

char *settings_text(const char *key)
{
	size_t len = STORE_VALUE_MAX;
	char *text = malloc(len + 1);
	if (text == NULL)
		board_fail("no memory for a setting");
	int error = store_get(key, text, &len);
	if (error == 0) {
		text[len] = '\0';
		return text;
	}
	free(text);
	if (error == HATCH_EGONE)
		return NULL;
	printf("board: the setting %s is damaged: write it again with flash.py, or delete the image\n",
		key);
	board_exit(BOARD_EXIT_BOOT);
}

long settings_number(const char *key, long otherwise)
{
	char *text = settings_text(key), *end;
	if (text == NULL)
		return otherwise;
	long value = strtol(text, &end, 10);
	if (end == text || *end != '\0') {
		printf("board: the setting %s is not a number: %s\n", key, text);
		board_exit(BOARD_EXIT_BOOT);
	}
	free(text);
	return value;
}
