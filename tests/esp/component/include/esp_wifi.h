/* esp_wifi.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_WIFI_H
#define STANDIN_MORE_ESP_WIFI_H

#include <esp_err.h>
#include <esp_event.h>
#include <esp_netif.h>

typedef enum { WIFI_MODE_NULL, WIFI_MODE_STA, WIFI_MODE_AP, WIFI_MODE_APSTA } wifi_mode_t;
typedef enum { WIFI_IF_STA, WIFI_IF_AP } wifi_interface_t;
typedef enum { WIFI_PS_NONE, WIFI_PS_MIN_MODEM, WIFI_PS_MAX_MODEM } wifi_ps_type_t;
typedef enum { WIFI_STORAGE_FLASH, WIFI_STORAGE_RAM } wifi_storage_t;
typedef enum {
	WIFI_AUTH_OPEN,
	WIFI_AUTH_WEP,
	WIFI_AUTH_WPA_PSK,
	WIFI_AUTH_WPA2_PSK
} wifi_auth_mode_t;

/* Members that the examples do not name are left out; the first of each are as there. */
typedef struct {
	uint8_t ssid[32];
	uint8_t password[64];
	uint8_t ssid_len;
	uint8_t channel;
	wifi_auth_mode_t authmode;
	uint8_t ssid_hidden;
	uint8_t max_connection;
} wifi_ap_config_t;
typedef struct {
	uint8_t ssid[32];
	uint8_t password[64];
} wifi_sta_config_t;
typedef union {
	wifi_ap_config_t ap;
	wifi_sta_config_t sta;
} wifi_config_t;

typedef enum {
	WIFI_SECOND_CHAN_NONE,
	WIFI_SECOND_CHAN_ABOVE,
	WIFI_SECOND_CHAN_BELOW
} wifi_second_chan_t;
typedef struct {
	uint8_t bssid[6];
	uint8_t ssid[33];
	uint8_t primary;
	wifi_second_chan_t second;
	int8_t rssi;
} wifi_ap_record_t;

typedef struct {
	int magic;
} wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT()                                                                 \
	{                                                                                          \
		.magic = 0x1F2F3F4F                                                                \
	}

extern esp_event_base_t const WIFI_EVENT;
enum {
	WIFI_EVENT_STA_START = 2,
	WIFI_EVENT_STA_CONNECTED = 4,
	WIFI_EVENT_STA_DISCONNECTED = 5,
	WIFI_EVENT_AP_START = 12
};

esp_err_t esp_wifi_init(const wifi_init_config_t *config);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_set_ps(wifi_ps_type_t type);
esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *conf);
esp_err_t esp_wifi_get_config(wifi_interface_t interface, wifi_config_t *conf);
esp_err_t esp_wifi_set_storage(wifi_storage_t storage);
esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *ap_info);

/* From esp_wifi_default.h. */
esp_netif_t *esp_netif_create_default_wifi_sta(void);
esp_netif_t *esp_netif_create_default_wifi_ap(void);

#endif
