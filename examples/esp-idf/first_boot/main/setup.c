/*
 * setup.c - the page that asks for a Wi-Fi network
 * SPDX-License-Identifier: MIT
 *
 * No guard: who is on the access point has typed the password from the serial port.
 */
#include <hatch_web.h>
#include <sdkconfig.h>

#include "app.h"

static const char page[] =
	"<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
	"<title>Wi-Fi</title><h1>Which Wi-Fi?</h1><form method=post action=/wifi>"
	"<p><label>Name <input name=ssid maxlength=32 required></label>"
	"<p><label>Password <input name=password type=password maxlength=63></label>"
	"<p><button>Join</button></form>";

/* There is no page to come: the device leaves this network for the other one. */
static const char stored[] =
	"<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
	"<title>Wi-Fi</title><h1>Stored</h1><p>The device starts again in 2 seconds and joins it. "
	"Join that Wi-Fi with this computer or phone too, wait half a minute, and open "
	"<b>https://" CONFIG_FIRST_BOOT_HOSTNAME ".local/</b>. Its certificate is another there."
	"<p>If it is not found, the password may be wrong: after a minute the device opens " CONFIG_FIRST_BOOT_HOSTNAME
	"-setup again, with a new password on its serial port.";

static int ask(struct hatch_req *req)
{
	return hatch_send_static(req, 200, "text/html", page, sizeof(page) - 1);
}

static int keep(struct hatch_req *req)
{
	struct hatch_span ssid = hatch_form(req, "ssid");
	struct hatch_span password = hatch_form(req, "password");

	if (ssid.len == 0 || ssid.len > 32)
		return hatch_send_text(req, 400, "A name has 1 to 32 bytes.\n");
	if (password.len > 63 || (password.len > 0 && password.len < 8))
		return hatch_send_text(req, 400, "A password has 8 to 63 bytes, or none.\n");
	if (!wifi_keep(ssid, password))
		return hatch_send_text(req, 500, "It could not be stored: see the serial port.\n");
	restart_in(2000);
	return hatch_send_static(req, 200, "text/html", stored, sizeof(stored) - 1);
}

/* Three characters for each byte of both, and their names. */
static const struct hatch_policy form = { .body_max = 320 };

const struct hatch_route setup_routes[] = {
	HATCH_ROUTE(HATCH_GET, "/", ask),
	HATCH_ROUTE_WITH(HATCH_POST, "/wifi", keep, NULL, &form),
};
const size_t setup_route_count = HATCH_COUNT(setup_routes);
