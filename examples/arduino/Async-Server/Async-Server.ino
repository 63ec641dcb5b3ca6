/*
 * Async-Server - answers that come later, from loop(): nobody else waits meanwhile
 * SPDX-License-Identifier: MIT
 *
 *	curl -k https://esp32.local/measure     an answer after half a second of measuring
 *	curl -k https://esp32.local/            meanwhile at once: how many wait
 *
 * The server has a task of its own.  Its handler puts a reference to the request into a queue, and
 * loop(), on Arduino's task, measures for as long as it takes.  hatch_post() brings the answer back
 * to the server's task, the only one that may touch a request.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <atomic>
#include <hatch.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

static hatch *server;

/* Whose turn it is decides who may touch the rest. */
enum turn { FREE, LOOP, SERVER };
struct job {
	hatch_ref who;
	int value;
	std::atomic<turn> whose;
};
static job jobs[4];

static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", [](hatch_req *req) {
		int count = 0;
		for (const job &j : jobs)
			count += j.whose != FREE;
		return hatch_send_json(req, 200, "{\"waiting\":%d}", count);
	}),
	HATCH_ROUTE(HATCH_GET, "/measure", [](hatch_req *req) {
		for (job &j : jobs) {
			if (j.whose != FREE)
				continue;
			j.who = hatch_ref_of(req);
			j.whose = LOOP;
			return hatch_defer(req, 10000);
		}
		return hatch_send_text(req, 503, "Four are waiting already.\n");
	}),
};
static const hatch_identity identity = HATCH_SELF_SIGNED("esp32");

/* On the server's task.  The client may have gone: then there is no request any more. */
static void answer(hatch *srv, void *arg)
{
	job *j = static_cast<job *>(arg);
	hatch_req *req = srv == NULL ? NULL : hatch_find(srv, j->who);
	if (req != NULL)
		hatch_send_json(req, 200, "{\"value\":%d}", j->value);
	j->whose = FREE;
}

void setup()
{
	Serial.begin(115200);
	WiFi.begin(wifi_name, wifi_password);
	WiFi.setSleep(false); /* asleep, it answers up to 300 ms late */
	while (WiFi.status() != WL_CONNECTED)
		delay(100);
	MDNS.begin("esp32");

	hatch_config config = HATCH_DEFAULTS;
	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.identity = &identity;
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Try: curl -k https://esp32.local/measure, or at https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	for (job &j : jobs) {
		if (j.whose != LOOP)
			continue;
		delay(500); /* a slow sensor */
		j.value = analogRead(34); /* an ADC pin of the classic ESP32 */
		j.whose = SERVER;
		if (hatch_post(server, answer, &j) < 0)
			j.whose = LOOP; /* its queue is full: again in the next round */
	}
	delay(10);
}
