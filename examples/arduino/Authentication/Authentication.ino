/*
 * Authentication - a password for curl, and a login page with a session for browsers
 * SPDX-License-Identifier: MIT
 *
 * Put another password into the list, and open https://esp32.local/ in a browser.  Or:
 *
 *	curl -k -u 'ada:change me' https://esp32.local/light    {"light":1034}
 *	curl -k -u ada:guess https://esp32.local/light          401; more guesses have to wait
 *
 * The session is in a cookie that scripts cannot read, and that no other site's page can use: what
 * changes something needs the token in the form as well.  Tokens for programs: see REST-API.
 */
#include <ESPmDNS.h>
#include <WiFi.h>
#include <hatch_web.h>

static const char wifi_name[] = "your network";
static const char wifi_password[] = "its password";

static const hatch_account people[] = { { "ada", "change me" } };
static hatch_attempts attempts;
static const hatch_accounts users = { people, HATCH_COUNT(people), NULL, NULL, "esp32", &attempts };
static hatch_session slots[4]; /* as many may be logged in at once */
static hatch_sessions sessions = { slots, HATCH_COUNT(slots), 0, 0, "/login" };

static const char login_page[] =
	"<!doctype html><title>Log in</title><form method=post action=/login><input name=name>"
	"<input name=password type=password><button>Log in</button></form>";

static int log_in(hatch_req *req)
{
	int error = hatch_login(req, &users, hatch_form(req, "name"), hatch_form(req, "password"));
	if (error < 0) /* HATCH_ETIME: too many attempts */
		return hatch_send_text(req, error == HATCH_ETIME ? 429 : 403, "Not you.\n");
	error = hatch_session_begin(req, &sessions, hatch_who(req), NULL);
	return error < 0 ? error : hatch_redirect(req, 303, "/");
}

static int home(hatch_req *req)
{
	char page[256];
	int len = snprintf(page, sizeof(page),
		"<!doctype html><p>Light: %d<form method=post action=/logout>"
		"<input type=hidden name=csrf value=%s><button>Log out</button></form>",
		(int)analogRead(34), hatch_csrf(req, &sessions));
	return hatch_send_bytes(req, 200, "text/html", page, (size_t)len);
}

static const hatch_hook password = { hatch_basic_auth, &users };
static const hatch_hook session = { hatch_session_guard, &sessions };
static const hatch_policy by_password = { 0, &password, 1, NULL, 0, false };
static const hatch_policy inside = { 200, &session, 1, NULL, 0, false };
static const hatch_policy login_form = { 200, NULL, 0, NULL, 0, false };
static const hatch_route routes[] = {
	HATCH_ROUTE_WITH(HATCH_GET, "/light", [](hatch_req *req) {
		return hatch_send_json(req, 200, "{\"light\":%d}", (int)analogRead(34)); /* ADC */
	}, NULL, &by_password),
	HATCH_ROUTE(HATCH_GET, "/login", [](hatch_req *req) {
		return hatch_send_static(req, 200, "text/html", login_page, sizeof(login_page) - 1);
	}),
	HATCH_ROUTE_WITH(HATCH_POST, "/login", log_in, NULL, &login_form),
	HATCH_ROUTE_WITH(HATCH_GET, "/", home, NULL, &inside),
	HATCH_ROUTE_WITH(HATCH_POST, "/logout", [](hatch_req *req) {
		int error = hatch_session_end(req, &sessions);
		return error < 0 ? error : hatch_redirect(req, 303, "/login");
	}, NULL, &inside),
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
	Serial.print("Open https://esp32.local/ or https://");
	Serial.println(WiFi.localIP());
}

void loop()
{
	delay(1000);
}
