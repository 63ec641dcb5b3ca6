/*
 * REST-API - a LED and a sensor, with a token for changes; the server runs in loop()
 * SPDX-License-Identifier: MIT
 *
 *	curl -k https://esp32.local/api/status
 *	curl -k -X PUT -d on -H 'Authorization: Bearer change-me' https://esp32.local/api/led
 *	curl -k -X PUT -d on https://esp32.local/api/led    401: it takes the token
 *
 * Here hatch_poll() is called from loop(), so handlers and loop() take turns on one task and share
 * variables without locks.  Whatever loop() does besides should not take long: clients wait for it.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>
#include <hatch_web.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

/* As on most boards with the classic ESP32; others have a plain LED and an ADC pin elsewhere. */
static const uint8_t led = 2, light = 34;
static bool led_is_on;
static uint32_t rounds; /* of loop() */
static hatch *server;

static int status(hatch_req *req)
{
	return hatch_send_json(req, 200,
		"{\"led\":%s,\"light\":%d,\"rounds\":%lu,\"uptime_s\":%lu,\"heap\":%lu}",
		led_is_on ? "true" : "false", (int)analogRead(light), (unsigned long)rounds,
		millis() / 1000, (unsigned long)ESP.getFreeHeap());
}

static int set_led(hatch_req *req)
{
	hatch_span wish = hatch_body(req);
	if (!hatch_eq(wish, "on") && !hatch_eq(wish, "off"))
		return hatch_send_json(req, 400, "{\"error\":\"send on or off\"}");
	led_is_on = hatch_eq(wish, "on");
	digitalWrite(led, led_is_on ? HIGH : LOW);
	return status(req);
}

/* Whose token, and the token.  Who guesses has to wait longer each time. */
static const struct hatch_account people[] = { { "me", "change-me" } };
static hatch_attempts attempts;
static const hatch_accounts users = { people, HATCH_COUNT(people), NULL, NULL, NULL, &attempts };
static const hatch_hook guards[] = { { hatch_bearer_auth, &users } };
static const hatch_policy change = { 16, guards, HATCH_COUNT(guards), NULL, 0, false };
static const hatch_route api[] = {
	HATCH_ROUTE(HATCH_GET, "/status", status),
	HATCH_ROUTE_WITH(HATCH_PUT, "/led", set_led, NULL, &change),
};
static const hatch_group groups[] = { HATCH_GROUP("/api", api) };
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

void setup()
{
	Serial.begin(115200);
	pinMode(led, OUTPUT);
	WiFi.begin(wifi_name, wifi_password);
	WiFi.setSleep(false); /* asleep, it answers up to 300 ms late */
	while (WiFi.status() != WL_CONNECTED)
		delay(100);
	MDNS.begin("esp32");

	hatch_config config = HATCH_DEFAULTS;
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.identity = &identity;
	if (hatch_open(&server, &config) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Try: curl -k https://esp32.local/api/status, or at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	rounds++;
	if (server != NULL)
		hatch_poll(server, 10); /* waits 10 ms at most */
}
