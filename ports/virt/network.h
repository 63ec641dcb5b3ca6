/*
 * network.h - virtio-net under lwIP
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_NETWORK_H
#define VIRT_NETWORK_H

#include "../../src/hatch_conn.h"

/*
 * Starts lwIP and waits until DHCP has given an address, which goes to the console.  The setting
 * "loss" is the share of frames, in percent, that vanish in each direction.
 */
void network_open(void);

/* Our addresses, IPv4 first: how many there are. */
int network_addresses(struct hatch_address *out, size_t max);

#endif
