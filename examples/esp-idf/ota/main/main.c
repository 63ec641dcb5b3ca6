/*
 * main.c - a device whose firmware is replaced over HTTPS
 * SPDX-License-Identifier: MIT
 *
 *	PUT /update --> written, checked, chosen --> restart --> on trial --- log in ---> confirmed
 *	                                                            '-- ten minutes --> the old one
 */
#include <esp_err.h>
#include <esp_log.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

static const struct hatch_identity me = HATCH_SELF_SIGNED(CONFIG_OTA_HOSTNAME);

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

	restart_init();
	trial_init();
	open_storage();
	update_init();
	network_up(CONFIG_OTA_HOSTNAME);

	config.routes = web_routes;
	config.route_count = web_route_count;
	config.identity = &me;
	config.plain_port = 80;
	config.plain_handler = hatch_to_https;
	int error = hatch_start(&server, &config, &task);
	if (error < 0)
		ESP_LOGE("ota", "no server: %s", hatch_strerror(error));
	else
		ESP_LOGI("ota", "https://%s.local/", CONFIG_OTA_HOSTNAME);
}
