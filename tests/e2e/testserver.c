/* SPDX-License-Identifier: MIT */
/*
 * testserver: what the end-to-end tests talk to.
 *
 *	testserver CERT KEY [name=value...]
 *
 * The names are those of struct hatch_config, and a few switches of our own (settings[] in
 * testroutes.c).  The ports are printed on stdout, one line "SECURE PLAIN" for each server.  Ends
 * with SIGINT or SIGTERM.  /counters says what has happened so far.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "testroutes.h"

static _Noreturn void wrong(const char *what)
{
	fprintf(stderr, "testserver: %s\n", what);
	exit(2);
}

/* With a NUL behind it. */
static char *read_text(const char *path)
{
	enum { MOST = 1 << 16 };
	char *text = calloc(1, MOST + 1);
	FILE *file = fopen(path, "rb");
	if (file == NULL || text == NULL)
		wrong(path);
	size_t len = fread(text, 1, MOST, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

static void on_signal(int number)
{
	(void)number;
	test_stop();
}

static void catch_signals(void (*handler)(int))
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void log_line(enum hatch_level level, const char *line)
{
	fprintf(stderr, "%d %s\n", (int)level, line);
}

void test_sleep_ms(long ms)
{
	struct timespec nap = { ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&nap, NULL);
}

int main(int argc, char **argv)
{
	struct hatch_port platform = hatch_default_port;
	if (argc < 3)
		wrong("testserver CERT KEY [name=value...]");
	char *cert = read_text(argv[1]), *key = read_text(argv[2]);
	struct hatch_identity identity = HATCH_PEM(cert, key);
	struct test_place place = { &platform, &identity, HATCH_PORT_ANY, HATCH_PORT_ANY,
		"127.0.0.1" };
	for (int i = 3; i < argc; i++)
		if (!test_set(argv[i]))
			wrong(argv[i]);
	platform.log = log_line;
	int error = test_start(&place);
	if (error < 0) {
		fprintf(stderr, "testserver: %s\n", hatch_strerror(error));
		return 1;
	}
	catch_signals(on_signal);
	error = test_run();
	catch_signals(SIG_IGN); /* a closed server cannot be stopped */
	bool good = test_close();
	free(cert);
	free(key);
	return error == 0 && good ? 0 : 1;
}
