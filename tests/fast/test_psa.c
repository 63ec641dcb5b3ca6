/*
 * The key exchange of TLS 1.3 through PSA: what is wrapped, and mbedTLS's own.
 * SPDX-License-Identifier: MIT
 */
#include "fast.h"

#include <psa/crypto.h>

typedef psa_status_t export_function(const psa_key_attributes_t *attributes, const uint8_t *key,
	size_t key_len, uint8_t *data, size_t data_size, size_t *data_length);
typedef psa_status_t agree_function(const psa_key_attributes_t *attributes, const uint8_t *key,
	size_t key_len, psa_algorithm_t alg, const uint8_t *peer, size_t peer_len, uint8_t *shared,
	size_t shared_size, size_t *shared_length);
typedef psa_status_t generate_function(
	const psa_key_attributes_t *attributes, uint8_t *key, size_t room, size_t *len);
export_function mbedtls_psa_ecp_export_public_key, __real_mbedtls_psa_ecp_export_public_key;
agree_function mbedtls_psa_key_agreement_ecdh, __real_mbedtls_psa_key_agreement_ecdh;
generate_function mbedtls_psa_ecp_generate_key;

#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325"

static const char *const edges[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000001",
	"0000000000000000000000000000000000000000000000000000000000000002",
	ORDER "4f", /* n - 2 */
	ORDER "50", /* n - 1 */
	ORDER "51", /* n */
	ORDER "52",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"8000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
};
enum { EDGES = sizeof(edges) / sizeof(edges[0]) };

static psa_key_attributes_t attributes_of(psa_ecc_family_t family, size_t bits)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(family));
	psa_set_key_bits(&attributes, bits);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
	return attributes;
}

static psa_key_attributes_t curves(unsigned n)
{
	return n == 0 ? attributes_of(PSA_ECC_FAMILY_MONTGOMERY, 255)
		      : attributes_of(PSA_ECC_FAMILY_SECP_R1, 256);
}

static void check_export(unsigned curve, const uint8_t secret[32])
{
	psa_key_attributes_t attributes = curves(curve);
	uint8_t one[65] = { 0 }, other[65] = { 0 };
	size_t one_len = 0, other_len = 0;
	psa_status_t status = mbedtls_psa_ecp_export_public_key(
		&attributes, secret, 32, one, sizeof(one), &one_len);
	assert_int_equal(status, __real_mbedtls_psa_ecp_export_public_key(&attributes, secret, 32,
					 other, sizeof(other), &other_len));
	assert_int_equal(one_len, other_len);
	assert_memory_equal(one, other, sizeof(one));
}

static void public_keys(void **state)
{
	struct source source = { .state = 1 };
	uint8_t secret[32];
	(void)state;
	for (unsigned curve = 0; curve < 2; curve++) {
		for (unsigned i = 0; i < EDGES; i++) {
			from_hex(secret, edges[i]);
			check_export(curve, secret);
		}
		for (unsigned i = 0; i < rounds(50); i++) {
			(void)source_random(&source, secret, 32);
			check_export(curve, secret);
		}
	}
}

static psa_status_t check_agree(
	unsigned curve, const uint8_t secret[32], const uint8_t *peer, size_t peer_len)
{
	psa_key_attributes_t attributes = curves(curve);
	uint8_t one[32], other[32];
	size_t one_len = 0, other_len = 0;
	memset(one, 0xaa, sizeof(one));
	memset(other, 0xbb, sizeof(other));
	psa_status_t status = mbedtls_psa_key_agreement_ecdh(
		&attributes, secret, 32, PSA_ALG_ECDH, peer, peer_len, one, sizeof(one), &one_len);
	assert_int_equal(
		status, __real_mbedtls_psa_key_agreement_ecdh(&attributes, secret, 32, PSA_ALG_ECDH,
				peer, peer_len, other, sizeof(other), &other_len));
	if (status == PSA_SUCCESS)
		assert_int_equal(one_len, other_len);
	else
		memset(other, 0, sizeof(other)); /* the library clears it on most ways only */
	assert_memory_equal(one, other, sizeof(one));
	return status;
}

static void shared_secrets(void **state)
{
	struct source source = { .state = 2 };
	uint8_t secret[32], peer_secret[32], peer[65];
	size_t len;
	(void)state;
	for (unsigned curve = 0; curve < 2; curve++) {
		psa_key_attributes_t attributes = curves(curve);
		for (unsigned i = 0; i < rounds(50) + EDGES; i++) {
			(void)source_random(&source, secret, 32);
			(void)source_random(&source, peer_secret, 32);
			if (i < EDGES)
				from_hex(secret, edges[i]);
			if (i >= EDGES && i < 2 * EDGES)
				from_hex(peer_secret, edges[i - EDGES]);
			if (mbedtls_psa_ecp_export_public_key(&attributes, peer_secret, 32, peer,
				    sizeof(peer), &len) == PSA_SUCCESS)
				(void)check_agree(curve, secret, peer, len);
		}
	}
}

/* Any 32 bytes are a share of X25519, the highest bit does not count. */
static void any_bytes(void **state)
{
	struct source source = { .state = 3 };
	uint8_t secret[32], peer[32];
	(void)state;
	for (unsigned i = 0; i < rounds(50); i++) {
		(void)source_random(&source, secret, 32);
		(void)source_random(&source, peer, 32);
		assert_int_equal(check_agree(0, secret, peer, 32), PSA_SUCCESS);
	}
	memset(peer, 0xff, sizeof(peer)); /* 2^255 - 1 and its like are not reduced */
	for (unsigned low = 0xef; low <= 0xff; low++) {
		peer[0] = (uint8_t)low;
		assert_int_equal(check_agree(0, secret, peer, 32), PSA_SUCCESS);
	}
}

static void bad_shares_are_refused(void **state)
{
	struct source source = { .state = 4 };
	uint8_t secret[32], peer[66] = { 4 };
	(void)state;
	(void)source_random(&source, secret, 32);
	secret[0] = 1; /* below n */
	for (unsigned i = 0; i < 12; i++) {
		from_hex(peer, low_order[i]);
		assert_int_equal(check_agree(0, secret, peer, 32), PSA_ERROR_INVALID_ARGUMENT);
	}
	for (unsigned i = 0; i < 5; i++) {
		peer[0] = 4;
		from_hex(peer + 1, no_point[i]);
		assert_int_equal(check_agree(1, secret, peer, 65), PSA_ERROR_INVALID_ARGUMENT);
	}
	psa_key_attributes_t attributes = curves(1);
	size_t len;
	assert_int_equal(mbedtls_psa_ecp_export_public_key(
				 &attributes, secret, 32, peer, sizeof(peer), &len),
		PSA_SUCCESS);
	assert_int_equal(check_agree(1, secret, peer, 65), PSA_SUCCESS);
	for (unsigned form = 0; form < 256; form += form == 3 ? 2 : 1) {
		peer[0] = (uint8_t)form;
		assert_int_not_equal(check_agree(1, secret, peer, 65), PSA_SUCCESS);
	}
	peer[0] = 4;
	assert_int_equal(check_agree(1, secret, peer, 64), PSA_ERROR_INVALID_ARGUMENT);
	assert_int_equal(check_agree(1, secret, peer, 66), PSA_ERROR_INVALID_ARGUMENT);
	assert_int_equal(check_agree(0, secret, peer, 31), PSA_ERROR_INVALID_ARGUMENT);
	assert_int_equal(check_agree(0, secret, peer, 33), PSA_ERROR_INVALID_ARGUMENT);
}

static void generated_keys(void **state)
{
	(void)state;
	for (unsigned curve = 0; curve < 2; curve++) {
		psa_key_attributes_t attributes = curves(curve);
		uint8_t key[32], last[32] = { 0 }, room[65], all = 0xff, any = 0;
		size_t len = 0;
		for (unsigned i = 0; i < rounds(200); i++) {
			assert_int_equal(mbedtls_psa_ecp_generate_key(&attributes, key, 32, &len),
				PSA_SUCCESS);
			assert_int_equal(len, 32);
			assert_memory_not_equal(key, last, 32);
			memcpy(last, key, 32);
			all &= key[15];
			any |= key[15];
			if (curve == 0)
				assert_true((key[0] & 7) == 0 && key[31] >> 6 == 1);
			if (i < 20) /* the library takes it */
				assert_int_equal(__real_mbedtls_psa_ecp_export_public_key(
							 &attributes, key, 32, room, 65, &len),
					PSA_SUCCESS);
		}
		assert_int_equal(all, 0);
		assert_int_equal(any, 0xff);
		assert_int_equal(mbedtls_psa_ecp_generate_key(&attributes, key, 31, &len),
			PSA_ERROR_BUFFER_TOO_SMALL);
		assert_int_equal(mbedtls_psa_ecp_export_public_key(
					 &attributes, last, 32, room, curve == 0 ? 31 : 64, &len),
			PSA_ERROR_BUFFER_TOO_SMALL);
	}
}

/* Other curves, and keys that are public already, are the library's. */
static void what_falls_through(void **state)
{
	psa_key_attributes_t p384 = attributes_of(PSA_ECC_FAMILY_SECP_R1, 384), half = curves(0);
	uint8_t key[48], point[97], other[97], shared[48], shared_other[48];
	size_t len = 0;
	(void)state;
	assert_int_equal(mbedtls_psa_ecp_generate_key(&p384, key, sizeof(key), &len), PSA_SUCCESS);
	assert_int_equal(len, 48);
	assert_int_equal(mbedtls_psa_ecp_export_public_key(
				 &p384, key, sizeof(key), point, sizeof(point), &len),
		PSA_SUCCESS);
	assert_int_equal(__real_mbedtls_psa_ecp_export_public_key(
				 &p384, key, sizeof(key), other, sizeof(other), &len),
		PSA_SUCCESS);
	assert_memory_equal(point, other, sizeof(point));
	assert_int_equal(mbedtls_psa_key_agreement_ecdh(&p384, key, sizeof(key), PSA_ALG_ECDH,
				 point, sizeof(point), shared, sizeof(shared), &len),
		PSA_SUCCESS);
	assert_int_equal(
		__real_mbedtls_psa_key_agreement_ecdh(&p384, key, sizeof(key), PSA_ALG_ECDH, point,
			sizeof(point), shared_other, sizeof(shared_other), &len),
		PSA_SUCCESS);
	assert_memory_equal(shared, shared_other, sizeof(shared));
	psa_set_key_type(&half, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_MONTGOMERY));
	assert_int_equal(
		mbedtls_psa_ecp_export_public_key(&half, key, 32, point, sizeof(point), &len),
		PSA_SUCCESS);
	key[31] &= 0x7f; /* the bit that does not count */
	assert_memory_equal(key, point, 32);
}

/* The same, from outside: two keys of PSA's store, of which one is imported. */
static void through_the_store(void **state)
{
	(void)state;
	for (unsigned curve = 0; curve < 2; curve++) {
		psa_key_attributes_t attributes = curves(curve);
		psa_key_id_t one, other;
		uint8_t secret[32], point[65], other_point[65], shared[32], again[32];
		size_t len, other_len, shared_len;
		struct source source = { .state = 5 };
		(void)source_random(&source, secret, 32);
		secret[0] = 8;
		assert_int_equal(psa_generate_key(&attributes, &one), PSA_SUCCESS);
		assert_int_equal(psa_import_key(&attributes, secret, 32, &other), PSA_SUCCESS);
		assert_int_equal(
			psa_export_public_key(one, point, sizeof(point), &len), PSA_SUCCESS);
		assert_int_equal(
			psa_export_public_key(other, other_point, sizeof(other_point), &other_len),
			PSA_SUCCESS);
		assert_int_equal(psa_raw_key_agreement(PSA_ALG_ECDH, one, other_point, other_len,
					 shared, 32, &shared_len),
			PSA_SUCCESS);
		assert_int_equal(psa_raw_key_agreement(
					 PSA_ALG_ECDH, other, point, len, again, 32, &shared_len),
			PSA_SUCCESS);
		assert_memory_equal(shared, again, 32);
		assert_int_equal(psa_destroy_key(one), PSA_SUCCESS);
		assert_int_equal(psa_destroy_key(other), PSA_SUCCESS);
	}
}

static int start(void **state)
{
	(void)state;
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_keys),
		cmocka_unit_test(shared_secrets),
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(bad_shares_are_refused),
		cmocka_unit_test(generated_keys),
		cmocka_unit_test(what_falls_through),
		cmocka_unit_test(through_the_store),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
