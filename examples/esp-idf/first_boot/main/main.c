/*
 * main.c - a device that comes without certificate and without Wi-Fi
 * SPDX-License-Identifier: MIT
 *
 *	start --- no Wi-Fi known ---> access point, https://192.168.4.1/ asks for one --> restart
 *	      `-- known ------------> joins, https://hatch.local/
 *	             `-- in vain ---> the access point for ten minutes --> restart
 *	button for 3 s, at any time: everything is forgotten --> restart
 */
#include <esp_err.h>
#include <esp_log.h>
#include <mdns.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

/* A router that was switched on together with the device may take some minutes. */
enum { SETUP_AGAIN_MS = 10 * 60 * 1000 };

static const char tag[] = "first_boot";
static const struct hatch_identity me = HATCH_SELF_SIGNED(CONFIG_FIRST_BOOT_HOSTNAME);

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

static void serve(const struct hatch_route *routes, size_t count)
{
	static struct hatch_config config = HATCH_DEFAULTS;
	const struct hatch_task task = { .stack = 10240, .priority = 5 };
	struct hatch *server;

	config.routes = routes;
	config.route_count = count;
	config.identity = &me;
	config.plain_port = 80;
	config.plain_handler = hatch_to_https;
	int error = hatch_start(&server, &config, &task);
	if (error < 0)
		ESP_LOGE(tag, "no server: %s", hatch_strerror(error));
}

void app_main(void)
{
	open_storage();
	restart_init();
	button_watch();
	wifi_init();
	bool known = wifi_is_set_up();
	if (!known || !wifi_join()) {
		wifi_open_setup();
		if (known)
			restart_in(SETUP_AGAIN_MS);
		serve(setup_routes, setup_route_count);
		return;
	}
	ESP_ERROR_CHECK(mdns_init());
	ESP_ERROR_CHECK(mdns_hostname_set(CONFIG_FIRST_BOOT_HOSTNAME));
	ESP_ERROR_CHECK(mdns_service_add(NULL, "_https", "_tcp", 443, NULL, 0));
	serve(device_routes, device_route_count);
	ESP_LOGI(tag, "https://%s.local/", CONFIG_FIRST_BOOT_HOSTNAME);
}
