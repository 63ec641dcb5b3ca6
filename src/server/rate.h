/*
 * rate.h - how often each client may do something
 * SPDX-License-Identifier: MIT
 *
 * A bucket of tokens for each client, in a table of fixed size.  Who has not come for longest makes
 * room, and whoever takes its bucket over takes it as it is: so all clients together, however many
 * addresses they have, get no more than the table's buckets hold and refill.
 */
#ifndef HX_SERVER_RATE_H
#define HX_SERVER_RATE_H

#include "../base/client.h"

enum {
	HX_RATE_CLIENTS = 16,
	HX_RATE_TOKEN = 60000, /* parts of one: at N in a minute, N parts come each millisecond */
	HX_RATE_BURST_MIN = 10,
};

struct hx_bucket {
	uint8_t client[HX_CLIENT_KEY];
	uint32_t at, parts; /* what was there at that time, ms */
	bool used;
};

struct hx_rate {
	struct hx_bucket *buckets; /* HX_RATE_CLIENTS of them; NULL: no limit */
	uint32_t per_min;
};

/* buckets: HX_RATE_CLIENTS of them, or NULL for no limit. */
void hx_rate_init(struct hx_rate *rate, struct hx_bucket *buckets, uint32_t per_min);

/* The tokens that a bucket holds: a tenth of a minute's, at least HX_RATE_BURST_MIN. */
uint32_t hx_rate_burst(const struct hx_rate *rate);

/* Takes a token: 0.  Without one, the milliseconds until there is. */
uint32_t hx_rate_take(struct hx_rate *rate, const struct hatch_address *client, uint32_t now_ms);

#endif
