/*
 * client.h - who counts as one client
 * SPDX-License-Identifier: MIT
 *
 * An IPv4 or link-local address, or the /64 of another IPv6 address: one IPv6 customer has all of
 * those.
 */
#ifndef HX_BASE_CLIENT_H
#define HX_BASE_CLIENT_H

#include "../hatch_conn.h"

enum { HX_CLIENT_KEY = 16 };

void hx_client_key(uint8_t key[HX_CLIENT_KEY], const struct hatch_address *address);
bool hx_same_client(const struct hatch_address *a, const struct hatch_address *b);

#endif
