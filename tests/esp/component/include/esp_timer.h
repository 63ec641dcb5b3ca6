/* esp_timer.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_TIMER_H
#define STANDIN_MORE_ESP_TIMER_H

#include_next <esp_timer.h>

#include <stdbool.h>

typedef struct esp_timer *esp_timer_handle_t;
typedef void (*esp_timer_cb_t)(void *arg);
typedef enum { ESP_TIMER_TASK } esp_timer_dispatch_t;
typedef struct {
	esp_timer_cb_t callback;
	void *arg;
	esp_timer_dispatch_t dispatch_method;
	const char *name;
	bool skip_unhandled_events;
} esp_timer_create_args_t;

esp_err_t esp_timer_create(
	const esp_timer_create_args_t *create_args, esp_timer_handle_t *out_handle);
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);

#endif
