/*
 * Parameter-Validation - nothing that a client sends is used before it has been looked at
 * SPDX-License-Identifier: MIT
 *
 *	curl -k -X PUT https://esp32.local/led/2/on       {"led":2,"on":true}
 *	curl -k -X PUT https://esp32.local/led/99/on      400: only the pins of the list
 *	curl -k -X PUT https://esp32.local/led/2x/on      400: not a number
 *	curl -k -X PUT https://esp32.local/led/2/maybe    400: on or off
 *	curl -k https://esp32.local/led/2/on              405: GET is not for this
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

static const uint8_t leds[] = { 2, 4, 5 }; /* free on the classic ESP32; 2 is often a LED */

/* A guard: runs before the handler.  Without a response from it, the handler's turn comes. */
static int check(hatch_req *req)
{
	hatch_span state = hatch_param(req, "state");
	long number;
	if (hatch_to_long(hatch_param(req, "number"), 0, 39, &number) < 0)
		return hatch_send_text(req, 400, "The number is one of 0 to 39.\n");
	if (!hatch_eq(state, "on") && !hatch_eq(state, "off"))
		return hatch_send_text(req, 400, "The state is on or off.\n");
	for (uint8_t led : leds)
		if (led == number)
			return 0;
	return hatch_send_text(req, 400, "There are LEDs at 2, 4 and 5.\n");
}

static int set_led(hatch_req *req)
{
	bool on = hatch_eq(hatch_param(req, "state"), "on");
	long number = 0;
	hatch_to_long(hatch_param(req, "number"), 0, 39, &number);
	digitalWrite((uint8_t)number, on ? HIGH : LOW);
	return hatch_send_json(req, 200, "{\"led\":%ld,\"on\":%s}", number, on ? "true" : "false");
}

static const hatch_hook checks[] = { { check, NULL } };
static const hatch_policy checked = { 0, checks, HATCH_COUNT(checks), NULL, 0, false };
static const hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_PUT, "/led/:number/:state", set_led, NULL, &checked),
};
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

void setup()
{
	Serial.begin(115200);
	for (uint8_t led : leds)
		pinMode(led, OUTPUT);
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
	Serial.print("Try: curl -k -X PUT https://esp32.local/led/2/on, or at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
