/* esp_err.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_ERR_H
#define STANDIN_ESP_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;

#define ESP_OK                0
#define ESP_FAIL              -1
#define ESP_ERR_NO_MEM        0x101
#define ESP_ERR_INVALID_ARG   0x102
#define ESP_ERR_INVALID_STATE 0x103

const char *esp_err_to_name(esp_err_t code);

#endif
