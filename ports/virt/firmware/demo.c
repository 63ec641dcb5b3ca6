/*
 * demo.c - the pretended device of hatch-serve, as firmware
 * SPDX-License-Identifier: MIT
 *
 * The letter q on the console ends it, as Ctrl-C ends hatch-serve.
 */
#include <stdio.h>

#include <hatch.h>
#include <hatch_port.h>

#include "board.h"
#include "firmware/demo.h"
#include "serve/watch.h"
#include "settings.h"
#include "start.h"

enum { LOOK_MS = 100 };

static void look_at_console(struct hatch *srv, void *arg)
{
	(void)arg;
	if (board_console_read() == 'q')
		hatch_stop(srv);
}

/* To the console, and to the page. */
static void log_line(enum hatch_level level, const char *line)
{
	watch_log(level, line);
	hatch_default_port.log(level, line);
}

/* What people outside of the emulator type: QEMU forwards a port of theirs to ours. */
static void greet(struct hatch *srv, const char *password)
{
	char *url = settings_text("url");
	struct hatch_address address = { .text = "" };
	(void)hatch_default_port.addresses(&address, 1);
	printf("\nHatch %s serves a pretended device on the virtual board.\n\n", HATCH_VERSION);
	printf("  Address    https://%s:%u/, inside of the emulator\n", address.text,
		hatch_bound_port(srv, true));
	if (url != NULL)
		printf("             %s from this machine\n", url);
	if (password != NULL)
		printf("  Log in     as admin with %s (for this run)\n", password);
	printf("\n  q ends it. A line for each connection and each request:\n\n");
}

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	struct hatch_port platform = hatch_default_port;
	const char *password = NULL;
	struct hatch *srv;
	board_start();
	platform.log = log_line;
	config.platform = &platform;
	config.identity = board_identity();
	config.plain_port = (int32_t)settings_number("plain_port", HATCH_PORT_NONE);
	config.max_conns = (uint16_t)settings_number("connections", 8);
	config.max_requests = 2;
	int error = demo_configure(&config, &password);
	if (error == 0)
		error = hatch_open(&srv, &config);
	board_forget_identity();
	if (error == 0)
		error = demo_start(srv);
	if (error == 0)
		error = hatch_every(srv, LOOK_MS, look_at_console, NULL);
	if (error < 0) {
		printf("hatch: %s\n", hatch_strerror(error));
		return 1;
	}
	greet(srv, password);
	error = hatch_run(srv);
	hatch_close(srv);
	board_report();
	return error < 0 ? 1 : 0;
}
