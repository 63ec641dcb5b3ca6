/* nvs_flash.h - what ESP-IDF declares of it that examples and tests use; SPDX-License-Identifier:
 * MIT */
#ifndef STANDIN_NVS_FLASH_H
#define STANDIN_NVS_FLASH_H

#include "esp_err.h"

#define ESP_ERR_NVS_NEW_VERSION_FOUND (0x1100 + 0x10)

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);

#endif
