/*
 * Parameters - what stands in the address: /hello/:name and ?greeting=
 * SPDX-License-Identifier: MIT
 *
 *	curl -k https://esp32.local/hello/Ada                     Hello, Ada!
 *	curl -k 'https://esp32.local/hello/Ada?greeting=Welcome'  Welcome, Ada!
 *	curl -k https://esp32.local/json/Ada                      as JSON, safe for any name
 *	curl -k https://esp32.local/files/a/b/c                   what "*" matched: a/b/c
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

/* A span has a length and no NUL at its end: "%.*s" prints it.  They are decoded already. */
static int hello(hatch_req *req)
{
	hatch_span name = hatch_param(req, "name");
	hatch_span greeting = hatch_query(req, "greeting");
	char text[160];
	if (greeting.ptr == NULL)
		greeting = hatch_str("Hello");
	snprintf(text, sizeof(text), "%.*s, %.*s!\n", (int)greeting.len, greeting.ptr,
		(int)name.len, name.ptr);
	return hatch_send_text(req, 200, text);
}

static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/hello/:name", hello),
	HATCH_ROUTE(HATCH_GET, "/json/:name", [](hatch_req *req) {
		hatch_span name = hatch_param(req, "name");
		char text[64];
		snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
		return hatch_send_json(req, 200, "{\"hello\":\"%s\"}", text);
	}),
	HATCH_ROUTE(HATCH_GET, "/files/*", [](hatch_req *req) {
		hatch_span rest = hatch_rest(req);
		return hatch_send_static(req, 200, "text/plain", rest.ptr, rest.len);
	}),
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
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Open https://esp32.local/hello/you or the same at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
