/*
 * restart.c - a restart that is to come
 * SPDX-License-Identifier: MIT
 *
 * esp_restart() forgets what TCP has not sent yet, so an answer needs some time before it.
 */
#include <esp_err.h>
#include <esp_system.h>
#include <esp_timer.h>

#include "app.h"

static esp_timer_handle_t timer;

static void now(void *arg)
{
	(void)arg;
	esp_restart();
}

void restart_init(void)
{
	const esp_timer_create_args_t args = { .callback = now, .name = "restart" };
	ESP_ERROR_CHECK(esp_timer_create(&args, &timer));
}

void restart_in(uint32_t ms)
{
	esp_timer_stop(timer); /* an error if it does not run, which is as well */
	ESP_ERROR_CHECK(esp_timer_start_once(timer, (uint64_t)ms * 1000));
}

void restart_never(void)
{
	esp_timer_stop(timer);
}
