/*
 * fast_ecdh.c - the key exchange of TLS 1.2
 * SPDX-License-Identifier: MIT
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include <string.h>

#include <mbedtls/ecdh.h>

#include "fast.h"

#include "../base/wipe.h"
#include "../crypto/p256.h"
#include "../crypto/x25519.h"

typedef int random_source(void *state, unsigned char *out, size_t len);

int __real_mbedtls_ecdh_make_params(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);
int __real_mbedtls_ecdh_make_public(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);
int __real_mbedtls_ecdh_calc_secret(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);

int __wrap_mbedtls_ecdh_make_params(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);
int __wrap_mbedtls_ecdh_make_public(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);
int __wrap_mbedtls_ecdh_calc_secret(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng);

/* The numbers of a context, if it is one for X25519 or P-256 in the library's own layout. */
static mbedtls_ecdh_context_mbed *ours(mbedtls_ecdh_context *ctx)
{
	if (ctx == NULL || ctx->MBEDTLS_PRIVATE(var) != MBEDTLS_ECDH_VARIANT_MBEDTLS_2_0)
		return NULL;
	mbedtls_ecp_group_id id = ctx->MBEDTLS_PRIVATE(grp_id);
	if (id != MBEDTLS_ECP_DP_CURVE25519 && id != MBEDTLS_ECP_DP_SECP256R1)
		return NULL;
	return &ctx->MBEDTLS_PRIVATE(ctx).MBEDTLS_PRIVATE(mbed_ecdh);
}

static bool is_x25519(const mbedtls_ecdh_context *ctx)
{
	return ctx->MBEDTLS_PRIVATE(grp_id) == MBEDTLS_ECP_DP_CURVE25519;
}

/* ---- our key ---- */

static int make_x25519(uint8_t secret[32], uint8_t point[65], random_source *f_rng, void *p_rng)
{
	if (hx_spare_take(secret) && hx_spare_public(point, secret))
		return 0;
	int ret = f_rng(p_rng, secret, 32);
	if (ret != 0)
		return ret;
	hx_fast_clamp(secret);
	hx_x25519_public(point, secret);
	return 0;
}

static int make_p256(uint8_t secret[32], uint8_t point[65], random_source *f_rng, void *p_rng)
{
	point[0] = 0x04;
	for (int i = 0; i < HX_FAST_TRIES; i++) {
		int ret = f_rng(p_rng, secret, 32);
		if (ret != 0)
			return ret;
		if (hx_p256_public(point + 1, secret) == 0)
			return 0;
	}
	return MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

/* Into d and Q of the context, from which the library writes and reads them. */
static int make_key(mbedtls_ecdh_context *ctx, random_source *f_rng, void *p_rng)
{
	mbedtls_ecdh_context_mbed *numbers = ours(ctx);
	mbedtls_mpi *d = &numbers->MBEDTLS_PRIVATE(d);
	uint8_t secret[32], point[65];
	bool x25519 = is_x25519(ctx);
	int ret = x25519 ? make_x25519(secret, point, f_rng, p_rng)
			 : make_p256(secret, point, f_rng, p_rng);
	if (ret == 0)
		ret = x25519 ? mbedtls_mpi_read_binary_le(d, secret, 32)
			     : mbedtls_mpi_read_binary(d, secret, 32);
	if (ret == 0)
		ret = mbedtls_ecp_point_read_binary(&numbers->MBEDTLS_PRIVATE(grp),
			&numbers->MBEDTLS_PRIVATE(Q), point, x25519 ? 32 : 65);
	hx_wipe(secret, sizeof(secret));
	return ret;
}

static int write_public(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf, size_t blen)
{
	mbedtls_ecdh_context_mbed *numbers = ours(ctx);
	return mbedtls_ecp_tls_write_point(&numbers->MBEDTLS_PRIVATE(grp),
		&numbers->MBEDTLS_PRIVATE(Q), ctx->MBEDTLS_PRIVATE(point_format), olen, buf, blen);
}

int __wrap_mbedtls_ecdh_make_params(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng)
{
	mbedtls_ecdh_context_mbed *numbers = ours(ctx);
	size_t group_len, point_len;
	if (numbers == NULL)
		return __real_mbedtls_ecdh_make_params(ctx, olen, buf, blen, f_rng, p_rng);
	int ret = make_key(ctx, f_rng, p_rng);
	if (ret == 0)
		ret = mbedtls_ecp_tls_write_group(
			&numbers->MBEDTLS_PRIVATE(grp), &group_len, buf, blen);
	if (ret == 0)
		ret = write_public(ctx, &point_len, buf + group_len, blen - group_len);
	if (ret == 0)
		*olen = group_len + point_len;
	return ret;
}

int __wrap_mbedtls_ecdh_make_public(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng)
{
	if (ours(ctx) == NULL)
		return __real_mbedtls_ecdh_make_public(ctx, olen, buf, blen, f_rng, p_rng);
	int ret = make_key(ctx, f_rng, p_rng);
	return ret != 0 ? ret : write_public(ctx, olen, buf, blen);
}

/* ---- the shared secret ---- */

static int share_x25519(
	uint8_t out[32], const mbedtls_ecdh_context_mbed *numbers, uint8_t secret[32])
{
	const mbedtls_ecp_point *peer = &numbers->MBEDTLS_PRIVATE(Qp);
	uint8_t u[32];
	int ret = mbedtls_mpi_write_binary_le(&numbers->MBEDTLS_PRIVATE(d), secret, 32);
	if (ret == 0)
		ret = mbedtls_mpi_write_binary_le(&peer->MBEDTLS_PRIVATE(X), u, 32);
	if (ret == 0 && hx_x25519_shared(out, secret, u) < 0)
		ret = MBEDTLS_ERR_ECP_INVALID_KEY;
	return ret;
}

static int share_p256(uint8_t out[32], const mbedtls_ecdh_context_mbed *numbers, uint8_t secret[32])
{
	const mbedtls_ecp_point *peer = &numbers->MBEDTLS_PRIVATE(Qp);
	uint8_t point[64];
	int ret = mbedtls_mpi_write_binary(&numbers->MBEDTLS_PRIVATE(d), secret, 32);
	/* What was read from the wire is affine; the identity, with z = 0, is no key. */
	if (ret == 0 && mbedtls_mpi_cmp_int(&peer->MBEDTLS_PRIVATE(Z), 1) != 0)
		ret = MBEDTLS_ERR_ECP_INVALID_KEY;
	if (ret == 0)
		ret = mbedtls_mpi_write_binary(&peer->MBEDTLS_PRIVATE(X), point, 32);
	if (ret == 0)
		ret = mbedtls_mpi_write_binary(&peer->MBEDTLS_PRIVATE(Y), point + 32, 32);
	if (ret == 0 && hx_p256_shared(out, secret, point) < 0)
		ret = MBEDTLS_ERR_ECP_INVALID_KEY;
	return ret;
}

int __wrap_mbedtls_ecdh_calc_secret(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf,
	size_t blen, random_source *f_rng, void *p_rng)
{
	mbedtls_ecdh_context_mbed *numbers = ours(ctx);
	uint8_t secret[32];
	if (numbers == NULL || blen < 32)
		return __real_mbedtls_ecdh_calc_secret(ctx, olen, buf, blen, f_rng, p_rng);
	int ret = is_x25519(ctx) ? share_x25519(buf, numbers, secret)
				 : share_p256(buf, numbers, secret);
	hx_wipe(secret, sizeof(secret));
	if (ret != 0)
		hx_wipe(buf, 32);
	else
		*olen = 32;
	/* A number that does not fit into 32 bytes is no key either. */
	return ret == MBEDTLS_ERR_MPI_BUFFER_TOO_SMALL ? MBEDTLS_ERR_ECP_INVALID_KEY : ret;
}

#endif
