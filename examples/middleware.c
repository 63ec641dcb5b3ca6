/*
 * What runs before and after handlers.  A guard runs before: by returning 0 without a response it
 * lets the request pass, by responding it is the end of it.  An after hook runs when the response
 * is settled: it may add fields.  Both belong to a group of routes with a prefix, or to one route.
 * README.md says how to start it, and has more of these:
 *
 *	curl -i https://localhost:8443/public/hello
 *	curl https://localhost:8443/api/status
 *		{"requests":1}
 *	curl -i -X OPTIONS -H 'Origin: https://app.example' https://localhost:8443/api/status
 */
#include <hatch_web.h>
#include "localhost.h"

static unsigned long requests;
static bool maintenance;

/* A guard that only looks: it counts, and passes. */
static int count(struct hatch_req *req)
{
	(void)req;
	requests++;
	return 0;
}

/* A guard that may refuse; what it says is the response. */
static int open_for_business(struct hatch_req *req)
{
	if (!maintenance)
		return 0;
	int error = hatch_set_field(req, "Retry-After", "60");
	return error < 0 ? error : hatch_send_text(req, 503, "Maintenance: come back later.\n");
}

/* An after hook; what its row in the table has for it comes from hatch_arg(). */
static int say_who(struct hatch_req *req)
{
	return hatch_set_field(req, "X-Served-By", (const char *)hatch_arg(req));
}

static int status(struct hatch_req *req)
{
	return hatch_send_json(req, 200, "{\"requests\":%lu}\n", requests);
}

static int switch_maintenance(struct hatch_req *req)
{
	maintenance = !maintenance;
	return hatch_send_json(req, 200, "{\"maintenance\":%s}\n", maintenance ? "true" : "false");
}

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "hello\n");
}

/* Pages of this origin may read what the API says; others' may ask, and their browsers keep it
 * from them.  origins, methods, headers, max_age_s, credentials */
static const struct hatch_cors_rule cors = { "https://app.example", "GET, PUT", "Content-Type", 0,
	false };

static const struct hatch_hook before_api[] = { { count, NULL }, { open_for_business, NULL } };
static const struct hatch_hook after_api[] = { { hatch_request_id, NULL }, { hatch_cors, &cors } };
static const struct hatch_policy of_api = { 0, before_api, HATCH_COUNT(before_api), after_api,
	HATCH_COUNT(after_api), false };
static const struct hatch_hook after_pages[] = { { hatch_secure_fields, NULL },
	{ say_who, "middleware.c" } };
static const struct hatch_policy of_pages = { 0, NULL, 0, after_pages, HATCH_COUNT(after_pages),
	false };

static const struct hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/status", status),
	HATCH_ROUTE_ARG(HATCH_OPTIONS,
		"/"
		"*",
		hatch_cors_preflight, &cors),
};
static const struct hatch_route pages[] = {
	HATCH_ROUTE(HATCH_GET, "/hello", hello),
	HATCH_ROUTE(HATCH_POST, "/maintenance", switch_maintenance),
};
static const struct hatch_group groups[] = {
	HATCH_GROUP_WITH("/api", api, &of_api),
	HATCH_GROUP_WITH("/public", pages, &of_pages),
};
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
