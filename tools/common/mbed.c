/* SPDX-License-Identifier: MIT */
/* What differs between versions of Mbed TLS; see mbed.h. This is the 3.6 side. */
#include "common/mbed.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>

#include "common/address.h"
#include "common/say.h"

void mbed_start(void)
{
	if (psa_crypto_init() != PSA_SUCCESS)
		die("the system gives no random numbers");
}

int mbed_random(unsigned char *bytes, size_t len)
{
	return psa_generate_random(bytes, len) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_ERROR_GENERIC_ERROR;
}

static int hash(psa_algorithm_t alg, const unsigned char *bytes, size_t len, unsigned char *digest,
	size_t digest_len)
{
	size_t got;
	psa_status_t status = psa_hash_compute(alg, bytes, len, digest, digest_len, &got);

	return status == PSA_SUCCESS ? 0 : MBEDTLS_ERR_ERROR_GENERIC_ERROR;
}

int mbed_sha256(const unsigned char *bytes, size_t len, unsigned char digest[MBED_SHA256])
{
	return hash(PSA_ALG_SHA_256, bytes, len, digest, MBED_SHA256);
}

int mbed_sha1(const unsigned char *bytes, size_t len, unsigned char digest[MBED_SHA1])
{
	return hash(PSA_ALG_SHA_1, bytes, len, digest, MBED_SHA1);
}

int mbed_key_make(mbedtls_pk_context *key, enum mbed_key kind)
{
	static const struct {
		psa_key_type_t type;
		psa_algorithm_t alg;
		size_t bits;
	} kinds[] = {
		[MBED_P256] = { PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
			PSA_ALG_ECDSA(PSA_ALG_ANY_HASH), 256 },
		[MBED_RSA2048] = { PSA_KEY_TYPE_RSA_KEY_PAIR,
			PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH), 2048 },
		[MBED_RSA3072] = { PSA_KEY_TYPE_RSA_KEY_PAIR,
			PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH), 3072 },
		[MBED_RSA4096] = { PSA_KEY_TYPE_RSA_KEY_PAIR,
			PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH), 4096 },
	};
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	mbedtls_svc_key_id_t id;
	int error;

	psa_set_key_type(&attributes, kinds[kind].type);
	psa_set_key_bits(&attributes, kinds[kind].bits);
	psa_set_key_algorithm(&attributes, kinds[kind].alg);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
	if (psa_generate_key(&attributes, &id) != PSA_SUCCESS)
		return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
	error = mbedtls_pk_copy_from_psa(id, key);
	psa_destroy_key(id);
	return error;
}

int mbed_key_parse(mbedtls_pk_context *key, const unsigned char *bytes, size_t len)
{
	return mbedtls_pk_parse_key(
		key, bytes, len, NULL, 0, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

int mbed_key_pair(const mbedtls_pk_context *public_half, const mbedtls_pk_context *key)
{
	return mbedtls_pk_check_pair(
		public_half, key, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

int mbed_cert_der(mbedtls_x509write_cert *cert, unsigned char *buffer, size_t size)
{
	return mbedtls_x509write_crt_der(
		cert, buffer, size, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

void mbed_key_text(const mbedtls_pk_context *key, char *text, size_t size)
{
	static const struct {
		mbedtls_ecp_group_id group;
		const char *name;
	} curves[] = {
		{ MBEDTLS_ECP_DP_SECP256R1, "P-256" },
		{ MBEDTLS_ECP_DP_SECP384R1, "P-384" },
		{ MBEDTLS_ECP_DP_SECP521R1, "P-521" },
	};
	bool is_ec = mbedtls_pk_can_do(key, MBEDTLS_PK_ECKEY);

	for (size_t i = 0; is_ec && i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*key)) == curves[i].group) {
			snprintf(text, size, "%s", curves[i].name);
			return;
		}
	}
	snprintf(text, size, "%s-%zu", mbedtls_pk_get_name(key), mbedtls_pk_get_bitlen(key));
}

const char *mbed_signature_text(const mbedtls_x509_crt *cert)
{
	const char *text;

	if (mbedtls_oid_get_sig_alg_desc(&cert->sig_oid, &text) != 0)
		return "an unknown algorithm";
	return text;
}

bool mbed_san_text(const mbedtls_x509_buf *san, char *text, size_t size)
{
	int kind = san->tag & MBEDTLS_ASN1_TAG_VALUE_MASK;

	if (kind == MBEDTLS_X509_SAN_IP_ADDRESS)
		return address_text(san->p, san->len, text, size);
	if (kind != MBEDTLS_X509_SAN_DNS_NAME || san->len >= size)
		return false;
	memcpy(text, san->p, san->len);
	text[san->len] = 0;
	return true;
}

/* timegm() is not in POSIX. Days since 1970 by the proleptic Gregorian calendar. */
time_t mbed_time(const mbedtls_x509_time *at)
{
	long year = at->mon > 2 ? at->year : at->year - 1;
	long month = at->mon > 2 ? at->mon - 3 : at->mon + 9; /* from March */
	long days = 365L * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
		    at->day - 1 - 719468;

	return (time_t)days * 86400 + at->hour * 3600L + at->min * 60L + at->sec;
}

void mbed_conf_random(mbedtls_ssl_config *config)
{
	mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

const char *mbed_error(int error)
{
	static char text[160];

	mbedtls_strerror(error, text, sizeof(text));
	return text;
}
