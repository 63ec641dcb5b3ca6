/*
 * test_p256.c - P-256: vectors, every edge of the multiplications, mbedTLS and OpenSSL
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "crypto/p256.h"
#include "crypto/p256_point.h"
#include "hatch.h"

#define N_HEX "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define P_HEX "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define G_HEX                                                                                      \
	"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"                         \
	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

/* ---- OpenSSL as the reference ---- */

static EC_GROUP *group;
static BIGNUM *bn_k, *bn_x, *bn_y;

static int setup(void **state)
{
	(void)state;
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	bn_k = BN_new();
	bn_x = BN_new();
	bn_y = BN_new();
	return group == NULL;
}

static int teardown(void **state)
{
	(void)state;
	EC_GROUP_free(group);
	BN_free(bn_k);
	BN_free(bn_x);
	BN_free(bn_y);
	return 0;
}

/* k times the point, or the base point if that is NULL; false if it is the identity. */
static bool reference_times(uint8_t out[64], const uint8_t k[32], const uint8_t *point)
{
	EC_POINT *p = EC_POINT_new(group), *r = EC_POINT_new(group);
	bool finite;

	BN_bin2bn(k, 32, bn_k);
	if (point != NULL) {
		BN_bin2bn(point, 32, bn_x);
		BN_bin2bn(point + 32, 32, bn_y);
		assert_int_equal(EC_POINT_set_affine_coordinates(group, p, bn_x, bn_y, NULL), 1);
		assert_int_equal(EC_POINT_mul(group, r, NULL, p, bn_k, NULL), 1);
	} else {
		assert_int_equal(EC_POINT_mul(group, r, bn_k, NULL, NULL, NULL), 1);
	}
	finite = !EC_POINT_is_at_infinity(group, r);
	if (finite) {
		assert_int_equal(EC_POINT_get_affine_coordinates(group, r, bn_x, bn_y, NULL), 1);
		BN_bn2binpad(bn_x, out, 32);
		BN_bn2binpad(bn_y, out + 32, 32);
	}
	EC_POINT_free(p);
	EC_POINT_free(r);
	return finite;
}

/* Both multiplications of this k, on the base point and on a point. */
static void check_k(const uint8_t k[32], const uint8_t point[64])
{
	uint8_t expected[64], out[64], g[64];

	if (!reference_times(expected, k, NULL)) {
		static const uint8_t zero[64];
		assert_int_equal(hx_p256_public(out, k), HATCH_EINVAL);
		assert_memory_equal(out, zero, 64);
		return;
	}
	assert_int_equal(hx_p256_public(out, k), 0);
	assert_memory_equal(out, expected, 64);
	help_hex(g, G_HEX);
	assert_int_equal(hx_p256_shared(out, k, g), 0);
	assert_memory_equal(out, expected, 32);
	assert_true(reference_times(expected, k, point));
	assert_int_equal(hx_p256_shared(out, k, point), 0);
	assert_memory_equal(out, expected, 32);
}

static void number(uint8_t out[32], const char *base, int offset)
{
	BIGNUM *sum = NULL;

	BN_hex2bn(&sum, base);
	if (offset < 0)
		BN_sub_word(sum, (BN_ULONG)-offset);
	else
		BN_add_word(sum, (BN_ULONG)offset);
	BN_bn2binpad(sum, out, 32);
	BN_free(sum);
}

/* Small k, k close to n (n - 2 is where the window's last addition is a doubling), powers of two
   and their neighbours, and k at the edges of words. */
static void test_every_edge_of_k(void **state)
{
	uint8_t k[32], point[64];
	static const uint8_t seven[32] = { [31] = 7 };

	(void)state;
	assert_true(reference_times(point, seven, NULL));
	for (int i = 1; i <= 300; i++) {
		number(k, "0", i);
		check_k(k, point);
		number(k, N_HEX, -i);
		check_k(k, point);
	}
	for (int i = 0; i < 256; i++) {
		for (int near = -1; near <= 1; near++) {
			BN_zero(bn_k);
			BN_set_bit(bn_k, i);
			if (near < 0)
				BN_sub_word(bn_k, 1);
			else
				BN_add_word(bn_k, (BN_ULONG)near);
			BN_bn2binpad(bn_k, k, 32);
			if (!BN_is_zero(bn_k) && BN_cmp(bn_k, EC_GROUP_get0_order(group)) < 0)
				check_k(k, point);
		}
	}
	for (unsigned i = 0; i < help_edge_count; i++) {
		hx_u256_to_be(k, help_edges[i]);
		BN_bin2bn(k, 32, bn_k);
		if (!BN_is_zero(bn_k) && BN_cmp(bn_k, EC_GROUP_get0_order(group)) < 0)
			check_k(k, point);
	}
}

/*
 * n plus twice a sum that the comb's block 0 can have: where its addition would meet the same point
 * if digits agreed, which scripts/make_tables.py says they never do; and likewise the other blocks.
 */
static void test_where_the_comb_could_meet(void **state)
{
	uint8_t k[32], point[64];
	BIGNUM *sum = BN_new(), *power = BN_new();
	BN_CTX *context = BN_CTX_new();

	(void)state;
	help_hex(point, G_HEX);
	for (int block = 0; block < 4; block++) {
		for (int signs = 0; signs < 16; signs++) {
			BN_zero(sum);
			for (int tooth = 0; tooth < 4; tooth++) {
				BN_zero(power);
				BN_set_bit(power, 16 * (block + 4 * tooth));
				if (signs >> tooth & 1)
					BN_add(sum, sum, power);
				else
					BN_sub(sum, sum, power);
			}
			for (int twice = 0; twice < 2; twice++) {
				BN_add(bn_k, EC_GROUP_get0_order(group), sum);
				BN_nnmod(bn_k, bn_k, EC_GROUP_get0_order(group), context);
				BN_bn2binpad(bn_k, k, 32);
				check_k(k, point);
				BN_add(sum, sum, sum);
			}
		}
	}
	BN_free(sum);
	BN_free(power);
	BN_CTX_free(context);
}

static void test_secret_out_of_range(void **state)
{
	static const int offset[] = { 0, 1, 2, 1000 };
	static const uint8_t zero[64];
	uint8_t k[32], out[64], g[64];

	(void)state;
	help_hex(g, G_HEX);
	for (int i = 0; i < 6; i++) {
		if (i < 4)
			number(k, N_HEX, offset[i]);
		else
			memset(k, i == 4 ? 0 : 0xff, 32);
		memset(out, 1, 64);
		assert_int_equal(hx_p256_public(out, k), HATCH_EINVAL);
		assert_memory_equal(out, zero, 64);
		memset(out, 1, 64);
		assert_int_equal(hx_p256_shared(out, k, g), HATCH_EINVAL);
		assert_memory_equal(out, zero, 32);
		memset(out, 1, 64);
		assert_int_equal(hx_p256_sign(out, k, g, 32, g), HATCH_EINVAL);
		assert_memory_equal(out, zero, 64);
		memset(out, 1, 64);
		assert_int_equal(hx_p256_sign(out, g, g, 32, k), HX_P256_OTHER_NONCE);
		assert_memory_equal(out, zero, 64);
	}
}

/* Coordinates of p and more are refused even where they would be on the curve modulo p. */
static void test_peer_is_checked(void **state)
{
	uint8_t point[64], k[32] = { [31] = 5 }, out[32];
	static const uint8_t zero[32];

	(void)state;
	help_hex(point, G_HEX);
	assert_int_equal(hx_p256_shared(out, k, point), 0);
	for (unsigned bit = 0; bit < 512; bit++) {
		point[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
		assert_memory_equal(out, zero, 32);
		point[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memset(point, 0, 64);
	assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
	memset(point, 0xff, 64);
	assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
	/* (0, sqrt(b)) is a point; (p, sqrt(b)) is none, and so on with y. */
	number(point, "0", 0);
	help_hex(point + 32, "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
	assert_int_equal(hx_p256_shared(out, k, point), 0);
	number(point, P_HEX, 0);
	assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
	number(point, P_HEX, -1);
	assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
	/* A point with y = 5, and the same with p + 5. */
	help_hex(point, "d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7");
	number(point + 32, "5", 0);
	assert_int_equal(hx_p256_shared(out, k, point), 0);
	number(point + 32, P_HEX, 5);
	assert_int_equal(hx_p256_shared(out, k, point), HATCH_EINVAL);
}

/* NIST CAVP, KAS ECC CDH primitive, P-256, counts 0 and 1 */
static void test_cavp_ecdh(void **state)
{
	static const char *const vectors[][4] = {
		{ "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
			"700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
			"db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
			"ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
			"28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
			"46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b" },
		{ "38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
			"809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae"
			"b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3",
			"119f2f047902782ab0c9e27a54aff5eb9b964829ca99c06b02ddba95b0a3f6d0"
			"8f52b726664cac366fc98ac7a012b2682cbd962e5acb544671d41b9445704d1d",
			"057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67" },
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint8_t d[32], peer[64], out[64];
		help_hex(d, vectors[i][0]);
		help_hex(peer, vectors[i][1]);
		assert_int_equal(hx_p256_public(out, d), 0);
		help_assert_hex(out, vectors[i][2]);
		assert_int_equal(hx_p256_shared(out, d, peer), 0);
		help_assert_hex(out, vectors[i][3]);
	}
}

/* NIST CAVP, ECDSA SigGen, P-256 with SHA-256 */
static void test_cavp_ecdsa(void **state)
{
	uint8_t message[128], hash[32], d[32], k[32], point[64], signature[64];
	size_t len = help_hex(message,
		"5905238877c77421f73e43ee3da6f2d9e2ccad5fc942dcec0cbd25482935faaf"
		"416983fe165b1a045ee2bcd2e6dca3bdf46c4310a7461f9a37960ca672d3feb5"
		"473e253605fb1ddfd28065b53cb5858a8ad28175bf9bd386a5e471ea7a65c17c"
		"c934a9d791e91491eb3754d03799790fe2d308d16146d5c9b0d0debd97d79ce8");

	(void)state;
	EVP_Digest(message, len, hash, NULL, EVP_sha256(), NULL);
	help_hex(d, "519b423d715f8b581f4fa8ee59f4771a5b44c8130b4e3eacca54a56dda72b464");
	help_hex(k, "94a1bbb14b906a61a280f245f9e93c7f3b4a6247824f5d33b9670787642a68de");
	assert_int_equal(hx_p256_public(point, d), 0);
	help_assert_hex(point, "1ccbe91c075fc7f4f033bfa248db8fccd3565de94bbfb12f3c59ff46c271bf83"
			       "ce4014c68811f9a21a1fdb2c0e6113e06db7ca93b7404e78dc7ccd5ca89a4ca9");
	assert_int_equal(hx_p256_sign(signature, d, hash, 32, k), 0);
	help_assert_hex(signature,
		"f3ac8061b514795b8843e3d6629527ed2afd6b1f6a555a7acabb5e6f79c8c2ac"
		"8bf77819ca05a6b2786c76262bf7371cef97b218e96f175a3ccdda2acc058903");
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), 0);
}

/*
 * The branches of a verification that hardly ever are taken: z = 0, and z / s G equal or opposite
 * to r / s Q.  With Q = d G both are chosen by r and s alone: for any r, z = +-r d.
 */
static void test_verify_meets(void **state)
{
	uint8_t d[32] = { [31] = 3 }, k[32], point[64], signature[64], hash[32] = { 0 },
		r_point[64];
	BN_CTX *context = BN_CTX_new();
	const BIGNUM *n = EC_GROUP_get0_order(group);
	BIGNUM *r = BN_new(), *z = BN_new();

	(void)state;
	assert_int_equal(hx_p256_public(point, d), 0);
	help_random(k, 32);
	k[0] = 1;
	assert_int_equal(hx_p256_sign(signature, d, hash, 32, k), 0);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), 0);
	hash[31] = 1;
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), HATCH_EINVAL);

	/* The same: z = 3r, so u1 = 3r/s and u2 d = 3r/s; it is x(6r/s G) = r for s = 6r/k. */
	assert_true(reference_times(r_point, k, NULL));
	BN_bin2bn(r_point, 32, r);
	BN_nnmod(r, r, n, context);
	BN_bn2binpad(r, signature, 32);
	BN_copy(z, r);
	BN_mul_word(z, 3);
	BN_nnmod(z, z, n, context);
	BN_bn2binpad(z, hash, 32);
	BN_bin2bn(k, 32, bn_k);
	BN_mod_inverse(bn_k, bn_k, n, context);
	BN_copy(z, r);
	BN_mul_word(z, 6);
	BN_mod_mul(z, z, bn_k, n, context);
	BN_bn2binpad(z, signature + 32, 32);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), 0);
	signature[33] ^= 1;
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), HATCH_EINVAL);

	/* The opposite: z = -3r.  With -s, twice the one point would have the right x. */
	signature[33] ^= 1;
	BN_bin2bn(signature + 32, 32, z);
	BN_sub(z, n, z);
	BN_bn2binpad(z, signature + 32, 32);
	BN_copy(z, r);
	BN_mul_word(z, 3);
	BN_nnmod(z, z, n, context);
	BN_sub(z, n, z);
	BN_bn2binpad(z, hash, 32);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), HATCH_EINVAL);
	/* r and s out of range */
	number(signature + 32, N_HEX, 0);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), HATCH_EINVAL);
	memset(signature + 32, 0, 32);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), HATCH_EINVAL);
	BN_free(r);
	BN_free(z);
	BN_CTX_free(context);
}

/* s = 0 needs z = -r d: made for a given nonce. */
static void test_sign_wants_another_nonce(void **state)
{
	uint8_t d[32] = { [31] = 1 }, k[32] = { [31] = 2 }, point[64], hash[32], signature[64];
	static const uint8_t zero[64];

	(void)state;
	assert_true(reference_times(point, k, NULL));
	BN_bin2bn(point, 32, bn_x);
	BN_sub(bn_x, EC_GROUP_get0_order(group), bn_x);
	BN_bn2binpad(bn_x, hash, 32);
	memset(signature, 1, 64);
	assert_int_equal(hx_p256_sign(signature, d, hash, 32, k), HX_P256_OTHER_NONCE);
	assert_memory_equal(signature, zero, 64);
	hash[31] ^= 1;
	assert_int_equal(hx_p256_sign(signature, d, hash, 32, k), 0);
}

static void test_against_openssl(void **state)
{
	(void)state;
	for (unsigned i = 0; i < help_rounds(2000, 1000000); i++) {
		uint8_t k[32], d[32], point[64];
		do
			help_random(d, 32);
		while (!reference_times(point, d, NULL) || d[0] == 0xff);
		do
			help_random(k, 32);
		while (k[0] == 0xff);
		check_k(k, point);
	}
}

static int random_for_mbedtls(void *context, unsigned char *buf, size_t len)
{
	(void)context;
	help_random(buf, len);
	return 0;
}

/* A signature of ours is good for mbedTLS, and its for us; keys agree. */
static void test_against_mbedtls(void **state)
{
	mbedtls_ecp_group secp256r1;
	mbedtls_ecp_point q;
	mbedtls_mpi d, r, s;

	(void)state;
	mbedtls_ecp_group_init(&secp256r1);
	mbedtls_ecp_point_init(&q);
	mbedtls_mpi_init(&d);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	assert_int_equal(mbedtls_ecp_group_load(&secp256r1, MBEDTLS_ECP_DP_SECP256R1), 0);
	for (unsigned i = 0; i < help_rounds(2000, 1000000); i++) {
		uint8_t secret[32], nonce[32], hash[64], point[65] = { 4 }, expected[65],
							 signature[64];
		size_t len, hash_len = 1 + i % 64;
		help_random(secret, 32);
		help_random(nonce, 32);
		help_random(hash, 64);
		secret[0] &= 0x7f;
		nonce[0] &= 0x7f;
		assert_int_equal(mbedtls_mpi_read_binary(&d, secret, 32), 0);
		assert_int_equal(
			mbedtls_ecp_mul(&secp256r1, &q, &d, &secp256r1.G, random_for_mbedtls, NULL),
			0);
		assert_int_equal(mbedtls_ecp_point_write_binary(&secp256r1, &q,
					 MBEDTLS_ECP_PF_UNCOMPRESSED, &len, expected, 65),
			0);
		assert_int_equal(hx_p256_public(point + 1, secret), 0);
		assert_memory_equal(point, expected, 65);

		assert_int_equal(hx_p256_sign(signature, secret, hash, hash_len, nonce), 0);
		mbedtls_mpi_read_binary(&r, signature, 32);
		mbedtls_mpi_read_binary(&s, signature + 32, 32);
		if (i % 4 == 0) /* it takes its time */
			assert_int_equal(
				mbedtls_ecdsa_verify(&secp256r1, hash, hash_len, &q, &r, &s), 0);
		assert_int_equal(hx_p256_verify(point + 1, hash, hash_len, signature), 0);
		assert_int_equal(mbedtls_ecdsa_sign(&secp256r1, &r, &s, &d, hash, hash_len,
					 random_for_mbedtls, NULL),
			0);
		mbedtls_mpi_write_binary(&r, signature, 32);
		mbedtls_mpi_write_binary(&s, signature + 32, 32);
		assert_int_equal(hx_p256_verify(point + 1, hash, hash_len, signature), 0);
		signature[i % 64] ^= (uint8_t)(1 << i / 64 % 8);
		assert_int_equal(
			hx_p256_verify(point + 1, hash, hash_len, signature), HATCH_EINVAL);
	}
	mbedtls_mpi_free(&d);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	mbedtls_ecp_point_free(&q);
	mbedtls_ecp_group_free(&secp256r1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_edge_of_k),
		cmocka_unit_test(test_where_the_comb_could_meet),
		cmocka_unit_test(test_secret_out_of_range),
		cmocka_unit_test(test_peer_is_checked),
		cmocka_unit_test(test_cavp_ecdh),
		cmocka_unit_test(test_cavp_ecdsa),
		cmocka_unit_test(test_verify_meets),
		cmocka_unit_test(test_sign_wants_another_nonce),
		cmocka_unit_test(test_against_openssl),
		cmocka_unit_test(test_against_mbedtls),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
