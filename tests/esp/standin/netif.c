/*
 * netif.c - network interfaces of ESP-IDF: a test's, or those of this machine
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"

struct esp_netif_obj {
	bool up;
	esp_ip4_addr_t ip4;
	esp_ip6_addr_t ip6[STANDIN_IP6];
	int ip6_count;
};

static struct esp_netif_obj netifs[STANDIN_NETIFS];
static size_t count;
static _Thread_local bool in_tcpip;

bool standin_in_tcpip(void)
{
	return in_tcpip;
}

/* There these are only safe in the network's own task. */
static void only_in_tcpip(const char *what)
{
	if (in_tcpip)
		return;
	fprintf(stderr, "%s outside of esp_netif_tcpip_exec()\n", what);
	abort();
}

static void add_ip6(struct esp_netif_obj *netif, const void *bytes)
{
	if (netif->ip6_count < STANDIN_IP6)
		memcpy(netif->ip6[netif->ip6_count++].addr, bytes, 16);
}

static void take_told(void)
{
	for (count = 0; count < standin.netifs; count++) {
		const struct standin_netif *told = &standin.netif[count];
		netifs[count].up = told->up;
		if (told->ip4 != NULL)
			(void)inet_pton(AF_INET, told->ip4, &netifs[count].ip4.addr);
		for (unsigned i = 0; i < STANDIN_IP6 && told->ip6[i] != NULL; i++) {
			struct in6_addr bytes;
			(void)inet_pton(AF_INET6, told->ip6[i], &bytes);
			add_ip6(&netifs[count], &bytes);
		}
	}
}

/* All of them as one interface with one IPv4 address, as a board has. */
static void take_machine(void)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) != 0)
		return;
	count = 1;
	netifs[0].up = true;
	for (struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
		if (at->ifa_addr == NULL || (at->ifa_flags & IFF_LOOPBACK) != 0)
			continue;
		if (at->ifa_addr->sa_family == AF_INET)
			memcpy(&netifs[0].ip4.addr,
				&((struct sockaddr_in *)(void *)at->ifa_addr)->sin_addr, 4);
		else if (at->ifa_addr->sa_family == AF_INET6)
			add_ip6(&netifs[0],
				&((struct sockaddr_in6 *)(void *)at->ifa_addr)->sin6_addr);
	}
	freeifaddrs(all);
}

esp_err_t esp_netif_tcpip_exec(esp_netif_callback_fn fn, void *ctx)
{
	if (standin.tcpip_exec != ESP_OK)
		return standin.tcpip_exec;
	memset(netifs, 0, sizeof(netifs));
	if (standin.netifs > 0)
		take_told();
	else
		take_machine();
	in_tcpip = true;
	esp_err_t error = fn(ctx);
	in_tcpip = false;
	return error;
}

esp_netif_t *esp_netif_next_unsafe(esp_netif_t *esp_netif)
{
	only_in_tcpip("esp_netif_next_unsafe()");
	size_t next = esp_netif == NULL ? 0 : (size_t)(esp_netif - netifs) + 1;
	return next < count ? &netifs[next] : NULL;
}

bool esp_netif_is_netif_up(esp_netif_t *esp_netif)
{
	return esp_netif->up;
}

esp_err_t esp_netif_get_ip_info(esp_netif_t *esp_netif, esp_netif_ip_info_t *ip_info)
{
	memset(ip_info, 0, sizeof(*ip_info));
	ip_info->ip = esp_netif->ip4;
	return ESP_OK;
}

int esp_netif_get_all_ip6(esp_netif_t *esp_netif, esp_ip6_addr_t if_ip6[])
{
	memcpy(if_ip6, esp_netif->ip6, sizeof(esp_netif->ip6));
	return esp_netif->ip6_count;
}
