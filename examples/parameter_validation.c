/*
 * Nothing that a client sends is used before it has been looked at: a guard does that for all
 * routes that name it, and the handler behind it takes what it needs.
 * README.md says how to start it, and has more of these:
 *
 *	curl -X PUT https://localhost:8443/led/2/on
 *		{"led":2,"on":true}
 *	curl -X PUT https://localhost:8443/led/2x/on
 *		The number is one of 0 to 3.
 *	curl -X PUT https://localhost:8443/led/2/maybe
 *		The state is on or off.
 */
#include <hatch.h>
#include "localhost.h"

enum { LEDS = 4 };
static bool leds[LEDS];

/* All of it is a number, and the number is in its range: "2x", "-1" and "" are none of ours. */
static bool number_of(const struct hatch_req *req, long *number)
{
	return hatch_to_long(hatch_param(req, "number"), 0, LEDS - 1, number) == 0;
}

/* A guard passes by returning 0 without a response. */
static int check_number(struct hatch_req *req)
{
	long number;
	return number_of(req, &number)
		       ? 0
		       : hatch_send_text(req, 400, "The number is one of 0 to 3.\n");
}

static int check_state(struct hatch_req *req)
{
	struct hatch_span state = hatch_param(req, "state");
	if (hatch_eq(state, "on") || hatch_eq(state, "off"))
		return 0;
	return hatch_send_text(req, 400, "The state is on or off.\n");
}

static int send_led(struct hatch_req *req, long number)
{
	return hatch_send_json(
		req, 200, "{\"led\":%ld,\"on\":%s}\n", number, leds[number] ? "true" : "false");
}

static int get_led(struct hatch_req *req)
{
	long number;
	return number_of(req, &number) ? send_led(req, number) : HATCH_EINVAL;
}

static int set_led(struct hatch_req *req)
{
	long number;
	if (!number_of(req, &number))
		return HATCH_EINVAL; /* not with the guard before it: 500, rather than leds[?] */
	leds[number] = hatch_eq(hatch_param(req, "state"), "on");
	return send_led(req, number);
}

static const struct hatch_hook for_all[] = { { check_number, NULL } };
static const struct hatch_policy known_led = { 0, for_all, HATCH_COUNT(for_all), NULL, 0, false };
static const struct hatch_hook for_put[] = { { check_state, NULL } };
static const struct hatch_policy good_state = { 0, for_put, HATCH_COUNT(for_put), NULL, 0, false };

/* The group's guards run first, then the route's own. */
static const struct hatch_route led_routes[] = {
	HATCH_ROUTE(HATCH_GET, "/:number", get_led),
	HATCH_ROUTE_WITH(HATCH_PUT, "/:number/:state", set_led, NULL, &good_state),
};
static const struct hatch_group groups[] = { HATCH_GROUP_WITH("/led", led_routes, &known_led) };
static const struct hatch_identity me = HATCH_DER(localhost_cert, localhost_key);

int main(void)
{
	struct hatch_config config = HATCH_DEFAULTS;
	config.port = 8443;
	config.groups = groups;
	config.group_count = HATCH_COUNT(groups);
	config.identity = &me;
	return hatch_serve(&config) < 0;
}
