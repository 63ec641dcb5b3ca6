/* mdns.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_MDNS_H
#define STANDIN_MORE_MDNS_H

#include <esp_err.h>

typedef struct {
	const char *key;
	const char *value;
} mdns_txt_item_t;

esp_err_t mdns_init(void);
esp_err_t mdns_hostname_set(const char *hostname);
esp_err_t mdns_service_add(const char *instance_name, const char *service_type, const char *proto,
	uint16_t port, mdns_txt_item_t txt[], size_t num_items);

#endif
