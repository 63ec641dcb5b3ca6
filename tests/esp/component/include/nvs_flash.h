/* nvs_flash.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_NVS_FLASH_H
#define STANDIN_MORE_NVS_FLASH_H

#include_next <nvs_flash.h>

#include <nvs.h>

#ifndef ESP_ERR_NVS_NEW_VERSION_FOUND
#define ESP_ERR_NVS_NEW_VERSION_FOUND (ESP_ERR_NVS_BASE + 0x10)
#endif

esp_err_t nvs_flash_deinit(void);

#endif
