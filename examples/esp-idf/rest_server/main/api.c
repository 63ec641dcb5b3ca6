/*
 * api.c - the REST interface: Hatch writes JSON, cJSON reads it
 * SPDX-License-Identifier: MIT
 */
#include <cJSON.h>
#include <ctype.h>
#include <driver/gpio.h>
#include <sdkconfig.h>

#include "app.h"

static const gpio_num_t pins[] = { (gpio_num_t)CONFIG_REST_LED_GPIO_0,
	(gpio_num_t)CONFIG_REST_LED_GPIO_1 };
static bool on[HATCH_COUNT(pins)];

void leds_setup(void)
{
	for (size_t i = 0; i < HATCH_COUNT(pins); i++) {
		gpio_reset_pin(pins[i]);
		gpio_set_direction(pins[i], GPIO_MODE_OUTPUT);
	}
}

static bool led_of(const struct hatch_req *req, long *n)
{
	return hatch_to_long(hatch_param(req, "n"), 0, (long)HATCH_COUNT(pins) - 1, n) == 0;
}

static int send_led(struct hatch_req *req, long n)
{
	return hatch_send_json(req, 200, "{\"led\":%ld,\"on\":%s}\n", n, on[n] ? "true" : "false");
}

static int led_get(struct hatch_req *req)
{
	long n;
	if (!led_of(req, &n))
		return hatch_send_json(req, 404, "{\"error\":\"no such LED\"}\n");
	return send_led(req, n);
}

/* {"on":true}: anything else is refused, what is behind it too.  -1: it is not that. */
static int wish_of(struct hatch_span body)
{
	const char *end = NULL;
	cJSON *json = cJSON_ParseWithLengthOpts(body.ptr, body.len, &end, 0);
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "on");
	int wish = cJSON_IsBool(item) ? cJSON_IsTrue(item) : -1;
	cJSON_Delete(json);
	while (end != NULL && end < body.ptr + body.len && isspace((unsigned char)*end))
		end++;
	return end == body.ptr + body.len ? wish : -1;
}

static int led_put(struct hatch_req *req)
{
	long n;
	int wish = wish_of(hatch_body(req));
	if (!led_of(req, &n))
		return hatch_send_json(req, 404, "{\"error\":\"no such LED\"}\n");
	if (wish < 0)
		return hatch_send_json(
			req, 400, "{\"error\":\"say {\\\"on\\\":true} or false\"}\n");
	on[n] = wish == 1;
	gpio_set_level(pins[n], on[n]);
	return send_led(req, n);
}

static int temperature(struct hatch_req *req)
{
	float celsius;
	if (!temperature_celsius(&celsius))
		return hatch_send_json(req, 404, "{\"error\":\"this chip has no sensor\"}\n");
	return hatch_send_json(req, 200, "{\"celsius\":%.1f}\n", (double)celsius);
}

static const struct hatch_policy short_body = { .body_max = 64 };

static const struct hatch_route routes[] = {
	HATCH_ROUTE(HATCH_GET, "/leds/:n", led_get),
	HATCH_ROUTE_WITH(HATCH_PUT, "/leds/:n", led_put, NULL, &short_body),
	HATCH_ROUTE(HATCH_GET, "/temperature", temperature),
};

const struct hatch_group api = HATCH_GROUP("/api", routes);
