/*
 * hash.c - see base/hash.h
 * SPDX-License-Identifier: MIT
 */
#include "../base/hash.h"

#include <string.h>

#include <mbedtls/md.h>

#include "../hatch.h"

_Static_assert(sizeof(mbedtls_md_context_t) <= sizeof(struct hx_hash), "struct hx_hash");

static mbedtls_md_context_t *md_of(struct hx_hash *hash)
{
	return (mbedtls_md_context_t *)(void *)hash;
}

int hx_hash_begin(struct hx_hash *hash)
{
	mbedtls_md_context_t *md = md_of(hash);
	memset(hash, 0, sizeof(*hash));
	mbedtls_md_init(md);
	return mbedtls_md_setup(md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 0) == 0 &&
			       mbedtls_md_starts(md) == 0
		       ? 0
		       : HATCH_ENOMEM;
}

int hx_hash_add(struct hx_hash *hash, const void *bytes, size_t len)
{
	return mbedtls_md_update(md_of(hash), bytes, len) == 0 ? 0 : HATCH_EPORT;
}

int hx_hash_end(struct hx_hash *hash, unsigned char out[HX_HASH_LEN])
{
	return mbedtls_md_finish(md_of(hash), out) == 0 ? 0 : HATCH_EPORT;
}

void hx_hash_free(struct hx_hash *hash)
{
	mbedtls_md_free(md_of(hash));
}
