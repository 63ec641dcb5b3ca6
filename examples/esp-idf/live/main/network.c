/*
 * network.c - Wi-Fi, and the name NAME.local
 * SPDX-License-Identifier: MIT
 */
#include <esp_event.h>
#include <esp_log.h>
#include <esp_netif.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <mdns.h>

#include "app.h"
#include "wifi.h" /* copy wifi.example.h to wifi.h and fill it in */

static const char tag[] = "live";
static SemaphoreHandle_t has_address;

static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
	(void)arg;
	(void)base;
	(void)data;
	if (id == WIFI_EVENT_STA_DISCONNECTED)
		ESP_LOGW(tag, "not connected to %s; trying again", WIFI_SSID);
	if (id == WIFI_EVENT_STA_START || id == WIFI_EVENT_STA_DISCONNECTED)
		esp_wifi_connect();
}

static void on_address(void *arg, esp_event_base_t base, int32_t id, void *data)
{
	const ip_event_got_ip_t *event = data;
	(void)arg;
	(void)base;
	(void)id;
	ESP_LOGI(tag, "address " IPSTR, IP2STR(&event->ip_info.ip));
	xSemaphoreGive(has_address);
}

static void join(const char *hostname)
{
	const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
	wifi_config_t config = { .sta = { .ssid = WIFI_SSID, .password = WIFI_PASSWORD } };
	esp_netif_t *netif;

	has_address = xSemaphoreCreateBinary();
	ESP_ERROR_CHECK(esp_netif_init());
	ESP_ERROR_CHECK(esp_event_loop_create_default());
	netif = esp_netif_create_default_wifi_sta();
	ESP_ERROR_CHECK(esp_netif_set_hostname(netif, hostname));
	ESP_ERROR_CHECK(esp_wifi_init(&init));
	ESP_ERROR_CHECK(esp_event_handler_instance_register(
		WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL, NULL));
	ESP_ERROR_CHECK(esp_event_handler_instance_register(
		IP_EVENT, IP_EVENT_STA_GOT_IP, on_address, NULL, NULL));
	ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM)); /* it is in the program */
	ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
	ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &config));
	ESP_ERROR_CHECK(esp_wifi_start());
	/* A radio that sleeps between beacons adds up to 300 ms to every first byte. */
	ESP_ERROR_CHECK(esp_wifi_set_ps(WIFI_PS_NONE));
	xSemaphoreTake(has_address, portMAX_DELAY);
}

void network_up(const char *hostname)
{
	join(hostname);
	ESP_ERROR_CHECK(mdns_init());
	ESP_ERROR_CHECK(mdns_hostname_set(hostname));
	ESP_ERROR_CHECK(mdns_service_add(NULL, "_https", "_tcp", 443, NULL, 0));
}
