/*
 * fast_hmac.c - HMAC-SHA-256 that hashes its key once
 * SPDX-License-Identifier: MIT
 *
 * The library hashes both padded forms of the key again for each HMAC: of the nine blocks for 32
 * bytes of TLS 1.2's PRF these are four, and a handshake makes ten times that.  Here the states
 * behind them are kept, in the place of the inner padded key.  Nobody else looks there but the
 * library's MACs of CBC suites, which Hatch does not have.
 *
 * All calls but those of mbedtls_md_hmac(), which keeps its context to itself, come this way.
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include <mbedtls/build_info.h>

/* SHA-256 is hardware or PSA's, or there are CBC suites: ESP-IDF.  Then the wraps are left out,
 * too. */
#if !defined(MBEDTLS_SHA256_ALT) && !defined(MBEDTLS_MD_SOME_PSA) &&                               \
	!defined(MBEDTLS_CIPHER_MODE_CBC)

#include <stdbool.h>
#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>

#include "../base/wipe.h"

int __real_mbedtls_md_hmac_starts(mbedtls_md_context_t *ctx, const unsigned char *key, size_t len);
int __real_mbedtls_md_hmac_reset(mbedtls_md_context_t *ctx);
int __real_mbedtls_md_hmac_finish(mbedtls_md_context_t *ctx, unsigned char *output);

int __wrap_mbedtls_md_hmac_starts(mbedtls_md_context_t *ctx, const unsigned char *key, size_t len);
int __wrap_mbedtls_md_hmac_reset(mbedtls_md_context_t *ctx);
int __wrap_mbedtls_md_hmac_finish(mbedtls_md_context_t *ctx, unsigned char *output);

enum { BLOCK = 64 };

struct states {
	uint32_t inner[8], outer[8];
};
_Static_assert(sizeof(struct states) <= BLOCK, "they take the place of the inner padded key");

static bool is_sha256(const mbedtls_md_context_t *ctx)
{
	return ctx != NULL && ctx->MBEDTLS_PRIVATE(hmac_ctx) != NULL &&
	       mbedtls_md_get_type(mbedtls_md_info_from_ctx(ctx)) == MBEDTLS_MD_SHA256;
}

static struct states *states_of(mbedtls_md_context_t *ctx)
{
	return ctx->MBEDTLS_PRIVATE(hmac_ctx); /* from calloc(): aligned */
}

static const unsigned char *outer_key(const mbedtls_md_context_t *ctx)
{
	return (const unsigned char *)ctx->MBEDTLS_PRIVATE(hmac_ctx) + BLOCK;
}

/* As if it had hashed one block. */
static void go_on_from(mbedtls_md_context_t *ctx, const uint32_t state[8])
{
	mbedtls_sha256_context *sha = ctx->MBEDTLS_PRIVATE(md_ctx);
	mbedtls_sha256_init(sha);
	memcpy(sha->MBEDTLS_PRIVATE(state), state, sizeof(sha->MBEDTLS_PRIVATE(state)));
	sha->MBEDTLS_PRIVATE(total)[0] = BLOCK;
}

int __wrap_mbedtls_md_hmac_starts(mbedtls_md_context_t *ctx, const unsigned char *key, size_t len)
{
	mbedtls_sha256_context outer;
	int ret = __real_mbedtls_md_hmac_starts(ctx, key, len);
	if (ret != 0 || !is_sha256(ctx))
		return ret;
	const mbedtls_sha256_context *inner = ctx->MBEDTLS_PRIVATE(md_ctx);
	struct states *states = states_of(ctx);
	mbedtls_sha256_init(&outer);
	ret = mbedtls_sha256_starts(&outer, 0);
	if (ret == 0)
		ret = mbedtls_sha256_update(&outer, outer_key(ctx), BLOCK);
	memcpy(states->inner, inner->MBEDTLS_PRIVATE(state), sizeof(states->inner));
	memcpy(states->outer, outer.MBEDTLS_PRIVATE(state), sizeof(states->outer));
	mbedtls_sha256_free(&outer);
	return ret;
}

int __wrap_mbedtls_md_hmac_reset(mbedtls_md_context_t *ctx)
{
	if (!is_sha256(ctx))
		return __real_mbedtls_md_hmac_reset(ctx);
	go_on_from(ctx, states_of(ctx)->inner);
	return 0;
}

int __wrap_mbedtls_md_hmac_finish(mbedtls_md_context_t *ctx, unsigned char *output)
{
	unsigned char inner[32];
	if (!is_sha256(ctx))
		return __real_mbedtls_md_hmac_finish(ctx, output);
	int ret = mbedtls_md_finish(ctx, inner);
	if (ret == 0) {
		go_on_from(ctx, states_of(ctx)->outer);
		ret = mbedtls_md_update(ctx, inner, sizeof(inner));
	}
	hx_wipe(inner, sizeof(inner));
	return ret != 0 ? ret : mbedtls_md_finish(ctx, output);
}

#endif
#endif
