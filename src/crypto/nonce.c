/*
 * nonce.c - nonces for ECDSA with P-256 (RFC 6979)
 * SPDX-License-Identifier: MIT
 */
#include "nonce.h"

#include "../hatch.h"
#include "fn256.h"
#include "p256.h"

#define TRIES 16

/* K = HMAC_K(V || mark || the rest), V = HMAC_K(V): steps d and e, f and g, and h.3's last. */
static int stir(
	struct hx_nonce *nonce, uint8_t mark, const struct hx_nonce_part *rest, size_t count)
{
	struct hx_nonce_part parts[5] = { { nonce->v, 32 }, { &mark, 1 } };

	HX_ASSERT(count <= 3);
	for (size_t i = 0; i < count; i++)
		parts[2 + i] = rest[i];
	HX_TRY(nonce->hmac->sha256(nonce->hmac->context, nonce->k, nonce->k, parts, 2 + count));
	return nonce->hmac->sha256(nonce->hmac->context, nonce->v, nonce->k, parts, 1);
}

int hx_nonce_begin(struct hx_nonce *nonce, const struct hx_nonce_hmac *hmac,
	const uint8_t secret[32], const struct hx_nonce_part *hash,
	const struct hx_nonce_part *added)
{
	uint32_t number[8];
	uint8_t octets[32]; /* bits2octets(h1) of section 2.3.4 */
	struct hx_nonce_part rest[3] = { { secret, 32 }, { octets, 32 } };
	size_t count = 2;
	int status;

	nonce->hmac = hmac;
	nonce->used = false;
	memset(nonce->v, 1, sizeof nonce->v);
	memset(nonce->k, 0, sizeof nonce->k);
	hx_p256_hash_to_number(number, hash->ptr, hash->len);
	hx_u256_to_be(octets, number);
	if (added != NULL && added->len > 0)
		rest[count++] = *added;
	status = stir(nonce, 0, rest, count);
	if (status >= 0)
		status = stir(nonce, 1, rest, count);
	hx_wipe(octets, sizeof octets);
	hx_wipe(number, sizeof number);
	if (status < 0)
		hx_nonce_end(nonce);
	return status;
}

/* T is V, as 256 bits are there at once. */
int hx_nonce_next(struct hx_nonce *nonce, uint8_t candidate[32])
{
	struct hx_nonce_part v = { nonce->v, 32 };

	if (nonce->used)
		HX_TRY(stir(nonce, 0, NULL, 0));
	nonce->used = true;
	HX_TRY(nonce->hmac->sha256(nonce->hmac->context, nonce->v, nonce->k, &v, 1));
	memcpy(candidate, nonce->v, 32);
	return 0;
}

void hx_nonce_end(struct hx_nonce *nonce)
{
	hx_wipe(nonce, sizeof *nonce);
}

int hx_nonce_sign(uint8_t signature[64], const struct hx_nonce_hmac *hmac, const uint8_t secret[32],
	const struct hx_nonce_part *hash, const struct hx_nonce_part *added)
{
	struct hx_nonce nonce;
	uint8_t candidate[32];
	int status = hx_nonce_begin(&nonce, hmac, secret, hash, added);

	if (status < 0)
		return status;
	status = HX_P256_OTHER_NONCE;
	for (int i = 0; i < TRIES && status == HX_P256_OTHER_NONCE; i++) {
		status = hx_nonce_next(&nonce, candidate);
		if (status >= 0)
			status = hx_p256_sign(signature, secret, hash->ptr, hash->len, candidate);
	}
	hx_wipe(candidate, sizeof candidate);
	hx_nonce_end(&nonce);
	return status == HX_P256_OTHER_NONCE ? HATCH_EPORT : status;
}
