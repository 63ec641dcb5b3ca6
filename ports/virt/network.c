/*
 * network.c - see network.h; VIRTIO 1.1 section 5.1
 * SPDX-License-Identifier: MIT
 *
 * A frame is copied once in each direction, between a pbuf and one of eight fixed buffers, as the
 * Wi-Fi driver of an ESP32 does.
 */
#include "network.h"

#include <stdio.h>
#include <string.h>

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>

#include "../../src/port/bsd_sockets.h"
#include "entropy.h"
#include "settings.h"
#include "task.h"
#include "virtio.h"

enum { RX_QUEUE = 0, TX_QUEUE = 1, MAC_AT = 0x100, HEAD_LEN = 12, FRAME_LEN = 1514 };

struct buffer {
	unsigned char bytes[HEAD_LEN + FRAME_LEN];
};

static struct virtio_device device;
static struct virtio_queue rx, tx;
static struct buffer rx_buffers[VIRTIO_QUEUE_LEN], tx_buffers[VIRTIO_QUEUE_LEN];
static unsigned tx_free[VIRTIO_QUEUE_LEN], tx_free_count;
static struct netif netif;
static uint32_t loss, chance;

/* ---- frames that vanish ---- */

/* A linear congruential generator will do: loss is to be likely, not secret. */
static bool is_lost(void)
{
	if (loss == 0)
		return false;
	chance = chance * 1664525u + 1013904223u;
	return (chance >> 16) % 100 < loss;
}

/* ---- receiving ---- */

static void offer_rx(unsigned slot)
{
	struct virtio_part part = { rx_buffers[slot].bytes, sizeof(rx_buffers[slot].bytes), true };
	virtio_offer(&rx, slot, &part, 1);
}

static void receive(const unsigned char *frame, uint32_t len)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)len, PBUF_RAM);
	if (p == NULL)
		return; /* like a frame that was lost: TCP sends it again */
	(void)pbuf_take(p, frame, (u16_t)len);
	if (netif.input(p, &netif) != ERR_OK)
		pbuf_free(p);
}

static void take_back_tx(void)
{
	uint32_t len;
	int slot;
	while ((slot = virtio_take(&tx, &len)) >= 0)
		tx_free[tx_free_count++] = (unsigned)slot;
}

static void on_interrupt(void *arg)
{
	uint32_t len;
	int slot;
	(void)arg;
	virtio_ack(&device);
	take_back_tx();
	while ((slot = virtio_take(&rx, &len)) >= 0) {
		if (len > HEAD_LEN && !is_lost())
			receive(rx_buffers[slot].bytes + HEAD_LEN, len - HEAD_LEN);
		offer_rx((unsigned)slot);
	}
}

/* ---- sending ---- */

static err_t link_output(struct netif *self, struct pbuf *p)
{
	(void)self;
	if (p->tot_len > FRAME_LEN)
		return ERR_IF;
	if (is_lost())
		return ERR_OK;
	take_back_tx();
	if (tx_free_count == 0)
		return ERR_MEM;
	unsigned slot = tx_free[--tx_free_count];
	unsigned char *bytes = tx_buffers[slot].bytes;
	memset(bytes, 0, HEAD_LEN);
	(void)pbuf_copy_partial(p, bytes + HEAD_LEN, p->tot_len, 0);
	struct virtio_part part = { bytes, HEAD_LEN + (uint32_t)p->tot_len, false };
	virtio_offer(&tx, slot, &part, 1);
	return ERR_OK;
}

/* ---- starting ---- */

static err_t init_netif(struct netif *self)
{
	const volatile uint8_t *mac = (volatile uint8_t *)device.regs + MAC_AT;
	for (size_t i = 0; i < ETH_HWADDR_LEN; i++)
		self->hwaddr[i] = mac[i];
	self->hwaddr_len = ETH_HWADDR_LEN;
	self->mtu = 1500;
	self->name[0] = 'e';
	self->name[1] = 'n';
	self->hostname = "hatch";
	self->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		      NETIF_FLAG_LINK_UP | NETIF_FLAG_MLD6;
	self->output = etharp_output;
	self->output_ip6 = ethip6_output;
	self->linkoutput = link_output;
	return ERR_OK;
}

static void on_status(struct netif *self)
{
	task_wake(self);
}

/* In lwIP's own thread. */
static void start(void *arg)
{
	struct netif *self = arg;
	(void)netif_add_noaddr(self, NULL, init_netif, tcpip_input);
	board_on_irq(device.line, on_interrupt, NULL);
	netif_set_default(self);
	netif_set_status_callback(self, on_status);
	netif_create_ip6_linklocal_address(self, 1);
	netif_set_ip6_autoconfig_enabled(self, 1);
	netif_set_up(self);
	if (dhcp_start(self) != ERR_OK)
		board_fail("no memory for DHCP");
}

void network_open(void)
{
	struct hatch_address address;
	if (!virtio_open(&device, VIRTIO_NET))
		board_fail("no virtio-net: start QEMU with -device virtio-net-device");
	loss = (uint32_t)settings_number("loss", 0);
	entropy_read(&chance, sizeof(chance));
	virtio_add_queue(&device, &rx, RX_QUEUE);
	virtio_add_queue(&device, &tx, TX_QUEUE);
	virtio_start(&device);
	for (unsigned i = 0; i < VIRTIO_QUEUE_LEN; i++) {
		offer_rx(i);
		tx_free[tx_free_count++] = i;
	}
	tcpip_init(start, &netif);
	while (!dhcp_supplied_address(&netif))
		if (!task_wait(&netif, 30000))
			printf("network: still no address from DHCP\n");
	(void)network_addresses(&address, 1);
	printf("network: address %s\n", address.text);
}

int network_addresses(struct hatch_address *out, size_t max)
{
	size_t count = 0;
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	inet_addr_from_ip4addr(&in.sin_addr, netif_ip4_addr(&netif));
	if (count < max)
		hx_bsd_address(&out[count++], &in);
	for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES && count < max; i++) {
		if (!ip6_addr_ispreferred(netif_ip6_addr_state(&netif, i)))
			continue;
		inet6_addr_from_ip6addr(&in6.sin6_addr, netif_ip6_addr(&netif, i));
		hx_bsd_address(&out[count++], &in6);
	}
	return (int)count;
}
