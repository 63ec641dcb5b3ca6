/*
 * Middleware - what runs before and after handlers: guards and after hooks, for groups of routes
 * SPDX-License-Identifier: MIT
 *
 *	curl -ki https://esp32.local/api/status                  200, X-Request-Id and more fields
 *	curl -k -X POST https://esp32.local/admin/maintenance    on, and with the next one off
 *	curl -ki https://esp32.local/api/status                  meanwhile: 503, Retry-After: 60
 *	curl -ki -H 'Origin: https://app.example' https://esp32.local/api/status
 *
 * A guard runs before the handler: 0 without a response lets the request pass, a response is the
 * answer.  An after hook runs when the response is settled, and may add fields.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch_web.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

/* Handlers, guards and hooks take turns on the server's task: no locks. */
static unsigned long requests;
static bool maintenance;

static int open_for_business(hatch_req *req)
{
	if (!maintenance)
		return 0;
	hatch_set_field(req, "Retry-After", "60");
	return hatch_send_text(req, 503, "Maintenance: come back later.\n");
}

static int status(hatch_req *req)
{
	return hatch_send_json(req, 200, "{\"requests\":%lu,\"maintenance\":%s}", requests,
		maintenance ? "true" : "false");
}

/* What stands in a hook's row comes from hatch_arg(): one function, many uses. */
static int say_board(hatch_req *req)
{
	return hatch_set_field(req, "X-Board", static_cast<const char *>(hatch_arg(req)));
}

/* Scripts of this origin may read the API: methods, fields, seconds, cookies. */
static const hatch_cors_rule cors = { "https://app.example", "GET", NULL, 0, false };

/* In order; those of a group before those of its routes. */
static const hatch_hook before[] = {
	{ [](hatch_req *) { requests++; return 0; }, NULL },
	{ open_for_business, NULL },
};
static const hatch_hook after[] = { { hatch_request_id, NULL }, { hatch_cors, &cors },
	{ hatch_secure_fields, NULL }, { say_board, "the one on the desk" } };
static const hatch_policy of_api = { 0, before, HATCH_COUNT(before), after, HATCH_COUNT(after),
	false };
static const hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/status", status),
	HATCH_ROUTE_ARG(HATCH_OPTIONS, "/" "*", hatch_cors_preflight, &cors),
};
static const hatch_route admin[] = {
	HATCH_ROUTE(HATCH_POST, "/maintenance", [](hatch_req *req) {
		maintenance = !maintenance;
		return status(req);
	}),
};
static const hatch_group groups[] = {
	HATCH_GROUP_WITH("/api", api, &of_api),
	HATCH_GROUP("/admin", admin), /* needs a guard of its own: see Authentication */
};
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

void setup()
{
	Serial.begin(115200);
	WiFi.begin(wifi_name, wifi_password);
	WiFi.setSleep(false); /* asleep, it answers up to 300 ms late */
	while (WiFi.status() != WL_CONNECTED)
		delay(100);
	MDNS.begin("esp32");

	hatch *server;
	hatch_config config = HATCH_DEFAULTS;
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.identity = &identity;
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Try: curl -k https://esp32.local/api/status, or at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
