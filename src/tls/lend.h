/*
 * lend.h - record buffers that connections borrow from their server
 * SPDX-License-Identifier: MIT
 *
 * A pair is what the TLS library wants for a record in and a record out, 21 kB.
 * Between records nothing in it matters but two counters, so that a connection
 * at rest needs none: few pairs serve many connections.
 *
 *	nothing --(a header has come, or something is to be said)--> a pair
 *	   ^                                                           |
 *	   '---------(nothing half done: counters kept, wiped)---------'
 *
 * Who has more to do gives it back between two records, too, if somebody waits for it.
 *
 * The pairs are made once, in hatch_open(), on the heap and not in the one
 * block: their size is the library's, and shows only when it is asked for one;
 * and a heap has room for a few blocks of 21 kB where it has none for a long one.
 */
#ifndef HX_TLS_LEND_H
#define HX_TLS_LEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hx_lend_pair {
	struct hx_lend_pair *next; /* of those that are free */
	unsigned char *in, *out;
	size_t in_used, out_used; /* what is to be wiped, from the start */
	bool established;         /* it was taken by one whose handshake is over */
};

/* Somebody who waits for one; part of a connection. */
struct hx_lend_wait {
	struct hx_lend_wait *next;
	bool established, queued;
	bool yields; /* it has had one for a record, and passed it on */
	uint16_t at; /* hx_lend.takes when it began to wait */
};

struct hx_lend {
	size_t in_len, out_len; /* of the library's buffers */
	struct hx_lend_pair *free;
	const struct hx_lend_pair
		*places;      /* one of them, whoever has it: where buffers may stand */
	uint16_t count, left; /* all, and those that are free; count 0: nothing is lent */
	uint16_t reserve;     /* of these, for those whose handshake is over */
	uint16_t established; /* how many those have */
	struct hx_lend_wait *first, *last; /* in the order in which they began to wait */
	uint16_t takes;                    /* so far, by those who do not yield */
	bool poison;                       /* for tests: who still uses what it gave back fails */
};

/* Zeroed before.  False: no memory, and nothing was taken. */
bool hx_lend_open(struct hx_lend *lend, uint16_t count, size_t in_len, size_t out_len);
void hx_lend_close(struct hx_lend *lend);

/*
 * NULL: none is free for you, and you are in the queue until one is or you leave.  Who came first
 * goes first, but that who yields lets a few others go before him; only past a handshake, which
 * needs another one free, may those go whose handshake is over, as many as the reserve is.
 */
struct hx_lend_pair *hx_lend_take(
	struct hx_lend *lend, struct hx_lend_wait *wait, bool established);
void hx_lend_leave(struct hx_lend *lend, struct hx_lend_wait *wait);
void hx_lend_give(struct hx_lend *lend, struct hx_lend_pair *pair);

/* So much of a buffer now has something in it: up to len bytes behind at. */
void hx_lend_used_in(struct hx_lend_pair *pair, const unsigned char *at, size_t len);
void hx_lend_used_out(struct hx_lend_pair *pair, const unsigned char *at, size_t len);
void hx_lend_used_all(const struct hx_lend *lend, struct hx_lend_pair *pair);

#endif
