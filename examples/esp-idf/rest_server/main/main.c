/*
 * main.c - LEDs and a sensor behind https://esp32.local/
 * SPDX-License-Identifier: MIT
 */
#include <esp_err.h>
#include <esp_log.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"
#include "esp32.h" /* hatch-cert server --name esp32.local --format header --out esp32 */

static int hello(struct hatch_req *req)
{
	return hatch_send_text(req, 200, "LEDs: /api/leds/0 and 1, sensor: /api/temperature\n");
}

static const struct hatch_route routes[] = { HATCH_ROUTE(HATCH_GET, "/", hello) };
static const struct hatch_identity me = HATCH_DER(esp32_cert, esp32_key);

static void open_storage(void)
{
	esp_err_t error = nvs_flash_init();
	/* No room, or written by a newer ESP-IDF: there is nothing in it to rescue. */
	if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND) {
		ESP_ERROR_CHECK(nvs_flash_erase());
		error = nvs_flash_init();
	}
	ESP_ERROR_CHECK(error);
}

void app_main(void)
{
	static struct hatch_config config = HATCH_DEFAULTS;
	const struct hatch_task task = { .stack = 10240, .priority = 5 };
	struct hatch *server;

	open_storage();
	leds_setup();
	temperature_setup();
	network_up(CONFIG_REST_HOSTNAME);

	config.routes = routes;
	config.route_count = HATCH_COUNT(routes);
	config.groups = &api;
	config.group_count = 1;
	config.identity = &me;
	config.plain_port = 80;
	config.plain_handler = hatch_to_https;
	int error = hatch_start(&server, &config, &task);
	if (error < 0)
		ESP_LOGE("rest", "no server: %s", hatch_strerror(error));
	else
		ESP_LOGI("rest", "https://%s.local/", CONFIG_REST_HOSTNAME);
}
