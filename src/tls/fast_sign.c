/*
 * fast_sign.c - ECDSA with P-256: signatures of handshakes and certificates
 * SPDX-License-Identifier: MIT
 *
 * Nonces are RFC 6979's with 32 random bytes added (crypto/nonce.h), always by HMAC-SHA-256, also
 * where the library would take the HMAC of the hash that is signed.
 *
 * Where the chip signs or verifies, ESP-IDF has wrapped that call for it, and ours is not there.
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include <string.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/psa_util.h>

#include "fast.h"

#if defined(ESP_PLATFORM) && __has_include(<sdkconfig.h>)
#include <sdkconfig.h>
#endif

#include "../base/wipe.h"
#include "../crypto/nonce.h"
#include "../crypto/p256.h"
#include "../hatch.h"

typedef int random_source(void *state, unsigned char *out, size_t len);

int __real_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng);
int __real_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen);

int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng);
int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen);

static int hmac(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	mbedtls_md_context_t *md = context;
	int ret = mbedtls_md_hmac_starts(md, key, 32);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = mbedtls_md_hmac_update(md, parts[i].ptr, parts[i].len);
	if (ret == 0)
		ret = mbedtls_md_hmac_finish(md, out);
	return ret == 0 ? 0 : HATCH_EPORT;
}

int hx_fast_sign(uint8_t signature[64], const uint8_t secret[32], const uint8_t *hash,
	size_t hash_len, const uint8_t *added, size_t added_len)
{
	mbedtls_md_context_t md;
	const struct hx_nonce_hmac maker = { hmac, &md };
	const struct hx_nonce_part hashed = { hash, hash_len }, more = { added, added_len };
	int error = HATCH_ENOMEM;
	mbedtls_md_init(&md);
	if (mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0)
		error = hx_nonce_sign(signature, &maker, secret, &hashed, &more);
	mbedtls_md_free(&md);
	return error;
}

static inline bool is_p256(const mbedtls_ecdsa_context *ctx)
{
	return ctx->MBEDTLS_PRIVATE(grp).id == MBEDTLS_ECP_DP_SECP256R1;
}

#ifndef CONFIG_MBEDTLS_HARDWARE_ECDSA_SIGN

static int sign(uint8_t signature[64], const mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const uint8_t added[32])
{
	uint8_t secret[32];
	int error = HATCH_EINVAL;
	if (mbedtls_mpi_write_binary(&ctx->MBEDTLS_PRIVATE(d), secret, sizeof(secret)) == 0)
		error = hx_fast_sign(signature, secret, hash, hlen, added, 32);
	hx_wipe(secret, sizeof(secret));
	if (error == HATCH_EINVAL)
		return MBEDTLS_ERR_ECP_INVALID_KEY;
	if (error == HATCH_ENOMEM)
		return MBEDTLS_ERR_ECP_ALLOC_FAILED;
	return error < 0 ? MBEDTLS_ERR_ECP_RANDOM_FAILED : 0;
}

int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng)
{
	uint8_t added[32], signature[64];
	if (!is_p256(ctx) || f_rng == NULL)
		return __real_mbedtls_ecdsa_write_signature(
			ctx, md_alg, hash, hlen, sig, sig_size, slen, f_rng, p_rng);
	int ret = f_rng(p_rng, added, sizeof(added));
	if (ret != 0)
		return ret;
	ret = sign(signature, ctx, hash, hlen, added);
	hx_wipe(added, sizeof(added));
	if (ret != 0)
		return ret;
	ret = mbedtls_ecdsa_raw_to_der(256, signature, sizeof(signature), sig, sig_size, slen);
	return ret == 0 ? 0 : MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL;
}

#endif

#ifndef CONFIG_MBEDTLS_HARDWARE_ECDSA_VERIFY

/* False if it is not a signature or a key as they should be: the library says what is wrong. */
static bool to_bytes(uint8_t point[64], uint8_t signature[64], const mbedtls_ecdsa_context *ctx,
	const unsigned char *sig, size_t slen)
{
	const mbedtls_ecp_point *q = &ctx->MBEDTLS_PRIVATE(Q);
	size_t len = 0;
	return mbedtls_mpi_cmp_int(&q->MBEDTLS_PRIVATE(Z), 1) == 0 &&
	       mbedtls_mpi_write_binary(&q->MBEDTLS_PRIVATE(X), point, 32) == 0 &&
	       mbedtls_mpi_write_binary(&q->MBEDTLS_PRIVATE(Y), point + 32, 32) == 0 &&
	       mbedtls_ecdsa_der_to_raw(256, sig, slen, signature, 64, &len) == 0 && len == 64;
}

int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen)
{
	uint8_t point[64], signature[64];
	if (!is_p256(ctx) || !to_bytes(point, signature, ctx, sig, slen))
		return __real_mbedtls_ecdsa_read_signature(ctx, hash, hlen, sig, slen);
	return hx_p256_verify(point, hash, hlen, signature) == 0 ? 0
								 : MBEDTLS_ERR_ECP_VERIFY_FAILED;
}

#endif

#endif
