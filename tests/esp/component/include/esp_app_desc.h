/* esp_app_desc.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT
 */
#ifndef STANDIN_MORE_ESP_APP_DESC_H
#define STANDIN_MORE_ESP_APP_DESC_H

/* Members that the examples do not name are left out. */
typedef struct {
	char version[32];
	char project_name[32];
} esp_app_desc_t;

const esp_app_desc_t *esp_app_get_description(void);

#endif
