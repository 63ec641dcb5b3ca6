/*
 * Self-Signed-Certificate - the board's own certificate: made once, kept, renewed on demand
 * SPDX-License-Identifier: MIT
 *
 * At the first start the board makes a key and a certificate for esp32, esp32.local and its
 * address, and keeps both in the flash, so that a browser has to be told once only.  Press RESET,
 * and BOOT directly after it, for a second: it makes others.  Do so before you give the board away.
 * (BOOT held while RESET is let go starts the boot loader instead.)
 *
 *	curl -k https://esp32.local/    what this connection is protected with
 *
 * To have no warning at all, make a certificate on a PC with hatch-cert, in which your browser
 * trusts, and put HATCH_DER(cert, key) in the place of HATCH_SELF_SIGNED: see docs/arduino.md.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

static const uint8_t boot_button = 0; /* of the ESP32, S2 and S3; 9 on C3, C6 and H2, 28 on C5 */

static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", [](hatch_req *req) {
		hatch_tls_facts facts;
		int error = hatch_tls_facts_of(req, &facts);
		if (error < 0)
			return error;
		return hatch_send_json(req, 200,
			"{\"version\":\"%s\",\"suite\":\"%s\",\"resumed\":%s}", facts.version,
			facts.suite, facts.resumed ? "true" : "false");
	}),
};
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

void setup()
{
	Serial.begin(115200);
	pinMode(boot_button, INPUT_PULLUP);
	bool renew = false; /* looked at first: joining takes seconds */
	for (int i = 0; i < 20 && !renew; i++, delay(50))
		renew = digitalRead(boot_button) == LOW;
	WiFi.begin(wifi_name, wifi_password);
	WiFi.setSleep(false); /* asleep, it answers up to 300 ms late */
	while (WiFi.status() != WL_CONNECTED)
		delay(100);
	MDNS.begin("esp32");
	if (renew && hatch_identity_renew(NULL) == 0)
		Serial.println("BOOT was pressed: this start makes another certificate.");

	hatch *server;
	hatch_config config = HATCH_DEFAULTS;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &identity;
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("The fingerprint is above.  Open https://esp32.local/ or https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
