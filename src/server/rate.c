/*
 * rate.c - see rate.h
 * SPDX-License-Identifier: MIT
 */
#include "rate.h"

#include <string.h>

void hx_rate_init(struct hx_rate *rate, struct hx_bucket *buckets, uint32_t per_min)
{
	rate->buckets = buckets;
	rate->per_min = per_min;
	if (buckets != NULL)
		memset(buckets, 0, HX_RATE_CLIENTS * sizeof(*buckets));
}

uint32_t hx_rate_burst(const struct hx_rate *rate)
{
	uint32_t burst = rate->per_min / 10;
	return burst < HX_RATE_BURST_MIN ? (uint32_t)HX_RATE_BURST_MIN : burst;
}

static void refill(const struct hx_rate *rate, struct hx_bucket *bucket, uint32_t now_ms)
{
	uint64_t parts = bucket->parts + (uint64_t)(now_ms - bucket->at) * rate->per_min;
	uint32_t full = hx_rate_burst(rate) * HX_RATE_TOKEN;
	bucket->parts = parts > full ? full : (uint32_t)parts;
	bucket->at = now_ms;
}

/* The client's own, else an unused one, else that of who has not come for longest. */
static struct hx_bucket *find(
	struct hx_rate *rate, const struct hatch_address *client, uint32_t now_ms)
{
	struct hx_bucket *oldest = &rate->buckets[0];
	uint8_t key[HX_CLIENT_KEY];
	hx_client_key(key, client);
	for (unsigned i = 0; i < HX_RATE_CLIENTS; i++) {
		struct hx_bucket *bucket = &rate->buckets[i];
		if (bucket->used && memcmp(bucket->client, key, sizeof(key)) == 0)
			return bucket;
		if (oldest->used && (!bucket->used || now_ms - bucket->at > now_ms - oldest->at))
			oldest = bucket;
	}
	if (!oldest->used) {
		oldest->used = true;
		oldest->at = now_ms;
		oldest->parts = hx_rate_burst(rate) * HX_RATE_TOKEN;
	}
	memcpy(oldest->client, key, sizeof(key));
	return oldest;
}

uint32_t hx_rate_take(struct hx_rate *rate, const struct hatch_address *client, uint32_t now_ms)
{
	if (rate->buckets == NULL)
		return 0;
	struct hx_bucket *bucket = find(rate, client, now_ms);
	refill(rate, bucket, now_ms);
	if (bucket->parts < HX_RATE_TOKEN)
		return (HX_RATE_TOKEN - bucket->parts + rate->per_min - 1) / rate->per_min;
	bucket->parts -= HX_RATE_TOKEN;
	return 0;
}
