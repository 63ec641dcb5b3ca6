/*
 * fast_psa.c - the key exchange of TLS 1.3, which mbedTLS does through PSA
 * SPDX-License-Identifier: MIT
 *
 * The wrapped functions are PSA's built-in driver.  They stand in a header that the library does
 * not install, so they are declared here; they are the same in all of 3.6.
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include <string.h>

#include <psa/crypto.h>

#include "fast.h"

#include "../base/wipe.h"
#include "../crypto/p256.h"
#include "../crypto/x25519.h"
#include "../hatch.h"

psa_status_t __real_mbedtls_psa_ecp_generate_key(const psa_key_attributes_t *attributes,
	uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t __real_mbedtls_psa_ecp_export_public_key(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, uint8_t *data, size_t data_size,
	size_t *data_length);
psa_status_t __real_mbedtls_psa_key_agreement_ecdh(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg,
	const uint8_t *peer_key, size_t peer_key_length, uint8_t *shared_secret,
	size_t shared_secret_size, size_t *shared_secret_length);
psa_status_t __real_mbedtls_psa_ecdsa_sign_hash(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
	size_t hash_length, uint8_t *signature, size_t signature_size, size_t *signature_length);

psa_status_t __wrap_mbedtls_psa_ecp_generate_key(const psa_key_attributes_t *attributes,
	uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length);
psa_status_t __wrap_mbedtls_psa_ecp_export_public_key(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, uint8_t *data, size_t data_size,
	size_t *data_length);
psa_status_t __wrap_mbedtls_psa_key_agreement_ecdh(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg,
	const uint8_t *peer_key, size_t peer_key_length, uint8_t *shared_secret,
	size_t shared_secret_size, size_t *shared_secret_length);
psa_status_t __wrap_mbedtls_psa_ecdsa_sign_hash(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
	size_t hash_length, uint8_t *signature, size_t signature_size, size_t *signature_length);

enum curve { OTHER, X25519, P256 };

/* Of a private key; public keys and all other curves are the library's. */
static enum curve curve_of(const psa_key_attributes_t *attributes)
{
	psa_key_type_t type = psa_get_key_type(attributes);
	size_t bits = psa_get_key_bits(attributes);
	if (type == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY) && bits == 255)
		return X25519;
	if (type == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) && bits == 256)
		return P256;
	return OTHER;
}

static psa_status_t make_secret(enum curve curve, uint8_t secret[32])
{
	for (int i = 0; i < HX_FAST_TRIES; i++) {
		psa_status_t status = psa_generate_random(secret, 32);
		if (status != PSA_SUCCESS)
			return status;
		if (curve == X25519)
			hx_fast_clamp(secret);
		if (curve == X25519 || hx_fast_p256_secret_ok(secret))
			return PSA_SUCCESS;
	}
	return PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t __wrap_mbedtls_psa_ecp_generate_key(const psa_key_attributes_t *attributes,
	uint8_t *key_buffer, size_t key_buffer_size, size_t *key_buffer_length)
{
	enum curve curve = curve_of(attributes);
	if (curve == OTHER || key_buffer_size < 32)
		return __real_mbedtls_psa_ecp_generate_key(
			attributes, key_buffer, key_buffer_size, key_buffer_length);
	psa_status_t status = PSA_SUCCESS;
	if (curve != X25519 || !hx_spare_take(key_buffer))
		status = make_secret(curve, key_buffer);
	if (status == PSA_SUCCESS)
		*key_buffer_length = 32;
	else
		hx_wipe(key_buffer, 32);
	return status;
}

static psa_status_t export_p256(uint8_t data[65], const uint8_t secret[32])
{
	data[0] = 0x04;
	if (hx_p256_public(data + 1, secret) == 0)
		return PSA_SUCCESS;
	data[0] = 0;
	return PSA_ERROR_INVALID_ARGUMENT;
}

psa_status_t __wrap_mbedtls_psa_ecp_export_public_key(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, uint8_t *data, size_t data_size,
	size_t *data_length)
{
	enum curve curve = curve_of(attributes);
	size_t len = curve == X25519 ? 32 : 65;
	if (curve == OTHER || key_buffer_size != 32 || data_size < len)
		return __real_mbedtls_psa_ecp_export_public_key(
			attributes, key_buffer, key_buffer_size, data, data_size, data_length);
	psa_status_t status = PSA_SUCCESS;
	if (curve == P256)
		status = export_p256(data, key_buffer);
	else if (!hx_spare_public(data, key_buffer))
		hx_x25519_public(data, key_buffer);
	if (status == PSA_SUCCESS)
		*data_length = len;
	return status;
}

psa_status_t __wrap_mbedtls_psa_key_agreement_ecdh(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg,
	const uint8_t *peer_key, size_t peer_key_length, uint8_t *shared_secret,
	size_t shared_secret_size, size_t *shared_secret_length)
{
	enum curve curve = curve_of(attributes);
	if (curve == OTHER || !PSA_ALG_IS_ECDH(alg) || key_buffer_size != 32 ||
		shared_secret_size < 32)
		return __real_mbedtls_psa_key_agreement_ecdh(attributes, key_buffer,
			key_buffer_size, alg, peer_key, peer_key_length, shared_secret,
			shared_secret_size, shared_secret_length);
	int error = HATCH_EINVAL;
	if (curve == X25519 && peer_key_length == 32)
		error = hx_x25519_shared(shared_secret, key_buffer, peer_key);
	if (curve == P256 && peer_key_length == 65 && peer_key[0] == 0x04)
		error = hx_p256_shared(shared_secret, key_buffer, peer_key + 1);
	if (error < 0) {
		hx_wipe(shared_secret, shared_secret_size);
		return PSA_ERROR_INVALID_ARGUMENT;
	}
	*shared_secret_length = 32;
	return PSA_SUCCESS;
}

static psa_status_t sign(uint8_t signature[64], const uint8_t secret[32], const uint8_t *hash,
	size_t hash_len, bool deterministic)
{
	uint8_t added[32];
	size_t added_len = deterministic ? 0 : sizeof(added);
	psa_status_t status = psa_generate_random(added, added_len);
	if (status != PSA_SUCCESS)
		return status;
	if (!hx_fast_p256_secret_ok(secret))
		status = PSA_ERROR_INVALID_ARGUMENT;
	else if (hx_fast_sign(signature, secret, hash, hash_len, added, added_len) < 0)
		status = PSA_ERROR_INSUFFICIENT_MEMORY; /* of the HMAC; it has no other error */
	hx_wipe(added, sizeof(added));
	return status;
}

/* Who asks PSA for RFC 6979's signature gets it: with SHA-256, which is what our nonces are made
   with; another hash is the library's. */
psa_status_t __wrap_mbedtls_psa_ecdsa_sign_hash(const psa_key_attributes_t *attributes,
	const uint8_t *key_buffer, size_t key_buffer_size, psa_algorithm_t alg, const uint8_t *hash,
	size_t hash_length, uint8_t *signature, size_t signature_size, size_t *signature_length)
{
	bool deterministic = PSA_ALG_ECDSA_IS_DETERMINISTIC(alg);
	bool other_hash = deterministic && PSA_ALG_SIGN_GET_HASH(alg) != PSA_ALG_SHA_256;
	if (curve_of(attributes) != P256 || other_hash || key_buffer_size != 32 ||
		signature_size < 64)
		return __real_mbedtls_psa_ecdsa_sign_hash(attributes, key_buffer, key_buffer_size,
			alg, hash, hash_length, signature, signature_size, signature_length);
	psa_status_t status = sign(signature, key_buffer, hash, hash_length, deterministic);
	if (status == PSA_SUCCESS)
		*signature_length = 64;
	return status;
}

#endif
