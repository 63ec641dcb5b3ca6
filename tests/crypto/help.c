/*
 * help.c - what the tests of src/crypto/ share
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

size_t help_hex(uint8_t *out, const char *digits)
{
	size_t len = strlen(digits) / 2;

	for (size_t i = 0; i < len; i++) {
		char pair[3] = { digits[2 * i], digits[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

void help_assert_hex(const uint8_t *bytes, const char *digits)
{
	uint8_t expected[256];
	size_t len = help_hex(expected, digits);

	assert_memory_equal(bytes, expected, len);
}

static uint64_t next(void)
{
	static uint64_t seed = 0x2545f4914f6cdd1d;

	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d >> 32;
}

void help_random(void *buf, size_t len)
{
	uint8_t *byte = buf;

	while (len-- > 0)
		*byte++ = (uint8_t)next();
}

void help_random_with_edges(uint32_t word[8])
{
	for (int i = 0; i < 8; i++) {
		uint64_t kind = next() % 6;
		word[i] = kind == 0 ? 0 : kind == 1 ? 0xffffffff : (uint32_t)next();
	}
}

#ifdef HATCH_CHECK_BOUNDS /* with sanitizers */
enum { QUICK_SHARE = 4, MANY_SHARE = 40 };
#else
enum { QUICK_SHARE = 1, MANY_SHARE = 1 };
#endif

unsigned help_rounds(unsigned quick, unsigned many)
{
	return getenv("HATCH_LONG") != NULL ? many / MANY_SHARE : quick / QUICK_SHARE;
}

#define F 0xffffffff
#define N 0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, F, F, 0, F
const uint32_t help_edges[][8] = {
	{ 0 },
	{ 1 },
	{ 2 },
	{ 18 },
	{ 19 },
	{ 37 },
	{ 38 },
	{ 39 },
	{ F },
	{ 0xffffffec, F, F, F, F, F, F, 0x7fffffff }, /* 2^255 - 20 */
	{ 0xffffffed, F, F, F, F, F, F, 0x7fffffff }, /* 2^255 - 19 */
	{ 0xffffffee, F, F, F, F, F, F, 0x7fffffff },
	{ F, F, F, F, F, F, F, 0x7fffffff },
	{ 0, 0, 0, 0, 0, 0, 0, 0x80000000 },
	{ 0xffffffd9, F, F, F, F, F, F, F }, /* 2 (2^255 - 19) - 1, and so on */
	{ 0xffffffda, F, F, F, F, F, F, F },
	{ 0xffffffdb, F, F, F, F, F, F, F },
	{ 0xfffffffe, F, F, 0, 0, 0, 1, F }, /* P-256's p - 1 */
	{ F, F, F, 0, 0, 0, 1, F },          /* p */
	{ 0, 0, 0, 1, 0, 0, 1, F },
	{ 0, 0, 0, 0, 0, 0, 1 },
	{ 1, 0, 0, F, F, F, 0xfffffffe }, /* 2^256 - p */
	{ 0, 0, 0, F, F, F, 0xfffffffe }, /* 2^256 - p - 1 */
	{ 2, 0, 0, F, F, F, 0xfffffffe },
	{ 0, 0, 0, 0, 0, 0, 0, F },
	{ F, F, F, F, F, F, F, 0xfffffffe },
	{ 0, 0, 0, 0, 0, 0, 0, 1 },
	{ F, F, F, F, F, F, F },
	{ 0xfc632550, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, F, F, 0, F }, /* n - 1 */
	{ N },
	{ 0xfc632552, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, F, F, 0, F },
	{ 0xfffffffe, F, F, F, F, F, F, F },
	{ F, F, F, F, F, F, F, F },
};
const unsigned help_edge_count = sizeof help_edges / sizeof help_edges[0];

static int hmac(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	uint8_t all[512], tag[32];
	size_t len = 0;

	(void)context;
	for (size_t i = 0; i < count; i++) {
		assert_true(len + parts[i].len <= sizeof all);
		memcpy(all + len, parts[i].ptr, parts[i].len);
		len += parts[i].len;
	}
	assert_non_null(HMAC(EVP_sha256(), key, 32, all, len, tag, NULL));
	memcpy(out, tag, 32);
	return 0;
}

const struct hx_nonce_hmac help_hmac = { .sha256 = hmac };
