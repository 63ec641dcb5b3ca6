/* esp_timer.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_TIMER_H
#define STANDIN_ESP_TIMER_H

#include "esp_err.h"

int64_t esp_timer_get_time(void);

#endif
