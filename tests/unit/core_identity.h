/*
 * core_identity.h - certificates and keys made on the spot, for tests
 * SPDX-License-Identifier: MIT
 */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

struct core_identity {
	unsigned char cert[2048], key[2048]; /* DER */
	size_t cert_len, key_len;
	char cert_pem[3072], key_pem[3072];
};

static inline int core_make_key(mbedtls_pk_context *key, bool rsa, unsigned bits)
{
	int ret = mbedtls_pk_setup(
		key, mbedtls_pk_info_from_type(rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECKEY));
	if (ret != 0)
		return ret;
	if (rsa)
		return mbedtls_rsa_gen_key(mbedtls_pk_rsa(*key), mbedtls_psa_get_random,
			MBEDTLS_PSA_RANDOM_STATE, bits, 65537);
	return mbedtls_ecp_gen_key(
		bits == 384 ? MBEDTLS_ECP_DP_SECP384R1 : MBEDTLS_ECP_DP_SECP256R1,
		mbedtls_pk_ec(*key), mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

/* Both as DER: the library writes at the end of the buffer. */
static inline int core_write_der(
	struct core_identity *out, mbedtls_x509write_cert *cert, mbedtls_pk_context *key)
{
	int len = mbedtls_x509write_crt_der(cert, out->cert, sizeof(out->cert),
		mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	if (len < 0)
		return len;
	out->cert_len = (size_t)len;
	memmove(out->cert, out->cert + sizeof(out->cert) - len, (size_t)len);
	len = mbedtls_pk_write_key_der(key, out->key, sizeof(out->key));
	if (len < 0)
		return len;
	out->key_len = (size_t)len;
	memmove(out->key, out->key + sizeof(out->key) - len, (size_t)len);
	return 0;
}

static inline int core_write_pem(
	struct core_identity *out, mbedtls_x509write_cert *cert, mbedtls_pk_context *key)
{
	int ret = mbedtls_x509write_crt_pem(cert, (unsigned char *)out->cert_pem,
		sizeof(out->cert_pem), mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	if (ret != 0)
		return ret;
	return mbedtls_pk_write_key_pem(key, (unsigned char *)out->key_pem, sizeof(out->key_pem));
}

/* A self-signed certificate that is valid until "YYYYMMDDhhmmss"; 0 or the library's error. */
static inline int core_identity_make(
	struct core_identity *out, bool rsa, unsigned bits, const char *until)
{
	unsigned char serial[] = { 1 };
	mbedtls_x509write_cert cert;
	mbedtls_pk_context key;
	memset(out, 0, sizeof(*out));
	mbedtls_pk_init(&key);
	mbedtls_x509write_crt_init(&cert);
	(void)psa_crypto_init();
	int ret = core_make_key(&key, rsa, bits);
	mbedtls_x509write_crt_set_subject_key(&cert, &key);
	mbedtls_x509write_crt_set_issuer_key(&cert, &key);
	mbedtls_x509write_crt_set_md_alg(&cert, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_version(&cert, MBEDTLS_X509_CRT_VERSION_3);
	if (ret == 0)
		ret = mbedtls_x509write_crt_set_subject_name(&cert, "CN=hatch test");
	if (ret == 0)
		ret = mbedtls_x509write_crt_set_issuer_name(&cert, "CN=hatch test");
	if (ret == 0)
		ret = mbedtls_x509write_crt_set_serial_raw(&cert, serial, sizeof(serial));
	if (ret == 0)
		ret = mbedtls_x509write_crt_set_validity(&cert, "20200101000000", until);
	if (ret == 0)
		ret = core_write_der(out, &cert, &key);
	if (ret == 0)
		ret = core_write_pem(out, &cert, &key);
	mbedtls_x509write_crt_free(&cert);
	mbedtls_pk_free(&key);
	return ret;
}

#endif
