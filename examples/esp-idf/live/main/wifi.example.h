/*
 * wifi.example.h - copy this to wifi.h, which git ignores, and fill it in
 * SPDX-License-Identifier: MIT
 */
#define WIFI_SSID     "name of the network"
#define WIFI_PASSWORD "its password"
