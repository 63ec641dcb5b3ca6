/*
 * app.h - the pieces of this program
 * SPDX-License-Identifier: MIT
 */
#ifndef APP_H
#define APP_H

#include <hatch_web.h>
#include <stdbool.h>
#include <stdint.h>

/* network.c: joins the Wi-Fi and returns when there is an address; then the name. */
void network_up(const char *hostname);

/* account.c: the one account, in NVS. */
enum { PASSWORD_MIN = 10, PASSWORD_MAX = 128 }; /* bytes */
enum account_state {
	ACCOUNT_NONE,   /* there has never been one: it may be set */
	ACCOUNT_SET,    /* there is one */
	ACCOUNT_BROKEN, /* there is one, and it cannot be read: nobody logs in, nobody sets another
			 */
};
void account_init(void);
enum account_state account_state(void);
bool account_set(struct hatch_span name, struct hatch_span password); /* false: not stored */
bool account_check(void *arg, struct hatch_span name, struct hatch_span password);

/* pbkdf2.c: PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2), one block of it. */
enum { SALT_LEN = 16, HASH_LEN = 32 };
bool pbkdf2(uint8_t out[HASH_LEN], struct hatch_span password, const uint8_t salt[SALT_LEN],
	uint32_t iterations);

/* pages.c */
void pages_init(void);
extern const struct hatch_route page_routes[];
extern const size_t page_route_count;

#endif
