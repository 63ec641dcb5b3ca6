/*
 * Static-Page - one page over HTTPS, with a certificate that the board makes itself
 * SPDX-License-Identifier: MIT
 *
 * Fill in the Wi-Fi's name and password, upload, open the serial monitor at 115200 baud, and then
 * https://esp32.local/ in a browser.  It warns once, because nobody has vouched for the
 * certificate: compare its fingerprint with the one on the serial monitor.  Or:
 *
 *	curl -k https://esp32.local/
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

static const char page[] = "<!doctype html><title>Hatch</title>"
			   "<h1>Hello from an ESP32</h1><p>Nobody could read this on its way.</p>";

static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", [](hatch_req *req) {
		return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
	}),
};

/* Made at the first start, then kept in the flash. */
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
	Serial.print("Open https://esp32.local/ or https://");
	Serial.println(WiFi.localIP());
}

/* The server has a task of its own: loop() is all yours. */
void loop()
{
	delay(1000);
}
