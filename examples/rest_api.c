/*
 * A REST API: a path parameter, a query, a body that is collected, JSON, a group with a guard.
 * Hatch writes JSON; cJSON reads it here (Debian: libcjson-dev; a component of ESP-IDF).
 * README.md says how to start it, and has more of these:
 *
 *	curl https://localhost:8443/api/leds/1
 *		{"led":1,"on":false}
 *	curl -X PUT -d '{"on":true}' https://localhost:8443/api/leds/1
 *		{"led":1,"on":true}
 *	curl 'https://localhost:8443/api/sensor?unit=F'
 *		{"fahrenheit":70.7}
 *	curl -X DELETE -H 'X-Key: open sesame' https://localhost:8443/admin/leds
 */
#include <cJSON.h>
#include <ctype.h>
#include <hatch.h>
#include <string.h>
#include "localhost.h"

static bool leds[4];

static int send_led(struct hatch_req *req, long n)
{
	return hatch_send_json(
		req, 200, "{\"led\":%ld,\"on\":%s}\n", n, leds[n] ? "true" : "false");
}

static int led_get(struct hatch_req *req)
{
	long n;
	if (hatch_to_long(hatch_param(req, "n"), 0, 3, &n) < 0)
		return hatch_send_json(req, 404, "{\"error\":\"no such LED\"}\n");
	return send_led(req, n);
}

/* {"on":true}: anything else is refused, what is behind it too.  -1: it is not that. */
static int wish_of(struct hatch_span body)
{
	const char *end = NULL;
	cJSON *json = cJSON_ParseWithLengthOpts(body.ptr, body.len, &end, 0);
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "on");
	int wish = cJSON_IsBool(item) ? cJSON_IsTrue(item) : -1;
	cJSON_Delete(json);
	while (end != NULL && end < body.ptr + body.len && isspace((unsigned char)*end))
		end++;
	return end == body.ptr + body.len ? wish : -1;
}

static int led_put(struct hatch_req *req)
{
	long n;
	int wish = wish_of(hatch_body(req));
	if (hatch_to_long(hatch_param(req, "n"), 0, 3, &n) < 0)
		return hatch_send_json(req, 404, "{\"error\":\"no such LED\"}\n");
	if (wish < 0)
		return hatch_send_json(
			req, 400, "{\"error\":\"say {\\\"on\\\":true} or false\"}\n");
	leds[n] = wish == 1;
	return send_led(req, n);
}

static int sensor(struct hatch_req *req)
{
	double celsius = 21.5;
	if (hatch_eq(hatch_query(req, "unit"), "F"))
		return hatch_send_json(req, 200, "{\"fahrenheit\":%.1f}\n", celsius * 1.8 + 32);
	return hatch_send_json(req, 200, "{\"celsius\":%.1f}\n", celsius);
}

static int all_off(struct hatch_req *req)
{
	memset(leds, 0, sizeof(leds));
	return hatch_send_empty(req, 204);
}

/* A guard passes by returning 0 without a response: there is no other way past it. */
static int has_key(struct hatch_req *req)
{
	if (hatch_eq(hatch_field(req, "X-Key"), "open sesame"))
		return 0;
	return hatch_send_json(req, 403, "{\"error\":\"who are you?\"}\n");
}

/* The members in order, as C++17 wants it: body_max, guards, guard_count, after, after_count,
 * worker */
static const struct hatch_policy short_body = { 64, NULL, 0, NULL, 0, false };
static const struct hatch_hook keys[] = { { has_key, NULL } };
static const struct hatch_policy locked = { 0, keys, HATCH_COUNT(keys), NULL, 0, false };

static const struct hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/leds/:n", led_get),
	HATCH_ROUTE_WITH(HATCH_PUT, "/leds/:n", led_put, NULL, &short_body),
	HATCH_ROUTE(HATCH_GET, "/sensor", sensor),
};
static const struct hatch_route admin[] = { HATCH_ROUTE(HATCH_DELETE, "/leds", all_off) };
static const struct hatch_group groups[] = {
	HATCH_GROUP("/api", api),
	HATCH_GROUP_WITH("/admin", admin, &locked),
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
