/*
 * Websocket-Chat - what one browser says, all of them show, and the board says something too
 * SPDX-License-Identifier: MIT
 *
 * Open https://esp32.local/ on two devices and write.  Press the board's BOOT button: loop() tells
 * all of them, from a task that is not the server's.
 *
 * Pages of other sites are refused by themselves, a message has 200 bytes at the most, and what
 * comes is shown as text, so that nobody writes a script into somebody's page.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch_live.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";
static const uint8_t boot_button = 0; /* of boards with the classic ESP32 */

static const char page[] = R"(<!doctype html><meta charset=utf-8><title>Chat</title>
<meta name=viewport content='width=device-width'><meta name=color-scheme content='light dark'>
<h1>Chat</h1><div id=lines></div>
<form id=form><input id=text maxlength=60 required><button>Say</button></form><script>
const show = line => lines.appendChild(document.createElement('p')).textContent = line
function connect() {
	socket = new WebSocket('wss://' + location.host + '/chat')
	socket.onmessage = event => show(event.data)
	socket.onclose = () => setTimeout(connect, 2000)
}
connect()
form.onsubmit = event => {
	if (socket.readyState == WebSocket.OPEN) socket.send(text.value), form.reset()
	return false
}
</script>)";

static int welcome(hatch_ws *ws, hatch_req *)
{
	return hatch_ws_send(ws, HATCH_WS_TEXT, hatch_str("The board: welcome!"));
}

/* To everybody on this route, the one who said it, too.  Whoever is too slow misses it. */
static int said(hatch_ws *ws, const hatch_ws_piece *piece)
{
	if (!piece->text)
		return hatch_ws_close(ws, 1003); /* what we do not take */
	return hatch_publish(
		hatch_ws_server(ws), hatch_to_path("/chat"), HATCH_WS_TEXT, piece->data);
}

static hatch *server; /* for loop() */
static hatch_ws_ops chat;
static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", [](hatch_req *req) {
		return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
	}),
	HATCH_ROUTE_ARG(HATCH_GET, "/chat", hatch_websocket, &chat),
};
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

void setup()
{
	Serial.begin(115200);
	pinMode(boot_button, INPUT_PULLUP);
	WiFi.begin(wifi_name, wifi_password);
	WiFi.setSleep(false); /* asleep, it answers up to 300 ms late */
	while (WiFi.status() != WL_CONNECTED)
		delay(100);
	MDNS.begin("esp32");

	chat.open = welcome;
	chat.message = said;
	chat.message_max = 200;
	hatch_config config = HATCH_DEFAULTS;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &identity;
	config.max_live = 5; /* of its 8 connections so many may be chats */
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Open https://esp32.local/ or https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	if (server != NULL && digitalRead(boot_button) == LOW) {
		hatch_publish(server, hatch_to_all(), HATCH_WS_TEXT, hatch_str("The board: ouch!"));
		delay(500); /* once for each half of a second */
	}
	delay(20);
}
