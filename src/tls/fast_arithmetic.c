/*
 * fast_arithmetic.c - src/crypto/ under mbedTLS: what its files have in common
 * SPDX-License-Identifier: MIT
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include <string.h>

#include <mbedtls/version.h>

#include "fast.h"

#include "../crypto/fn256.h"

#if MBEDTLS_VERSION_NUMBER >= 0x04000000
#error "the wraps are made for mbedTLS 3.6: leave out HATCH_WRAPPED and the --wrap options"
#endif

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

#endif
