/* esp_random.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_RANDOM_H
#define STANDIN_ESP_RANDOM_H

#include <stddef.h>
#include <stdint.h>

uint32_t esp_random(void);
void esp_fill_random(void *buf, size_t len);

#endif
