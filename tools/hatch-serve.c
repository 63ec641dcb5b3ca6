/* SPDX-License-Identifier: MIT */
/*
 * hatch-serve: a pretended device, or a folder, over HTTPS.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hatch.h>
#include <hatch_port.h>

#include "common/args.h"
#include "common/files.h"
#include "common/say.h"
#include "serve/account.h"
#include "serve/folder.h"
#include "serve/panel.h"
#include "serve/places.h"
#include "serve/uploads.h"
#include "serve/watch.h"

enum { FILE_MAX = 1 << 20, CONNECTIONS = 64 };

static struct {
	const char *cert, *key, *dir, *address, *ca, *name, *account, *uploads;
	long port, plain_port, connections;
	bool lan, quiet, verbose, redirect, self_signed;
} options = { .port = 8443, .connections = CONNECTIONS };

static struct hatch *server; /* for the signal handler */
static char why[256];        /* the library's last sentence about a failure */
static bool opened;

/* ---- what is printed ---- */

static void log_line(enum hatch_level level, const char *line)
{
	char when[16] = "";
	time_t now = time(NULL);
	watch_log(level, line);
	struct tm parts;
	if (!opened && level == HATCH_ERROR) {
		snprintf(why, sizeof(why), "%s", line);
		return;
	}
	if (localtime_r(&now, &parts) != NULL)
		strftime(when, sizeof(when), "%H:%M:%S", &parts);
	fprintf(stderr, "%s %s%s\n", when, level <= HATCH_WARN ? "warning: " : "", line);
}

static const char *host(void)
{
	if (options.name != NULL)
		return options.name;
	return options.address != NULL && options.address[0] != '\0' &&
			       strchr(options.address, ',') == NULL
		       ? options.address
		       : "localhost";
}

/* Of the part of a path up to its last slash. */
static int folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? 0 : (int)(slash - path) + 1;
}

static void greet(const char *program, const char *password)
{
	struct hatch_address ours[4];
	unsigned port = hatch_bound_port(server, true), plain = hatch_bound_port(server, false);
	const char *open = strchr(host(), ':') == NULL ? "" : "[", *end = open[0] ? "]" : "";
	const char *path = options.dir == NULL ? "api/status" : "";
	printf("\nHatch %s serves %s.\n\n", HATCH_VERSION,
		options.dir == NULL ? "a pretended device" : options.dir);
	printf("  Address    https://%s%s%s:%u/\n", open, host(), end, port);
	int count = options.lan && options.name == NULL
			    ? hatch_default_port.addresses(ours, HATCH_COUNT(ours))
			    : 0;
	for (int i = 0; i < count && i < (int)HATCH_COUNT(ours); i++) {
		bool v6 = strchr(ours[i].text, ':') != NULL;
		printf("             https://%s%s%s:%u/\n", v6 ? "[" : "", ours[i].text,
			v6 ? "]" : "", port);
	}
	if (plain != 0)
		printf("             http://%s%s%s:%u/%s\n", open, host(), end, plain,
			options.redirect ? " (leads to https)" : "");
	if (password != NULL)
		printf("  Log in     as admin with %s (for this run; --account FILE is for longer)\n",
			password);
	if (options.ca != NULL) {
		printf("  CA         %s\n", options.ca);
		printf("  Try        curl --cacert %s https://%s%s%s:%u/%s\n", options.ca, open,
			host(), end, port, path);
		printf("\n  A browser will say that the connection is not private, until it trusts that CA:\n"
		       "             %.*shatch-cert trust      (hatch-cert untrust takes it back)\n"
		       "  or go on past the warning, as long as it is this machine that you mean to reach.\n",
			folder_len(program), program);
	}
	if (options.self_signed)
		printf("\n  It has signed its certificate itself, so a browser will say that the connection is not\n"
		       "  private. Before you go on, see that it shows the SHA-256 fingerprint that the log shows.\n");
	printf("\n  Ctrl-C ends it.%s\n\n",
		options.quiet ? "" : " A line for each connection and each request:");
	fflush(stdout);
}

/* ---- opening ---- */

/* NULL where no file is named. */
static char *read_text(const char *path)
{
	unsigned char *bytes;
	size_t len;
	if (path == NULL)
		return NULL;
	if (file_read(path, FILE_MAX, &bytes, &len) != 0)
		die("%s: %s", path, strerror(errno));
	return (char *)bytes; /* file_read() puts a NUL behind it */
}

/* An address is in the certificate anyway. */
static const char *own_name(void)
{
	unsigned char address[16];
	if (options.name == NULL || inet_pton(AF_INET, options.name, address) == 1 ||
		inet_pton(AF_INET6, options.name, address) == 1)
		return "localhost";
	return options.name;
}

static const char *where(void)
{
	if (options.lan)
		return NULL;
	if (options.address != NULL)
		return options.address;
	return places_have_ipv6() ? "127.0.0.1,::1" : "127.0.0.1";
}

static _Noreturn void cannot_open(int error)
{
	if (error == HATCH_EADDR)
		die("port %ld is taken, or the address is not one of ours: choose another with --port "
		    "(make demo PORT=...)",
			options.port);
	if (error == HATCH_EACCESS)
		die("port %ld needs a right that you lack: choose one from 1024 on with --port (make "
		    "demo PORT=8443), or run as root",
			options.port);
	die("%s", why[0] != '\0' ? why : hatch_strerror(error));
}

static void on_signal(int number)
{
	(void)number;
	hatch_stop(server);
}

static void catch_signals(void)
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void fill(struct hatch_config *config, const struct hatch_port *platform,
	const struct hatch_identity *identity)
{
	config->platform = platform;
	config->identity = identity;
	config->port = options.port == 0 ? HATCH_PORT_ANY : (int32_t)options.port;
	if (options.plain_port >= 0)
		config->plain_port = options.plain_port == 0 ? HATCH_PORT_ANY
							     : (int32_t)options.plain_port;
	config->plain_handler = options.redirect ? hatch_to_https : NULL;
	config->address = where();
	config->max_conns = (uint16_t)options.connections;
	config->client_conns = config->max_conns;
	config->client_handshakes_per_min = HATCH_UNLIMITED;
	config->record_buffers = 64; /* a PC has memory: hardly anybody waits for them */
	config->log_level = options.verbose ? HATCH_DEBUG : options.quiet ? HATCH_WARN : HATCH_INFO;
	config->bodies = 8;
}

/* ---- the command line ---- */

static const struct arg_option table[] = {
	{ "cert", "FILE", "the certificate, or the chain with it first (PEM)",
		.text = &options.cert },
	{ "key", "FILE", "its private key (PEM)", .text = &options.key },
	{ "self-signed", NULL,
		"instead of both: make an identity for --name (default localhost) and for the\n"
		"addresses of this machine, and keep it in HATCH_STORE, or in\n"
		"~/.local/state/hatch if that is not set",
		.on = &options.self_signed },
	{ "dir", "FOLDER", "serve this folder instead of the pretended device",
		.text = &options.dir },
	{ "account", "FILE",
		"who may log in on the device's page: a file of yours alone with NAME:PASSWORD\n"
		"(default: admin, with a password that is made for this run and printed)",
		.text = &options.account },
	{ "uploads", "FOLDER",
		"let who has logged in put files of up to 1 GB into this folder (default: no)",
		.text = &options.uploads },
	{ "port", "N", "listen on port N for HTTPS (default 8443; 0: any free one)",
		.number = &options.port, .min = 0, .max = 65535 },
	{ "plain-port", "N", "listen for HTTP as well (0: any free one)",
		.number = &options.plain_port, .min = 0, .max = 65535 },
	{ "redirect", NULL, "on the plain port, lead everybody to HTTPS", .on = &options.redirect },
	{ "address", "ADDR", "listen on this address of ours (default: 127.0.0.1 and ::1)",
		.text = &options.address },
	{ "lan", NULL, "listen on every address, so that others can connect", .on = &options.lan },
	{ "connections", "N", "hold at most N connections at once (default 64)",
		.number = &options.connections, .min = 1, .max = 4096 },
	{ "ca", "FILE", "name this CA in the greeting, with a curl line", .text = &options.ca },
	{ "name", "NAME",
		"the name or address of this machine that the greeting shows, and the name that\n"
		"--self-signed is for",
		.text = &options.name },
	{ "quiet", NULL, "print no line for each connection and request", .on = &options.quiet },
	{ "verbose", NULL, "say also why each connection ended", .on = &options.verbose },
};

static const struct arg_command command = {
	.name = "hatch-serve",
	.usage = "--cert FILE --key FILE [option...]\n--self-signed [option...]",
	.about =
		"Serves a pretended device (a live page with a login, LEDs, a log, a chat; /api) or,\n"
		"with --dir, the files of a folder, over TLS 1.3 and 1.2.\n\n"
		"Make a certificate with hatch-cert server, bring one of any origin, or let it make one\n"
		"for itself, as a device does at its first start.",
	.more = "Examples:\n"
		"  hatch-cert server --name localhost --ip 127.0.0.1 --ip ::1 --out localhost\n"
		"  hatch-serve --cert localhost.pem --key localhost.key\n"
		"  hatch-serve --cert localhost.pem --key localhost.key --dir public --lan\n"
		"  hatch-serve --self-signed --name mypc --lan\n\n"
		"Ends with Ctrl-C or SIGTERM. Exit status: 0 ended so, 1 could not serve, 2 wrong use.",
	.options = table,
	.option_count = ARG_COUNT(table),
};

int main(int argc, char **argv)
{
	struct hatch_port platform = hatch_default_port;
	struct hatch_config config = HATCH_DEFAULTS;
	struct folder *folder = NULL;
	const struct hatch_group *uploads = NULL;
	const char *password = NULL;
	say_set_program("hatch-serve");
	options.plain_port = -1;
	args_parse(&command, argc, argv);
	if (options.self_signed && (options.cert != NULL || options.key != NULL))
		die_usage("--self-signed makes what --cert and --key would name");
	if (!options.self_signed && (options.cert == NULL || options.key == NULL))
		die_usage("--cert and --key are needed, or --self-signed");
	if (options.dir != NULL && (options.account != NULL || options.uploads != NULL))
		die_usage("--account and --uploads are for the device, not for --dir");
	if (options.redirect && options.plain_port < 0)
		die_usage("--redirect goes with --plain-port");
	char *cert = read_text(options.cert), *key = read_text(options.key);
	struct hatch_identity pem = HATCH_PEM(cert, key), own = HATCH_SELF_SIGNED(own_name());
	platform.log = log_line;
	platform.addresses = places_addresses;
	fill(&config, &platform, options.self_signed ? &own : &pem);
	if (options.uploads != NULL && (uploads = uploads_into(options.uploads)) == NULL)
		die("%s: %s", options.uploads, strerror(errno));
	if (options.dir == NULL) {
		password = account_set(options.account);
		panel_configure(&config, uploads);
		config.max_live = (uint16_t)(options.connections / 2); /* the rest for requests */
		config.publish_queue = 1 << 16;
		config.scratch = UPLOADS_SCRATCH;
	} else if ((folder = folder_configure(&config, options.dir)) == NULL)
		die("%s: %s", options.dir, strerror(errno));
	int error = hatch_open(&server, &config);
	if (error < 0)
		cannot_open(error);
	opened = true;
	if (key != NULL)
		file_forget((unsigned char *)key, strlen(key));
	if (options.dir == NULL && (error = panel_start(server)) < 0)
		die("%s", hatch_strerror(error));
	catch_signals();
	greet(argv[0], password);
	error = hatch_run(server);
	panel_stop();
	hatch_close(server);
	folder_free(folder);
	free(cert);
	if (error < 0)
		die("%s", hatch_strerror(error));
	fprintf(stderr, "\nhatch-serve: ended.\n");
	return 0;
}
