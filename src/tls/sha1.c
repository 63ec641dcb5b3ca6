/*
 * sha1.c - see base/sha1.h
 * SPDX-License-Identifier: MIT
 */
#include "../base/sha1.h"

#include <psa/crypto.h>

#include "../hatch.h"

int hx_sha1(const void *bytes, size_t len, unsigned char out[HX_SHA1_LEN])
{
	size_t made;
	return psa_crypto_init() == PSA_SUCCESS && psa_hash_compute(PSA_ALG_SHA_1, bytes, len, out,
							   HX_SHA1_LEN, &made) == PSA_SUCCESS
		       ? 0
		       : HATCH_ENOSYS;
}
