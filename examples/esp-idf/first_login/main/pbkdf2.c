/*
 * pbkdf2.c - a password made slow to guess (RFC 8018 section 5.2)
 * SPDX-License-Identifier: MIT
 *
 * Over PSA's HMAC, which mbedTLS 3.6 and 4 have alike.  (PSA's own PBKDF2 is not in ESP-IDF 5's
 * configuration, mbedtls_pkcs5_pbkdf2_hmac_ext() is not in mbedTLS 4's headers.)
 */
#include <mbedtls/platform_util.h>
#include <psa/crypto.h>
#include <string.h>

#include "app.h"

static const psa_algorithm_t hmac = PSA_ALG_HMAC(PSA_ALG_SHA_256);

static bool mac(uint8_t out[HASH_LEN], mbedtls_svc_key_id_t key, const uint8_t *text, size_t len)
{
	size_t got;
	return psa_mac_compute(key, hmac, text, len, out, HASH_LEN, &got) == PSA_SUCCESS &&
	       got == HASH_LEN;
}

/* out = U_1 ^ U_2 ^ ... , with U_1 = HMAC(salt || 1) and U_i = HMAC(U_i-1). */
static bool block(uint8_t out[HASH_LEN], mbedtls_svc_key_id_t key, const uint8_t salt[SALT_LEN],
	uint32_t iterations)
{
	uint8_t first[SALT_LEN + 4] = { 0 }, u[HASH_LEN], next[HASH_LEN];
	memcpy(first, salt, SALT_LEN);
	first[SALT_LEN + 3] = 1;
	bool good = iterations > 0 && mac(u, key, first, sizeof(first));
	if (good)
		memcpy(out, u, HASH_LEN);
	for (uint32_t i = 1; good && i < iterations; i++) {
		good = mac(next, key, u, sizeof(u));
		memcpy(u, next, sizeof(u));
		for (size_t at = 0; at < HASH_LEN; at++)
			out[at] ^= u[at];
	}
	mbedtls_platform_zeroize(u, sizeof(u));
	mbedtls_platform_zeroize(next, sizeof(next));
	return good;
}

bool pbkdf2(uint8_t out[HASH_LEN], struct hatch_span password, const uint8_t salt[SALT_LEN],
	uint32_t iterations)
{
	psa_key_attributes_t is = PSA_KEY_ATTRIBUTES_INIT;
	mbedtls_svc_key_id_t key;
	memset(out, 0, HASH_LEN);
	psa_set_key_type(&is, PSA_KEY_TYPE_HMAC);
	psa_set_key_algorithm(&is, hmac);
	psa_set_key_usage_flags(&is, PSA_KEY_USAGE_SIGN_MESSAGE);
	if (psa_crypto_init() != PSA_SUCCESS || psa_import_key(&is, (const uint8_t *)password.ptr,
							password.len, &key) != PSA_SUCCESS)
		return false;
	bool good = block(out, key, salt, iterations);
	psa_destroy_key(key);
	return good;
}
