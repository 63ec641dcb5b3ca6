/*
 * webserver.c - a server with what hatch_web.h offers, for the end-to-end tests
 * SPDX-License-Identifier: MIT
 *
 * webserver CERT KEY FOLDER [HANDSHAKES [REQUESTS]]: prints the ports; FOLDER is served below
 * /files/ and written by PUT.  HANDSHAKES and REQUESTS of one client in a minute: no limit.
 */
#include <hatch_web.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "site.h" /* hatch-embed tests/e2e/site */

static struct hatch *server;
static struct hatch_folder folder, listed;
static struct hatch_site alone; /* the same files, for a page that routes by itself */

/* ---- forms ---- */

static int form(struct hatch_req *req)
{
	struct hatch_span name = hatch_form(req, "name"), more = hatch_form(req, "more");
	return hatch_send_json(req, 200, "{\"name\":\"%.*s\",\"has_more\":%d}\n", (int)name.len,
		name.ptr == NULL ? "" : name.ptr, more.ptr != NULL);
}

struct seen {
	unsigned parts, files;
	uint64_t bytes;
	uint32_t sum;
};

static int data(
	struct hatch_req *req, const struct hatch_part *part, struct hatch_span piece, void *arg)
{
	struct seen *seen = arg;
	(void)req;
	(void)part;
	for (size_t i = 0; i < piece.len; i++)
		seen->sum = seen->sum * 31 + (unsigned char)piece.ptr[i];
	seen->bytes += piece.len;
	return 0;
}

static int end(struct hatch_req *req, const struct hatch_part *part, void *arg)
{
	struct seen *seen = arg;
	(void)req;
	seen->parts++;
	seen->files += part->filename.ptr != NULL;
	return 0;
}

static int done(struct hatch_req *req, void *arg)
{
	struct seen *seen = arg;
	return hatch_send_json(req, 200, "{\"parts\":%u,\"files\":%u,\"bytes\":%llu,\"sum\":%lu}\n",
		seen->parts, seen->files, (unsigned long long)seen->bytes,
		(unsigned long)seen->sum);
}

static const struct hatch_parts parts = {
	.data = data, .end = end, .done = done, .part_max = 2000000000, .parts_max = 4
};
static const struct hatch_parts small = { .data = data, .done = done, .part_max = 100 };

static int upload(struct hatch_req *req)
{
	struct seen *seen = hatch_scratch(req, sizeof(*seen));
	return seen == NULL ? HATCH_ENOMEM : hatch_receive_parts(req, hatch_arg(req), seen);
}

/* ---- firmware: into a file that takes the place of another when it is whole ---- */

static char image[512], next_image[512];
static FILE *writing;

static int begin_image(void *arg, uint64_t len)
{
	(void)arg;
	(void)len;
	writing = fopen(next_image, "wb");
	return writing == NULL ? HATCH_EPORT : 0;
}

static int write_image(void *arg, struct hatch_span piece)
{
	(void)arg;
	return fwrite(piece.ptr, 1, piece.len, writing) == piece.len ? 0 : HATCH_EPORT;
}

static int finish_image(void *arg)
{
	(void)arg;
	fclose(writing);
	writing = NULL;
	return rename(next_image, image) == 0 ? 0 : HATCH_EPORT;
}

static void abort_image(void *arg)
{
	(void)arg;
	if (writing != NULL)
		fclose(writing);
	writing = NULL;
	remove(next_image);
}

static struct hatch_updater update = { .begin = begin_image,
	.write = write_image,
	.finish = finish_image,
	.abort = abort_image,
	.max = 1000000 };
static struct hatch_updater careful;

/* ---- fields for browsers ---- */

static int say_ok(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "ok\n");
}

static const struct hatch_cors_rule some = { .origins = "https://a.example, https://b.example",
	.methods = "GET, PUT",
	.headers = "X-A",
	.credentials = true };
static const struct hatch_cors_rule all = { .origins = "*" };
static const struct hatch_cors_rule wrong = { .origins = "*", .credentials = true };
static const struct hatch_secure_rule strict = { "default-src 'self'", 1000, false };
static const struct hatch_hook for_some[] = { { hatch_cors, &some },
	{ hatch_secure_fields, &strict }, { hatch_request_id, NULL } };
static const struct hatch_hook for_all[] = { { hatch_cors, &all }, { hatch_secure_fields, NULL } };
static const struct hatch_hook for_wrong[] = { { hatch_cors, &wrong } };
static const struct hatch_policy cors_some = { .after = for_some, .after_count = 3 };
static const struct hatch_policy cors_all = { .after = for_all, .after_count = 2 };
static const struct hatch_policy cors_wrong = { .after = for_wrong, .after_count = 1 };

/* ---- who may ---- */

static int who(struct hatch_req *req)
{
	return hatch_send_json(
		req, 200, "{\"who\":\"%.*s\"}\n", (int)hatch_who(req).len, hatch_who(req).ptr);
}

static struct hatch_attempts attempts;
static const struct hatch_accounts patient = { members_people, 2, NULL, NULL, "door", NULL };
static const struct hatch_accounts careful_users = { members_people, 2, NULL, NULL, "door",
	&attempts };
static struct hatch_digest digest = { .users = &patient };
static struct hatch_digest hashing = { .users = &careful_users, .userhash = true, .nonce_s = 1 };
static const struct hatch_hook by_digest[] = { { hatch_digest_auth, &digest } };
static const struct hatch_hook by_hashing[] = { { hatch_digest_auth, &hashing } };
static const struct hatch_accounts crowded_users = { members_people, 2, NULL, NULL, "crowd",
	&members_attempts };
static struct hatch_digest crowd = { .users = &crowded_users };
static const struct hatch_hook by_crowd[] = { { hatch_digest_auth, &crowd } };
static const struct hatch_hook by_basic[] = { { hatch_basic_auth, &crowded_users } };
static const struct hatch_policy crowded = { .guards = by_crowd, .guard_count = 1 };
static const struct hatch_policy basic = { .guards = by_basic, .guard_count = 1 };
static const struct hatch_policy digested = { .guards = by_digest, .guard_count = 1 };
static const struct hatch_policy hashed = { .guards = by_hashing, .guard_count = 1 };

/* ---- the server ---- */

static const struct hatch_policy collects = { .body_max = 1000 };
static const struct hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_POST, "/form", form, NULL, &collects),
	HATCH_ROUTE_ARG(HATCH_POST, "/parts", upload, &parts),
	HATCH_ROUTE_ARG(HATCH_POST, "/small", upload, &small),
	HATCH_ROUTE_WITH(HATCH_GET, "/cors/some", say_ok, NULL, &cors_some),
	HATCH_ROUTE_WITH(HATCH_OPTIONS, "/cors/some", hatch_cors_preflight, &some, &cors_some),
	HATCH_ROUTE_WITH(HATCH_GET, "/cors/all", say_ok, NULL, &cors_all),
	HATCH_ROUTE_WITH(HATCH_GET, "/cors/wrong", say_ok, NULL, &cors_wrong),
	HATCH_ROUTE_ARG(HATCH_PUT | HATCH_POST, "/update", hatch_update, &update),
	HATCH_ROUTE_ARG(HATCH_PUT, "/careful", hatch_update, &careful),
	HATCH_ROUTE_WITH(HATCH_GET | HATCH_POST, "/digest/*", who, NULL, &digested),
	HATCH_ROUTE_WITH(HATCH_GET, "/hashed", who, NULL, &hashed),
	HATCH_ROUTE_WITH(HATCH_GET, "/crowd", who, NULL, &crowded),
	HATCH_ROUTE_WITH(HATCH_GET, "/basic", who, NULL, &basic),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", members_login, NULL, &members_open),
	HATCH_ROUTE_WITH(HATCH_GET, "/members/", members_page, NULL, &members_inside),
	HATCH_ROUTE_WITH(HATCH_POST, "/members/colour", members_save, NULL, &members_form),
	HATCH_ROUTE_WITH(HATCH_POST, "/members/logout", members_logout, NULL, &members_form),
	HATCH_ROUTE_WITH(
		HATCH_PUT, "/members/files/*", hatch_files_put, &members_folder, &members_inside),
	HATCH_ROUTE(HATCH_GET, "/metrics", hatch_metrics),
	HATCH_ROUTE(HATCH_GET, "/metrics.json", hatch_metrics_json),
	HATCH_ROUTE_ARG(HATCH_GET, "/files/*", hatch_files, &folder),
	HATCH_ROUTE_ARG(HATCH_GET, "/listed/*", hatch_files, &listed),
	HATCH_ROUTE_ARG(HATCH_PUT, "/files/*", hatch_files_put, &folder),
	HATCH_ROUTE_ARG(HATCH_GET, "/app/*", hatch_assets, &alone),
	HATCH_ROUTE_ARG(HATCH_GET, "/*", hatch_assets, &site),
};

static char *read_all(const char *path)
{
	char *text = calloc(1, 16384);
	FILE *file = fopen(path, "rb");
	if (file == NULL || text == NULL || fread(text, 1, 16383, file) == 0)
		exit(2);
	fclose(file);
	return text;
}

static void stop(int number)
{
	(void)number;
	hatch_stop(server);
}

int main(int argc, char **argv)
{
	struct hatch_config config = HATCH_DEFAULTS;
	if (argc < 4 || argc > 6)
		return 2;
	char *cert = read_all(argv[1]), *key = read_all(argv[2]);
	struct hatch_identity me = HATCH_PEM(cert, key);
	folder.dir = listed.dir = members_folder.dir = argv[3];
	folder.upload_max = 50000000;
	listed.list = hatch_files_list;
	snprintf(image, sizeof(image), "%s/image", argv[3]);
	snprintf(next_image, sizeof(next_image), "%s/image.next", argv[3]);
	careful = update;
	careful.needs_digest = true;
	alone = site;
	alone.fallback = "index.html";
	alone.max_age_s = 60;
	config.port = config.plain_port = HATCH_PORT_ANY;
	config.address = "127.0.0.1";
	config.identity = &me;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.scratch = 1024;
	config.client_conns = 8;
	config.client_handshakes_per_min = (uint16_t)(argc > 4 ? atoi(argv[4]) : HATCH_UNLIMITED);
	config.client_requests_per_min = (uint16_t)(argc > 5 ? atoi(argv[5]) : HATCH_UNLIMITED);
	if (hatch_open(&server, &config) < 0)
		return 1;
	signal(SIGINT, stop);
	printf("%u %u\n", hatch_bound_port(server, true), hatch_bound_port(server, false));
	fflush(stdout);
	(void)hatch_run(server);
	hatch_close(server);
	free(cert);
	free(key);
	return 0;
}
