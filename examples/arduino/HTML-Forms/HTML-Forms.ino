/*
 * HTML-Forms - a page with two forms: a text to show, and a file of any length
 * SPDX-License-Identifier: MIT
 *
 * Open https://esp32.local/ in a browser.  Or:
 *
 *	curl -k --data-urlencode 'text=<b>hot</b>' https://esp32.local/text
 *	curl -k https://esp32.local/                          ... &lt;b&gt;hot&lt;/b&gt; ...
 *	curl -k -F file=@photo.jpg https://esp32.local/file   {"bytes":123456}
 *
 * What was typed stands in a page again, so it is escaped: else whoever types could write markup,
 * and scripts, into a page of yours.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch_web.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

enum { TEXT_MAX = 40 }; /* bytes; a letter with an accent has two */
static char text[6 * TEXT_MAX + 1] = "nothing yet"; /* escaped, which takes up to six times that */

static const char form[] =
	"<!doctype html><meta charset=utf-8><title>Forms</title><p>It shows: %s"
	"<form method=post action=/text><input name=text maxlength=40><button>Show</button></form>"
	"<form method=post action=/file enctype=multipart/form-data>"
	"<input type=file name=file><button>Send</button></form>";

static int show(hatch_req *req)
{
	char page[sizeof(form) + sizeof(text)];
	int len = snprintf(page, sizeof(page), form, text);
	return hatch_send_bytes(req, 200, "text/html", page, (size_t)len);
}

/* After a POST the browser is led to the page, so that "reload" does not send the form again. */
static int set_text(hatch_req *req)
{
	hatch_span typed = hatch_form(req, "text");
	if (typed.ptr == NULL || typed.len > TEXT_MAX)
		return hatch_send_text(req, 400, "A text has at most 40 bytes.\n");
	hatch_escape_html(text, sizeof(text), typed);
	return hatch_redirect(req, 303, "/");
}

/* What a form with files is made of comes piece by piece; here it is counted, and not kept. */
static int data(hatch_req *, const hatch_part *, hatch_span piece, void *arg)
{
	*static_cast<unsigned long *>(arg) += piece.len;
	return 0;
}

static int done(hatch_req *req, void *arg)
{
	return hatch_send_json(req, 200, "{\"bytes\":%lu}", *static_cast<unsigned long *>(arg));
}

/* At most one part, of at most a million bytes. */
static const hatch_parts parts = { NULL, data, NULL, done, 1000000, 0, 1 };

static const hatch_policy short_form = { 200, NULL, 0, NULL, 0, false };
static const hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", show),
	HATCH_ROUTE_WITH(HATCH_POST, "/text", set_text, NULL, &short_form),
	HATCH_ROUTE(HATCH_POST, "/file", [](hatch_req *req) {
		void *bytes = hatch_scratch(req, sizeof(unsigned long));
		return bytes == NULL ? HATCH_ENOMEM : hatch_receive_parts(req, &parts, bytes);
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
	config.scratch = HATCH_PARTS_SCRATCH + sizeof(unsigned long);
	if (hatch_start(&server, &config, NULL) < 0) {
		Serial.println("The server did not start: the lines above say why.");
		return;
	}
	Serial.print("Open https://esp32.local/ or https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
