/*
 * button.c - the factory reset
 * SPDX-License-Identifier: MIT
 *
 * On the task of esp_timer, from before Wi-Fi starts: a wrong password or a server that did not
 * start is what the button is for.  Nothing here asks the server for anything.
 */
#include <driver/gpio.h>
#include <esp_err.h>
#include <esp_log.h>
#include <esp_system.h>
#include <esp_timer.h>
#include <nvs_flash.h>
#include <sdkconfig.h>

#include "app.h"

enum { LOOK_MS = 100, HOLD_MS = 3000 };

static const gpio_num_t pin = (gpio_num_t)CONFIG_FIRST_BOOT_BUTTON_GPIO;
static unsigned held_ms;

static void look(void *arg)
{
	(void)arg;
	held_ms = gpio_get_level(pin) == 0 ? held_ms + LOOK_MS : 0;
	if (held_ms < HOLD_MS)
		return;
	ESP_LOGW("first_boot", "everything is forgotten: Wi-Fi, certificate and key");
	/* What the server writes from here on fails: it has no more than this moment to live. */
	nvs_flash_deinit();
	ESP_ERROR_CHECK(nvs_flash_erase());
	esp_restart();
}

void button_watch(void)
{
	const esp_timer_create_args_t args = { .callback = look, .name = "button" };
	esp_timer_handle_t timer;

	gpio_reset_pin(pin); /* an input with a pull-up */
	gpio_set_direction(pin, GPIO_MODE_INPUT);
	gpio_set_pull_mode(pin, GPIO_PULLUP_ONLY);
	ESP_ERROR_CHECK(esp_timer_create(&args, &timer));
	ESP_ERROR_CHECK(esp_timer_start_periodic(timer, LOOK_MS * 1000));
}
