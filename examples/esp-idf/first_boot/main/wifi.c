/*
 * wifi.c - the access point for the setup, and the network that was chosen there
 * SPDX-License-Identifier: MIT
 *
 * The choice is kept by the Wi-Fi driver, in NVS, as esp_wifi_set_config() does by default.
 */
#include <bootloader_random.h>
#include <esp_event.h>
#include <esp_log.h>
#include <esp_netif.h>
#include <esp_random.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <sdkconfig.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "app.h"

/* Both together well over what joining takes; a wrong password is told after some 3 s. */
enum { JOIN_TRIES = 10, JOIN_MS = 60000 };

static const char tag[] = "first_boot";
static SemaphoreHandle_t is_up; /* the access point, or it is decided whether we have joined */
static atomic_bool joining, joined;
static char setup_password[17];

/* Before the radio is on, random numbers need this source, and only before. */
static void make_password(void)
{
	bootloader_random_enable();
	snprintf(setup_password, sizeof(setup_password), "%08lx%08lx", (unsigned long)esp_random(),
		(unsigned long)esp_random());
	bootloader_random_disable();
}

void wifi_init(void)
{
	const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
	make_password();
	is_up = xSemaphoreCreateBinary();
	ESP_ERROR_CHECK(esp_netif_init());
	ESP_ERROR_CHECK(esp_event_loop_create_default());
	ESP_ERROR_CHECK(esp_wifi_init(&init));
}

bool wifi_is_set_up(void)
{
	wifi_config_t config;
	return esp_wifi_get_config(WIFI_IF_STA, &config) == ESP_OK && config.sta.ssid[0] != '\0';
}

bool wifi_keep(struct hatch_span ssid, struct hatch_span password)
{
	wifi_config_t config = { .sta = { .ssid = { 0 } } };
	memcpy(config.sta.ssid, ssid.ptr, ssid.len);
	if (password.len > 0)
		memcpy(config.sta.password, password.ptr, password.len);
	/* Only this is for the next start: the access point's mode and password are not. */
	esp_err_t error = esp_wifi_set_storage(WIFI_STORAGE_FLASH);
	if (error == ESP_OK)
		error = esp_wifi_set_config(WIFI_IF_STA, &config);
	if (error != ESP_OK)
		ESP_LOGE(tag, "the Wi-Fi cannot be stored: %s", esp_err_to_name(error));
	return error == ESP_OK;
}

static void on_setup(void *arg, esp_event_base_t base, int32_t id, void *data)
{
	(void)arg;
	(void)base;
	(void)id;
	(void)data;
	xSemaphoreGive(is_up);
}

/* Once it has joined it tries for ever: the network was good, and will be again. */
static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
	static unsigned failed;
	(void)arg;
	(void)base;
	(void)data;
	if (!joining && !joined)
		return; /* it is the access point's turn */
	if (id == WIFI_EVENT_STA_DISCONNECTED) {
		ESP_LOGW(tag, "not connected (3 s on the button: another Wi-Fi)");
		if (!joined && ++failed == JOIN_TRIES) {
			xSemaphoreGive(is_up);
			return;
		}
	}
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
	if (!joining)
		return; /* again, or too late */
	joined = true;
	xSemaphoreGive(is_up);
}

/* Another password at each start, on the serial port alone: who reads it holds the device. */
void wifi_open_setup(void)
{
	wifi_config_t config = {
		.ap = { .channel = 1, .authmode = WIFI_AUTH_WPA2_PSK, .max_connection = 2 }
	};
	char name[32];

	/* With the station's interface too, so that wifi_keep() can write its network. */
	esp_netif_create_default_wifi_ap();
	ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM));
	ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_APSTA));
	int len = snprintf(name, sizeof(name), "%.20s-setup", CONFIG_FIRST_BOOT_HOSTNAME);
	memcpy(config.ap.ssid, name, (size_t)len);
	config.ap.ssid_len = (uint8_t)len;
	ESP_ERROR_CHECK(esp_event_handler_instance_register(
		WIFI_EVENT, WIFI_EVENT_AP_START, on_setup, NULL, NULL));
	memcpy(config.ap.password, setup_password, sizeof(setup_password));
	ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_AP, &config));
	ESP_ERROR_CHECK(esp_wifi_start());
	xSemaphoreTake(is_up, portMAX_DELAY);
	ESP_LOGI(tag, "join the Wi-Fi %s with %s, then open https://192.168.4.1/", name,
		setup_password);
}

bool wifi_join(void)
{
	esp_netif_t *netif = esp_netif_create_default_wifi_sta();
	ESP_ERROR_CHECK(esp_netif_set_hostname(netif, CONFIG_FIRST_BOOT_HOSTNAME));
	ESP_ERROR_CHECK(esp_event_handler_instance_register(
		WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL, NULL));
	ESP_ERROR_CHECK(esp_event_handler_instance_register(
		IP_EVENT, IP_EVENT_STA_GOT_IP, on_address, NULL, NULL));
	ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
	joining = true;
	ESP_ERROR_CHECK(esp_wifi_start());
	/* A radio that sleeps between beacons adds up to 300 ms to every first byte. */
	ESP_ERROR_CHECK(esp_wifi_set_ps(WIFI_PS_NONE));
	xSemaphoreTake(is_up, pdMS_TO_TICKS(JOIN_MS));
	joining = false;
	if (joined)
		return true;
	ESP_LOGE(tag, "the Wi-Fi that was chosen gives no address: the setup opens again");
	ESP_ERROR_CHECK(esp_wifi_stop());
	return false;
}
