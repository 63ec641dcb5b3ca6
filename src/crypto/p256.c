/*
 * p256.c - P-256: Diffie-Hellman
 * SPDX-License-Identifier: MIT
 */
#include "p256.h"

#include "../hatch.h"
#include "burn.h"
#include "fn256.h"
#include "p256_point.h"

static void coordinate_to_bytes(uint8_t bytes[32], const hx_fp256 coordinate, uint32_t good)
{
	uint32_t number[8];

	hx_fp256_to_u256(number, coordinate);
	for (int i = 0; i < 8; i++)
		number[i] &= good;
	hx_u256_to_be(bytes, number);
}

struct arguments {
	uint8_t *out;
	const uint8_t *secret, *peer;
};

static int public_key(void *arguments)
{
	const struct arguments *job = arguments;
	struct hx_p256_point p;
	struct hx_p256_affine flat;
	uint32_t k[8];
	uint32_t good = hx_fn256_from_bytes(k, job->secret);

	hx_p256_point_base_times(&p, k);
	hx_p256_point_to_affine(&flat, &p);
	coordinate_to_bytes(job->out, flat.x, good);
	coordinate_to_bytes(job->out + 32, flat.y, good);
	return HATCH_EINVAL & (int)~good;
}

int hx_p256_public(uint8_t point[64], const uint8_t secret[32])
{
	struct arguments job = { point, secret, NULL };

	return hx_burn_after(public_key, &job, HX_BURN_SHALLOW);
}

static int shared_secret(void *arguments)
{
	const struct arguments *job = arguments;
	struct hx_p256_point p;
	struct hx_p256_affine q;
	uint32_t k[8], good;

	if (hx_p256_point_from_bytes(&q, job->peer) < 0) {
		memset(job->out, 0, 32);
		return HATCH_EINVAL;
	}
	good = hx_fn256_from_bytes(k, job->secret);
	hx_p256_point_times(&p, k, &q);
	hx_p256_point_to_affine(&q, &p);
	coordinate_to_bytes(job->out, q.x, good);
	return HATCH_EINVAL & (int)~good;
}

int hx_p256_shared(uint8_t x[32], const uint8_t secret[32], const uint8_t peer[64])
{
	struct arguments job = { x, secret, peer };

	return hx_burn_after(shared_secret, &job, HX_BURN_DEEP);
}
