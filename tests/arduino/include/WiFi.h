/*
 * WiFi.h - a stand-in: see Arduino.h
 * SPDX-License-Identifier: MIT
 */
#ifndef STAND_IN_WIFI_H
#define STAND_IN_WIFI_H

#include <Arduino.h>

typedef enum {
	WL_NO_SHIELD = 255,
	WL_STOPPED = 254,
	WL_IDLE_STATUS = 0,
	WL_NO_SSID_AVAIL = 1,
	WL_SCAN_COMPLETED = 2,
	WL_CONNECTED = 3,
	WL_CONNECT_FAILED = 4,
	WL_CONNECTION_LOST = 5,
	WL_DISCONNECTED = 6
} wl_status_t;

class WiFiSTAClass
{
      public:
	wl_status_t begin(const char *ssid, const char *passphrase = NULL, int32_t channel = 0,
		const uint8_t *bssid = NULL, bool connect = true);
	static wl_status_t status();
	IPAddress localIP() const;
};

class WiFiGenericClass
{
      public:
	bool setSleep(bool enabled);
};

class WiFiClass : public WiFiGenericClass, public WiFiSTAClass
{
};
extern WiFiClass WiFi;

#endif
