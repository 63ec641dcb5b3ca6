/*
 * settings.c - see settings.h
 * SPDX-License-Identifier: MIT
 */
#include "settings.h"

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
	if (error != HATCH_EGONE)
		board_fail("the flash cannot be read");
	return NULL;
}

long settings_number(const char *key, long otherwise)
{
	char *text = settings_text(key), *end;
	if (text == NULL)
		return otherwise;
	long value = strtol(text, &end, 10);
	if (end == text || *end != '\0')
		board_fail("a setting is not a number");
	free(text);
	return value;
}
