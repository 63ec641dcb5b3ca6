/*
 * HTTPS-and-HTTP - one server on both ports; what matters is led to HTTPS
 * SPDX-License-Identifier: MIT
 *
 *	curl http://esp32.local/                 plain
 *	curl -k https://esp32.local/             secure
 *	curl -k https://esp32.local/settings     secret
 *	curl -i http://esp32.local/settings      308 to https://esp32.local/settings
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

/* A guard.  To lead everything to HTTPS: config.plain_handler = hatch_to_https. */
static int only_secure(hatch_req *req)
{
	return hatch_is_secure(req) ? 0 : hatch_to_https(req);
}

static int settings(hatch_req *req)
{
	return hatch_send_text(req, 200, "secret\n");
}

static const hatch_hook guards[] = { { only_secure, NULL } };
static const hatch_policy secret = { 0, guards, HATCH_COUNT(guards), NULL, 0, false };
static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", [](hatch_req *req) {
		return hatch_send_text(req, 200, hatch_is_secure(req) ? "secure\n" : "plain\n");
	}),
	HATCH_ROUTE_WITH(HATCH_GET, "/settings", settings, NULL, &secret),
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
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &identity;
	config.plain_port = 80;
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Open http://esp32.local/ and https://esp32.local/, or at ");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
