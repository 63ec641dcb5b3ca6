/*
 * constant_time.c - every function with secrets that valgrind takes for undefined
 * SPDX-License-Identifier: MIT
 *
 * memcheck complains of each branch and each address that depends on an undefined value.  Secrets
 * are marked so; what a function may tell (its returned number, a public key, a signature) is
 * marked as defined after it was computed.  With the argument `planted` a branch on a secret is
 * run, which memcheck must find; with `planted-index` a look-up.
 *
 * Compiled with src/crypto/ by test_constant_time.py, in several ways; not part of the CMake build.
 */
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "crypto/nonce.h"
#include "crypto/p256.h"
#include "crypto/x25519.h"

#define SECRET(object) VALGRIND_MAKE_MEM_UNDEFINED(&(object), sizeof(object))
#define TELL(object)   VALGRIND_MAKE_MEM_DEFINED(&(object), sizeof(object))

static const uint8_t g[64] = { 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
	0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
	0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e,
	0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
	0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5 };

/* Constant time and not an HMAC. */
static int mix(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	uint8_t sum[32];

	(void)context;
	memcpy(sum, key, 32);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < parts[i].len; j++)
			sum[j % 32] = (uint8_t)(sum[j % 32] * 5 + parts[i].ptr[j] + 1);
	sum[0] &= 0x7f;
	memcpy(out, sum, 32);
	return 0;
}

static void fill(uint8_t buf[32], unsigned round)
{
	for (unsigned i = 0; i < 32; i++)
		buf[i] = round == 0 ? 0 : round == 1 ? 0xff : (uint8_t)(i * i * 7 + round * 31 + 1);
	if (round == 2) {
		memset(buf, 0, 32);
		buf[31] = 1;
	}
}

static void every_function(unsigned round)
{
	static const struct hx_nonce_hmac hmac = { .sha256 = mix };
	uint8_t secret[32], nonce[32], peer[32] = { 9 }, zero[32] = { 0 }, hash[32], out[64];
	const struct hx_nonce_part part = { hash, 32 }, added = { nonce, 32 };
	int status;

	fill(secret, round);
	fill(nonce, round + 1);
	fill(hash, round);
	SECRET(secret);
	SECRET(nonce);
	hx_x25519_public(out, secret);
	status = hx_x25519_shared(out, secret, peer);
	TELL(status);
	status |= hx_x25519_shared(out, secret, zero);
	/* a peer's key that is secret to somebody is handled in constant time, too */
	SECRET(peer);
	hx_x25519_shared(out, secret, peer);
	status = hx_p256_public(out, secret);
	status |= hx_p256_shared(out, secret, g);
	status |= hx_p256_sign(out, secret, hash, 32, nonce);
	SECRET(hash);
	status |= hx_p256_sign(out, secret, hash, 32, nonce);
	TELL(status);
	/* Its loop looks at what hx_p256_sign() returned, which is to be told. */
	uint8_t fixed[32];
	struct hx_nonce state;
	status = hx_nonce_begin(&state, &hmac, secret, &part, &added);
	hx_nonce_next(&state, fixed);
	hx_nonce_next(&state, fixed);
	hx_nonce_end(&state);
}

int main(int argc, char **argv)
{
	uint8_t secret[32] = { 1, 2, 3 };
	static const uint8_t table[256] = { 1 };
	volatile uint8_t sink = 0;

	if (argc > 1) {
		SECRET(secret);
		if (strcmp(argv[1], "planted") == 0 && secret[1] & 1)
			sink = 1;
		if (strcmp(argv[1], "planted-index") == 0)
			sink = table[secret[2]];
		(void)sink;
		return 0;
	}
	for (unsigned round = 0; round < 5; round++)
		every_function(round);
	printf("done %u\n", (unsigned)RUNNING_ON_VALGRIND);
	return 0;
}
