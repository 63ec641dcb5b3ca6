/*
 * main.c - a chat and the strength of the Wi-Fi, live, behind https://esp32.local/
 * SPDX-License-Identifier: MIT
 */
#include <esp_err.h>
#include <esp_log.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

static const struct hatch_identity me = HATCH_SELF_SIGNED(CONFIG_LIVE_HOSTNAME);

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
	network_up(CONFIG_LIVE_HOSTNAME);

	pages_configure(&config);
	config.identity = &me;
	config.plain_port = 80;
	config.plain_handler = hatch_to_https;
	int error = hatch_start(&server, &config, &task);
	if (error == 0)
		error = hatch_post(server, pages_begin, NULL); /* timers are made on its task */
	if (error < 0)
		ESP_LOGE("live", "no server: %s", hatch_strerror(error));
	else
		ESP_LOGI("live", "https://%s.local/", CONFIG_LIVE_HOSTNAME);
}
