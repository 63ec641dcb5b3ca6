/* esp_netif.h - what ESP-IDF declares of it that the examples use; SPDX-License-Identifier: MIT */
#ifndef STANDIN_MORE_ESP_NETIF_H
#define STANDIN_MORE_ESP_NETIF_H

#include_next <esp_netif.h>

#define IPSTR              "%d.%d.%d.%d"
#define IP_BYTE(ipaddr, n) (((const uint8_t *)(&(ipaddr)->addr))[n])
#define IP2STR(ipaddr)                                                                             \
	IP_BYTE(ipaddr, 0), IP_BYTE(ipaddr, 1), IP_BYTE(ipaddr, 2), IP_BYTE(ipaddr, 3)

esp_err_t esp_netif_init(void);
esp_err_t esp_netif_set_hostname(esp_netif_t *esp_netif, const char *hostname);
esp_err_t esp_netif_create_ip6_linklocal(esp_netif_t *esp_netif);

#endif
