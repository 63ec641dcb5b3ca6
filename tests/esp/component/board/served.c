/*
 * served.c - see served.h
 * SPDX-License-Identifier: MIT
 */
#include "served.h"

#include <stdio.h>
#include <stdlib.h>

static char *read_file(const char *path)
{
	static char text[2][8192];
	static int used;
	FILE *file = fopen(path, "rb");
	if (file == NULL || used == 2)
		abort();
	size_t len = fread(text[used], 1, sizeof(text[used]) - 1, file);
	text[used][len] = '\0';
	fclose(file);
	return text[used++];
}

int serve_this(struct hatch_config *config, hatch_call *begin, const char *cert, const char *key)
{
	struct hatch *server;
	struct hatch_identity me = HATCH_PEM(NULL, NULL);
	me.cert.ptr = read_file(cert);
	me.key.ptr = read_file(key);
	config->identity = &me;
	config->port = HATCH_PORT_ANY;
	config->plain_port = HATCH_PORT_ANY;
	config->plain_handler = hatch_to_https;
	config->address = "127.0.0.1";
	if (hatch_open(&server, config) < 0)
		return 1;
	if (begin != NULL && hatch_post(server, begin, NULL) < 0)
		return 1;
	printf("ports %u %u\n", hatch_bound_port(server, true), hatch_bound_port(server, false));
	hatch_run(server);
	hatch_close(server);
	return 0;
}

int serve_here(const struct hatch_route *routes, size_t count, const char *cert, const char *key)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.routes = routes;
	config.route_count = count;
	return serve_this(&config, NULL, cert, key);
}
