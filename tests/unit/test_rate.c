/*
 * How often each client may: the bucket's two sides, who is one client, and a full table.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/server/rate.h"

static struct hx_bucket buckets[HX_RATE_CLIENTS];

static struct hx_rate rate_of(uint32_t per_min)
{
	struct hx_rate rate = { buckets, per_min };
	memset(buckets, 0, sizeof(buckets));
	return rate;
}

static struct hatch_address v4(uint32_t number)
{
	struct hatch_address address = { .bytes = { [10] = 0xff, [11] = 0xff, [12] = 10 } };
	address.bytes[13] = (uint8_t)(number >> 16);
	address.bytes[14] = (uint8_t)(number >> 8);
	address.bytes[15] = (uint8_t)number;
	return address;
}

static void a_bucket(void **state)
{
	static const uint32_t rates[] = { 1, 7, 60, 100, 101, 300, 65534 };
	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct hx_rate rate = rate_of(rates[i]);
		struct hatch_address peer = v4(1);
		uint32_t now = 0xfffffff0u; /* wraps in the middle */
		uint32_t burst = rates[i] / 10 > 10 ? rates[i] / 10 : 10;
		assert_int_equal(hx_rate_burst(&rate), burst);
		for (uint32_t n = 0; n < burst; n++)
			assert_int_equal(hx_rate_take(&rate, &peer, now), 0);
		uint32_t wait = hx_rate_take(&rate, &peer, now);
		assert_int_equal(wait, (60000 + rates[i] - 1) / rates[i]);
		if (wait > 1)
			assert_int_equal(hx_rate_take(&rate, &peer, now + wait - 1), 1);
		assert_int_equal(hx_rate_take(&rate, &peer, now + wait), 0);
		/* Full again, and not fuller. */
		now += wait + 60000 * 12;
		for (uint32_t n = 0; n < burst; n++)
			assert_int_equal(hx_rate_take(&rate, &peer, now), 0);
		assert_int_not_equal(hx_rate_take(&rate, &peer, now), 0);
	}
}

/* Asking does not cost. */
static void a_minute_has_so_many(void **state)
{
	struct hx_rate rate = rate_of(300);
	struct hatch_address peer = v4(1);
	unsigned taken = 0;
	(void)state;
	for (uint32_t now = 0; now < 60000; now++)
		taken += hx_rate_take(&rate, &peer, now) == 0;
	assert_in_range(taken, 300 + 30 - 1, 300 + 30);
}

static void no_limit(void **state)
{
	struct hx_rate rate = { NULL, HATCH_UNLIMITED };
	struct hatch_address peer = v4(1);
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(hx_rate_take(&rate, &peer, 0), 0);
}

static void clients(void **state)
{
	struct hx_rate rate = rate_of(1);
	struct hatch_address v6[3] = { { .bytes = { 0x20, 1, 0x0d, 0xb8 } } };
	(void)state;
	v6[1] = v6[2] = v6[0];
	v6[1].bytes[15] = v6[1].bytes[8] = 1; /* the same /64 */
	v6[2].bytes[7] = 1;                   /* the next */
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(hx_rate_take(&rate, &v6[i % 2], 0), 0);
	assert_int_not_equal(hx_rate_take(&rate, &v6[0], 0), 0);
	assert_int_not_equal(hx_rate_take(&rate, &v6[1], 0), 0);
	assert_int_equal(hx_rate_take(&rate, &v6[2], 0), 0);
	for (uint32_t i = 0; i < HX_RATE_CLIENTS - 2; i++) {
		struct hatch_address peer = v4(i);
		assert_int_equal(hx_rate_take(&rate, &peer, 0), 0);
	}
	assert_int_not_equal(hx_rate_take(&rate, &v6[0], 1), 0); /* still known */
	/* Neighbours on the link share fe80::/64, and are not one client for that. */
	struct hatch_address near[2] = { { .bytes = { 0xfe, 0x80, [15] = 1 } },
		{ .bytes = { 0xfe, 0x80, [15] = 2 } } };
	assert_false(hx_same_client(&near[0], &near[1]));
	assert_true(hx_same_client(&near[0], &near[0]));
}

/* Ten thousand addresses have no more together than the buckets do. */
static void more_clients_than_buckets(void **state)
{
	enum { MANY = 10000, PER_MIN = 60, BURST = 10, MINUTES = 3 };
	struct hx_rate rate = rate_of(PER_MIN);
	unsigned taken = 0;
	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		struct hatch_address peer = v4(i);
		taken += hx_rate_take(&rate, &peer, i * (MINUTES * 60000 / MANY)) == 0;
	}
	assert_in_range(taken, HX_RATE_CLIENTS * PER_MIN * MINUTES / 2,
		HX_RATE_CLIENTS * (BURST + PER_MIN * MINUTES));
	/* One that comes again after all of them is let in once a bucket has filled up. */
	struct hatch_address peer = v4(0);
	assert_int_equal(hx_rate_take(&rate, &peer, (MINUTES + 1) * 60000), 0);
}

/* The one that has not come for longest is forgotten. */
static void least_recent_first(void **state)
{
	struct hx_rate rate = rate_of(1);
	struct hatch_address peer;
	(void)state;
	for (uint32_t i = 0; i < HX_RATE_CLIENTS; i++) {
		peer = v4(i);
		assert_int_equal(hx_rate_take(&rate, &peer, i), 0);
	}
	peer = v4(0);
	assert_int_equal(hx_rate_take(&rate, &peer, 100), 0);
	peer = v4(1000);
	assert_int_equal(hx_rate_take(&rate, &peer, 101), 0);
	bool known[2] = { false, false };
	for (unsigned i = 0; i < HX_RATE_CLIENTS; i++)
		for (uint32_t n = 0; n < 2; n++) {
			peer = v4(n);
			known[n] = known[n] || memcmp(buckets[i].client, peer.bytes, 16) == 0;
		}
	assert_true(known[0]);
	assert_false(known[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket),
		cmocka_unit_test(a_minute_has_so_many),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(clients),
		cmocka_unit_test(more_clients_than_buckets),
		cmocka_unit_test(least_recent_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
