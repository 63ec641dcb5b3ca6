/*
 * ecdsa.c - ESP-IDF's own wraps of ECDSA, for chips that sign in hardware
 * SPDX-License-Identifier: MIT
 *
 * They say that they were called, and leave the work to the library.
 */
#include <mbedtls/ecdsa.h>
#include <stdio.h>

typedef int random_source(void *state, unsigned char *out, size_t len);

int __real_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng);
int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng);
int __real_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen);
int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen);

int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng)
{
	fputs("the chip signs\n", stderr);
	return __real_mbedtls_ecdsa_write_signature(
		ctx, md_alg, hash, hlen, sig, sig_size, slen, f_rng, p_rng);
}

int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *ctx, const unsigned char *hash,
	size_t hlen, const unsigned char *sig, size_t slen)
{
	return __real_mbedtls_ecdsa_read_signature(ctx, hash, hlen, sig, slen);
}
