/*
 * main.c - a device that belongs to whoever sets it up
 * SPDX-License-Identifier: MIT
 *
 *	start --- no account in NVS ---> /setup, with a code from the serial port --> an account
 *	      `-- one ---------------> /login, sessions
 */
#include <esp_err.h>
#include <esp_log.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

static const struct hatch_identity me = HATCH_SELF_SIGNED(CONFIG_FIRST_LOGIN_HOSTNAME);

void app_main(void)
{
	static struct hatch_config config = HATCH_DEFAULTS;
	const struct hatch_task task = { .stack = 10240, .priority = 5 };
	struct hatch *server;

	/* Not erased where it cannot be read, as other programs do: the account would be gone. */
	ESP_ERROR_CHECK(nvs_flash_init());
	account_init();
	network_up(CONFIG_FIRST_LOGIN_HOSTNAME);
	pages_init();

	config.routes = page_routes;
	config.route_count = page_route_count;
	config.identity = &me;
	config.plain_port = 80;
	config.plain_handler = hatch_to_https;
	int error = hatch_start(&server, &config, &task);
	if (error < 0)
		ESP_LOGE("first_login", "no server: %s", hatch_strerror(error));
	else
		ESP_LOGI("first_login", "https://%s.local/", CONFIG_FIRST_LOGIN_HOSTNAME);
}
