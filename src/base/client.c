/*
 * client.c - see client.h
 * SPDX-License-Identifier: MIT
 */
#include "client.h"

#include <string.h>

void hx_client_key(uint8_t key[HX_CLIENT_KEY], const struct hatch_address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	memcpy(key, address->bytes, HX_CLIENT_KEY);
	bool on_link = key[0] == 0xfe &&
		       (key[1] & 0xc0) == 0x80; /* all neighbours share fe80::/64 */
	if (memcmp(key, mapped, sizeof(mapped)) != 0 && !on_link)
		memset(key + 8, 0, HX_CLIENT_KEY - 8);
}

bool hx_same_client(const struct hatch_address *a, const struct hatch_address *b)
{
	uint8_t of_a[HX_CLIENT_KEY], of_b[HX_CLIENT_KEY];
	hx_client_key(of_a, a);
	hx_client_key(of_b, b);
	return memcmp(of_a, of_b, HX_CLIENT_KEY) == 0;
}
