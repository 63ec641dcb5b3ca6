/*
 * nonces.h - which nonces of Digest authentication are ours, and which requests came before
 * SPDX-License-Identifier: MIT
 *
 * A nonce is its time, its number and a hash of both with a key that nobody else has, so that
 * whoever asks for one costs no memory.  One that has been used with a right password takes one of
 * a few places, where the counts that came with it are noted, as a window of 32: requests at once
 * may arrive in another order.  The place of the oldest goes to the next, and then no nonce of its
 * number or below is good any more unless it has a place: nothing that was used is ever forgotten.
 */
#ifndef HX_APP_NONCES_H
#define HX_APP_NONCES_H

#include "../hatch_web.h"

/* Hexadecimal digits of 4 bytes of time, 8 of number and 16 of the hash; and of the opaque. */
enum { HX_NONCE_LEN = 56, HX_OPAQUE_LEN = 16 };

/* A key, if there is none yet.  0, HATCH_EPORT without random numbers, HATCH_ENOMEM. */
int hx_nonces_begin(struct hatch_digest *digest, const struct hatch_req *req);

/* 401 with a new one; returns what hatch_send_text() does. */
int hx_nonces_ask(struct hatch_digest *digest, struct hatch_req *req, bool stale);

/* 1: ours, and not over; *number is set.  0: not good (any more).  Negative: an error. */
int hx_nonce_check(const struct hatch_digest *digest, uint32_t now, struct hatch_span nonce,
	struct hatch_span opaque, uint64_t *number);

/* Notes that count has come with it, which a right password vouches for; false: it had before. */
bool hx_nonce_use(struct hatch_digest *digest, uint64_t number, uint32_t count);

#endif
