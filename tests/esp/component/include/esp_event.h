/* esp_event.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_EVENT_H
#define STANDIN_MORE_ESP_EVENT_H

#include <esp_err.h>
#include <esp_netif.h>

typedef const char *esp_event_base_t;
typedef void *esp_event_handler_instance_t;
typedef void (*esp_event_handler_t)(
	void *event_handler_arg, esp_event_base_t event_base, int32_t event_id, void *event_data);

#define ESP_EVENT_ANY_ID -1

esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_event_handler_instance_register(esp_event_base_t event_base, int32_t event_id,
	esp_event_handler_t event_handler, void *event_handler_arg,
	esp_event_handler_instance_t *instance);

/* From esp_netif_types.h. */
extern esp_event_base_t const IP_EVENT;
typedef enum { IP_EVENT_STA_GOT_IP } ip_event_t;
typedef struct {
	esp_netif_t *esp_netif;
	esp_netif_ip_info_t ip_info;
	bool ip_changed;
} ip_event_got_ip_t;

#endif
