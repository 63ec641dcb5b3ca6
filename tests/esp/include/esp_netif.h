/* esp_netif.h - what ESP-IDF declares of it that Hatch uses; SPDX-License-Identifier: MIT */
#ifndef STANDIN_ESP_NETIF_H
#define STANDIN_ESP_NETIF_H

#include "esp_err.h"
#include "sdkconfig.h"

/* From esp_netif_ip_addr.h: as in a packet, the first byte at the lowest address. */
typedef struct esp_ip4_addr {
	uint32_t addr;
} esp_ip4_addr_t;

typedef struct esp_ip6_addr {
	uint32_t addr[4];
	uint8_t zone;
} esp_ip6_addr_t;

typedef struct {
	esp_ip4_addr_t ip;
	esp_ip4_addr_t netmask;
	esp_ip4_addr_t gw;
} esp_netif_ip_info_t;

typedef struct esp_netif_obj esp_netif_t;
typedef esp_err_t (*esp_netif_callback_fn)(void *ctx);

esp_netif_t *esp_netif_next_unsafe(esp_netif_t *esp_netif);
esp_err_t esp_netif_tcpip_exec(esp_netif_callback_fn fn, void *ctx);
bool esp_netif_is_netif_up(esp_netif_t *esp_netif);
esp_err_t esp_netif_get_ip_info(esp_netif_t *esp_netif, esp_netif_ip_info_t *ip_info);
#if CONFIG_LWIP_IPV6
int esp_netif_get_all_ip6(esp_netif_t *esp_netif, esp_ip6_addr_t if_ip6[]);
#endif

#endif
