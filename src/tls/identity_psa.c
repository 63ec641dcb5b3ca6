/*
 * identity_psa.c - an identity whose key PSA keeps, in a secure element or its key store
 * SPDX-License-Identifier: MIT
 */
#include <psa/crypto.h>

#include "../base/wipe.h"
#include "mbedtls_shared.h"
#include "sign.h"

#if defined(MBEDTLS_PSA_UTIL_HAVE_ECDSA) && defined(MBEDTLS_PSA_CRYPTO_C)

#include <mbedtls/psa_util.h>

enum { RAW_MAX = 2 * 48 };

static psa_algorithm_t hash_of(size_t digest_len)
{
	return digest_len == 32   ? PSA_ALG_SHA_256
	       : digest_len == 48 ? PSA_ALG_SHA_384
				  : PSA_ALG_SHA_512;
}

/* What the key's policy permits of ECDSA: either of its two kinds is the same to who verifies. */
static psa_algorithm_t ecdsa_of(psa_key_id_t key, size_t digest_len)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	(void)psa_get_key_attributes(key, &attributes);
	bool deterministic = PSA_ALG_IS_DETERMINISTIC_ECDSA(psa_get_key_algorithm(&attributes));
	psa_reset_key_attributes(&attributes);
	return deterministic ? PSA_ALG_DETERMINISTIC_ECDSA(hash_of(digest_len))
			     : PSA_ALG_ECDSA(hash_of(digest_len));
}

static int sign_ecdsa(const struct hatch_tls_identity *identity, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room)
{
	unsigned char raw[RAW_MAX];
	size_t raw_len, len;
	psa_status_t status = psa_sign_hash(identity->psa_key,
		ecdsa_of(identity->psa_key, what->digest_len), what->digest, what->digest_len, raw,
		sizeof(raw), &raw_len);
	if (status != PSA_SUCCESS)
		return HATCH_EPORT;
	int error = mbedtls_ecdsa_raw_to_der(
		mbedtls_pk_get_bitlen(&identity->chain.pk), raw, raw_len, signature, room, &len);
	return error == 0 ? (int)len : HATCH_EPORT;
}

static int sign_rsa(const struct hatch_tls_identity *identity, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room)
{
	psa_algorithm_t hash = hash_of(what->digest_len);
	size_t len;
	psa_status_t status = psa_sign_hash(identity->psa_key,
		what->scheme == HATCH_RSA_PSS ? PSA_ALG_RSA_PSS(hash)
					      : PSA_ALG_RSA_PKCS1V15_SIGN(hash),
		what->digest, what->digest_len, signature, room, &len);
	return status == PSA_SUCCESS ? (int)len : HATCH_EPORT;
}

static int sign(void *arg, const struct hatch_to_sign *what, unsigned char *signature, size_t room)
{
	const struct hatch_tls_identity *identity = arg;
	return what->scheme == HATCH_ECDSA ? sign_ecdsa(identity, what, signature, room)
					   : sign_rsa(identity, what, signature, room);
}

int hatch_identity_psa(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	into->sign = sign;
	into->sign_arg = into;
	into->psa_key = from->psa_key_id;
	/* Its key store is one task's at a time. */
	into->signs_here = !hx_mbed_has_threads();
	return hx_identity_certs_alone(into, from);
}

#else

int hatch_identity_psa(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	(void)from;
	return hx_identity_refuse(into,
		"the TLS library was built without PSA keys (MBEDTLS_PSA_CRYPTO_C, and ECDSA)", 0);
}

#endif
