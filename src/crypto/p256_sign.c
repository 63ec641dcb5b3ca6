/*
 * p256_sign.c - P-256: signatures
 * SPDX-License-Identifier: MIT
 */
#include "p256.h"

#include "../hatch.h"
#include "burn.h"
#include "fn256.h"
#include "p256_point.h"

void hx_p256_hash_to_number(uint32_t z[8], const uint8_t *hash, size_t hash_len)
{
	uint8_t bytes[32] = { 0 };
	size_t len = hash_len < 32 ? hash_len : 32;

	if (len > 0)
		memcpy(bytes + 32 - len, hash, len);
	hx_u256_from_be(z, bytes);
	hx_fn256_reduce(z, z);
}

/* The x coordinate modulo n.  It is below p, which is below 2n. */
static void x_mod_n(uint32_t r[8], const struct hx_p256_point *p)
{
	struct hx_p256_affine flat;

	hx_p256_point_to_affine(&flat, p);
	hx_fp256_to_u256(r, flat.x);
	hx_fn256_reduce(r, r);
}

/* s = (z + r d) / k; r and s are no secrets. */
static void sign(
	uint32_t r[8], uint32_t s[8], const uint32_t d[8], const uint32_t z[8], const uint32_t k[8])
{
	struct hx_p256_point p;
	uint32_t inverse[8];

	hx_p256_point_base_times(&p, k);
	x_mod_n(r, &p);
	hx_fn256_mul(s, r, d);
	hx_fn256_add(s, s, z);
	hx_fn256_invert(inverse, k);
	hx_fn256_mul(s, s, inverse);
}

struct arguments {
	uint8_t *signature;
	const uint8_t *secret, *hash, *nonce;
	size_t hash_len;
};

static int sign_bytes(void *arguments)
{
	const struct arguments *job = arguments;
	uint32_t d[8], k[8], z[8], r[8], s[8];
	uint32_t good_secret = hx_fn256_from_bytes(d, job->secret);
	uint32_t good_nonce = hx_fn256_from_bytes(k, job->nonce);

	hx_p256_hash_to_number(z, job->hash, job->hash_len);
	sign(r, s, d, z, k);

	good_nonce &= ~hx_u256_is_zero(r) & ~hx_u256_is_zero(s);
	for (int i = 0; i < 8; i++) {
		r[i] &= good_secret & good_nonce;
		s[i] &= good_secret & good_nonce;
	}
	hx_u256_to_be(job->signature, r);
	hx_u256_to_be(job->signature + 32, s);
	return (HATCH_EINVAL & (int)~good_secret) |
	       (HX_P256_OTHER_NONCE & (int)(good_secret & ~good_nonce));
}

int hx_p256_sign(uint8_t signature[64], const uint8_t secret[32], const uint8_t *hash,
	size_t hash_len, const uint8_t nonce[32])
{
	struct arguments job = { signature, secret, hash, nonce, hash_len };

	return hx_burn_after(sign_bytes, &job, HX_BURN_SHALLOW);
}

static bool same(const uint32_t a[8], const uint32_t b[8])
{
	return memcmp(a, b, 8 * sizeof *a) == 0;
}

/* a = a + b, in variable time and for any two points; false if that is the identity. */
static bool add_any(struct hx_p256_point *a, const struct hx_p256_affine *b)
{
	struct hx_p256_affine flat;
	hx_fp256 difference;

	hx_p256_point_to_affine(&flat, a);
	hx_fp256_sub(difference, flat.x, b->x);
	if (!hx_fp256_is_zero(difference)) {
		hx_p256_point_add(a, b, difference);
		return true;
	}
	hx_fp256_sub(difference, flat.y, b->y);
	if (!hx_fp256_is_zero(difference))
		return false;
	hx_p256_point_double(a);
	return true;
}

/* FIPS 186-5 section 6.4.2: x of (z / s) G + (r / s) Q must be r modulo n. */
int hx_p256_verify(
	const uint8_t point[64], const uint8_t *hash, size_t hash_len, const uint8_t signature[64])
{
	struct hx_p256_affine q;
	struct hx_p256_point sum;
	uint32_t r[8], s[8], z[8];

	if (hx_p256_point_from_bytes(&q, point) < 0)
		return HATCH_EINVAL;
	hx_u256_from_be(r, signature);
	hx_u256_from_be(s, signature + 32);
	if (!hx_u256_is_in_range(r, hx_fn256_n) || !hx_u256_is_in_range(s, hx_fn256_n))
		return HATCH_EINVAL;
	hx_fn256_invert(s, s);
	hx_p256_hash_to_number(z, hash, hash_len);
	hx_fn256_mul(z, z, s);
	hx_fn256_mul(s, r, s);

	/* s is not 0 now: neither r nor 1/s was, and n is prime. */
	hx_p256_point_times(&sum, s, &q);
	if (!hx_u256_is_zero(z)) {
		hx_p256_point_to_affine(&q, &sum);
		hx_p256_point_base_times(&sum, z);
		if (!add_any(&sum, &q))
			return HATCH_EINVAL;
	}
	x_mod_n(z, &sum);
	return same(z, r) ? 0 : HATCH_EINVAL;
}
