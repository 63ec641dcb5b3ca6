/*
 * Put-Post-Echo - bodies: a small one as a whole, a large one piece by piece
 * SPDX-License-Identifier: MIT
 *
 *	curl -k -d 'hello' https://esp32.local/echo           hello
 *	curl -k -T photo.jpg https://esp32.local/stream       a file of any size comes back
 *	curl -k -T photo.jpg https://esp32.local/echo         413, if it is over 1024 bytes
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

/* The route collects the body before the handler runs, up to the limit that it names. */
static const hatch_policy small_body = { 1024, NULL, 0, NULL, 0, false };

static int echo(hatch_req *req)
{
	hatch_span body = hatch_body(req);
	return hatch_send_static(req, 200, "application/octet-stream", body.ptr, body.len);
}

/* Asked for bytes whenever some fit: gives what has arrived.  Who reads slowly slows the sender. */
static int pass_on(hatch_req *req, char *buf, size_t room, void *)
{
	return hatch_read(req, buf, room);
}

static const hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_PUT | HATCH_POST, "/echo", echo, NULL, &small_body),
	HATCH_ROUTE(HATCH_PUT | HATCH_POST, "/stream", [](hatch_req *req) {
		return hatch_send_stream(req, 200, "application/octet-stream", pass_on, NULL);
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
	Serial.print("Try: curl -k -d hello https://esp32.local/echo, or at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
