/*
 * button.c - the factory reset
 * SPDX-License-Identifier: MIT
 */
#include <driver/gpio.h>
#include <esp_log.h>
#include <esp_system.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

enum { LOOK_MS = 100, HOLD_MS = 3000 };

static const gpio_num_t pin = (gpio_num_t)CONFIG_FIRST_BOOT_BUTTON_GPIO;
static unsigned held_ms;

static void look(struct hatch *server, void *arg)
{
	(void)server;
	(void)arg;
	held_ms = gpio_get_level(pin) == 0 ? held_ms + LOOK_MS : 0;
	if (held_ms < HOLD_MS)
		return;
	ESP_LOGW("first_boot", "everything is forgotten: Wi-Fi, certificate and key");
	nvs_flash_deinit();
	ESP_ERROR_CHECK(nvs_flash_erase());
	esp_restart();
}

void button_watch(struct hatch *server)
{
	gpio_reset_pin(pin); /* an input with a pull-up */
	gpio_set_direction(pin, GPIO_MODE_INPUT);
	gpio_set_pull_mode(pin, GPIO_PULLUP_ONLY);
	int error = hatch_every(server, LOOK_MS, look, NULL);
	if (error < 0)
		ESP_LOGE("first_boot", "the button does nothing: %s", hatch_strerror(error));
}
