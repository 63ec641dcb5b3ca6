/*
 * test_x25519.c - X25519: RFC 7748, points of small order, mbedTLS and OpenSSL
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <mbedtls/ecp.h>
#include <openssl/evp.h>

#include "crypto/x25519.h"
#include "hatch.h"

static const uint8_t nine[32] = { 9 };

static void assert_shared(const char *secret, const char *peer, const char *shared)
{
	uint8_t k[32], u[32], out[32];

	help_hex(k, secret);
	help_hex(u, peer);
	assert_int_equal(hx_x25519_shared(out, k, u), 0);
	help_assert_hex(out, shared);
}

static void test_rfc7748_vectors(void **state)
{
	uint8_t out[32];

	(void)state;
	/* section 5.2 */
	assert_shared("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	assert_shared("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
	/* section 6.1 */
	help_hex(out, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	hx_x25519_public(out, out);
	help_assert_hex(out, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	help_hex(out, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	hx_x25519_public(out, out);
	help_assert_hex(out, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	assert_shared("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
		"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
		"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

/* Section 5.2's loop, and on the way the comb must agree with the ladder. */
static void test_rfc7748_iterations(void **state)
{
	uint8_t k[32] = { 9 }, u[32] = { 9 }, out[32], by_comb[32];

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		hx_x25519_public(by_comb, k);
		assert_int_equal(hx_x25519_shared(out, k, nine), 0);
		assert_memory_equal(by_comb, out, 32);
		assert_int_equal(hx_x25519_shared(out, k, u), 0);
		memcpy(u, k, 32);
		memcpy(k, out, 32);
		if (i == 1)
			help_assert_hex(k, "422c8e7a6227d7bca1350b3e2bb7279f"
					   "7897b87bb6854b783c60e80311ae3079");
	}
	help_assert_hex(k, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

/* All encodings of the points whose order divides 8, on the curve and on its twist: u = 0, 1, -1
   and two of order 8, each also plus p where 255 bits hold that, and each with the top bit set. */
static void test_small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	};
	static const uint8_t zero[32];

	(void)state;
	for (unsigned i = 0; i < 2 * sizeof points / sizeof points[0]; i++) {
		uint8_t u[32], k[32], out[32];
		help_hex(u, points[i / 2]);
		u[31] |= (uint8_t)(i % 2 << 7);
		for (int j = 0; j < 20; j++) {
			help_random(k, 32);
			memset(out, 0xaa, 32);
			assert_int_equal(hx_x25519_shared(out, k, u), HATCH_EINVAL);
			assert_memory_equal(out, zero, 32);
		}
	}
}

/* u and u + p are the same, for the 19 u below 2^255 - p = 19, and the top bit does not count. */
static void test_other_encodings(void **state)
{
	(void)state;
	for (unsigned i = 2; i < 19; i++) {
		uint8_t low[32] = { (uint8_t)i }, high[32], k[32], a[32], b[32];
		memset(high, 0xff, 32);
		high[0] = (uint8_t)(0xed + i);
		high[31] = i % 2 ? 0xff : 0x7f;
		help_random(k, 32);
		assert_int_equal(hx_x25519_shared(a, k, low), 0);
		assert_int_equal(hx_x25519_shared(b, k, high), 0);
		assert_memory_equal(a, b, 32);
	}
}

/* Secrets whose digits in the comb are all equal, or close to the order, and so on: against the
   ladder. */
static void test_comb_edges(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2048; i++) {
		uint8_t k[32], a[32], b[32];
		memset(k, i & 1 ? 0xff : 0, 32);
		k[i / 8 % 32] ^= (uint8_t)(1 << i % 8);
		k[i / 64 % 32] ^= (uint8_t)(i >> 3);
		hx_x25519_public(a, k);
		assert_int_equal(hx_x25519_shared(b, k, nine), 0);
		assert_memory_equal(a, b, 32);
	}
	/* order of the base point, and around it, 8 times and once */
	for (int i = -9; i < 10; i++) {
		uint8_t k[32], a[32], b[32];
		help_hex(k, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
		k[0] = (uint8_t)(k[0] + i);
		hx_x25519_public(a, k);
		assert_int_equal(hx_x25519_shared(b, k, nine), 0);
		assert_memory_equal(a, b, 32);
	}
}

static int random_for_mbedtls(void *context, unsigned char *buf, size_t len)
{
	(void)context;
	help_random(buf, len);
	return 0;
}

static void test_against_mbedtls(void **state)
{
	mbedtls_ecp_group group;
	mbedtls_ecp_point p, r;
	mbedtls_ecp_keypair key;

	(void)state;
	mbedtls_ecp_group_init(&group);
	mbedtls_ecp_point_init(&p);
	mbedtls_ecp_point_init(&r);
	assert_int_equal(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_CURVE25519), 0);
	for (unsigned i = 0; i < help_rounds(2000, 1000000); i++) {
		uint8_t k[32], u[32], out[32], expected[32];
		size_t len;
		help_random(k, 32);
		help_random(u, 32);
		mbedtls_ecp_keypair_init(&key);
		assert_int_equal(mbedtls_ecp_read_key(MBEDTLS_ECP_DP_CURVE25519, &key, k, 32), 0);
		assert_int_equal(mbedtls_ecp_point_read_binary(&group, &p, u, 32), 0);
		assert_int_equal(mbedtls_ecp_mul(&group, &r, &key.MBEDTLS_PRIVATE(d), &p,
					 random_for_mbedtls, NULL),
			0);
		assert_int_equal(mbedtls_ecp_point_write_binary(&group, &r,
					 MBEDTLS_ECP_PF_UNCOMPRESSED, &len, expected, 32),
			0);
		assert_int_equal(hx_x25519_shared(out, k, u), 0);
		assert_memory_equal(out, expected, 32);
		mbedtls_ecp_keypair_free(&key);
	}
	mbedtls_ecp_point_free(&p);
	mbedtls_ecp_point_free(&r);
	mbedtls_ecp_group_free(&group);
}

static void openssl_x25519(
	uint8_t out[32], uint8_t public_key[32], const uint8_t k[32], const uint8_t u[32])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, k, 32);
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, u, 32);
	EVP_PKEY_CTX *derive = EVP_PKEY_CTX_new(own, NULL);
	size_t len = 32;

	assert_int_equal(EVP_PKEY_get_raw_public_key(own, public_key, &len), 1);
	assert_int_equal(EVP_PKEY_derive_init(derive), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(derive, peer), 1);
	len = 32;
	assert_int_equal(EVP_PKEY_derive(derive, out, &len), 1);
	EVP_PKEY_CTX_free(derive);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
}

static void test_against_openssl(void **state)
{
	(void)state;
	for (unsigned i = 0; i < help_rounds(4000, 1000000); i++) {
		uint8_t k[32], u[32], out[32], public_key[32], shared[32];
		help_random(k, 32);
		help_random(u, 32);
		openssl_x25519(shared, public_key, k, u);
		assert_int_equal(hx_x25519_shared(out, k, u), 0);
		assert_memory_equal(out, shared, 32);
		hx_x25519_public(out, k);
		assert_memory_equal(out, public_key, 32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc7748_vectors),
		cmocka_unit_test(test_rfc7748_iterations),
		cmocka_unit_test(test_small_order),
		cmocka_unit_test(test_other_encodings),
		cmocka_unit_test(test_comb_edges),
		cmocka_unit_test(test_against_mbedtls),
		cmocka_unit_test(test_against_openssl),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
