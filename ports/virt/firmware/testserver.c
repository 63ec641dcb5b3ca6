/*
 * testserver.c - the server of the end-to-end tests, as firmware
 * SPDX-License-Identifier: MIT
 *
 * The setting "args" is what stands on its command line elsewhere.  The letter q on the console
 * ends it; it then says whether all is well, and what stacks and heap have seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "settings.h"
#include "start.h"
#include "testroutes.h"
#include "task.h"
#include "trouble.h"

void test_sleep_ms(long ms)
{
	static const char nobody = 0;
	(void)task_wait(&nobody, (uint32_t)ms);
}

/* A task, since the server's own is busy serving. */
static void watch_console(void *arg)
{
	(void)arg;
	while (board_console_read() != 'q')
		test_sleep_ms(20);
	test_stop();
}

static void set_all(void)
{
	char *args = settings_text("args"), *word = args;
	while (word != NULL && *word != '\0') {
		char *end = word + strcspn(word, " ");
		char *next = *end == '\0' ? end : end + 1;
		*end = '\0';
		if (!trouble(word) && !test_set(word)) {
			printf("testserver: no such setting: %s\n", word);
			exit(2);
		}
		word = next;
	}
	free(args);
}

int main(void)
{
	struct test_place place = { &hatch_default_port, NULL, 443, 80, NULL };
	board_start();
	set_all();
	place.identity = board_identity();
	int error = test_start(&place);
	board_forget_identity();
	if (error < 0) {
		printf("testserver: %s\n", hatch_strerror(error));
		return 1;
	}
	struct task *watch = task_start("console", 2048, watch_console, NULL);
	error = watch == NULL ? HATCH_ENOMEM : test_run();
	bool good = test_close();
	board_report();
	printf("testserver: ended\n");
	return error == 0 && good ? 0 : 1;
}
