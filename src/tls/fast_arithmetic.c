/*
 * fast_arithmetic.c - src/crypto/ under mbedTLS: what its files have in common
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "arithmetic.h"
#include "fast.h"

#include "../crypto/fn256.h"

const char *hx_arithmetic_name(void)
{
	return "X25519 and P-256 are Hatch's";
}

/* RFC 7748 section 5 clamps; mbedTLS stores the number so, too. */
void hx_fast_clamp(uint8_t secret[32])
{
	secret[0] &= 0xf8;
	secret[31] = (uint8_t)((secret[31] & 0x7f) | 0x40);
}

bool hx_fast_p256_secret_ok(const uint8_t secret[32])
{
	uint32_t number[8];
	uint32_t ok = hx_fn256_from_bytes(number, secret);

	hx_wipe(number, sizeof(number));
	return ok != 0;
}
