/*
 * spare.h - ephemeral X25519 keys made before they are asked for
 * SPDX-License-Identifier: MIT
 *
 * Making one takes an eighth of a full handshake and depends on nothing that the client sends, so a
 * server makes a few while it has nothing else to do.  They are for the key share of a handshake
 * and for nothing else: only what runs between hx_spares_enter() and _leave() is given one.  A pair
 * has left the pool, and its place is wiped, before it is first used; whatever becomes of the
 * handshake, it does not come back.  Without a spare a key is made on the spot.
 *
 * In a build whose arithmetic is the library's (stock_spare.c) there are none.
 */
#ifndef HX_TLS_SPARE_H
#define HX_TLS_SPARE_H

#include <stdbool.h>
#include <stdint.h>

/* So many handshakes at once find one: of what a browser opens, those that come before the first
   has brought a ticket.  Making all of them again takes HX_SPARES pauses, in which clients cannot
   make a device spend more than this on them. */
enum { HX_SPARES = 4, HX_SPARE_PAUSE_MS = 10 };

struct hx_spare {
	uint8_t secret[32], public_key[32];
};

struct hx_spares {
	struct hx_spare pair[HX_SPARES]; /* `count` of them */
	struct hx_spare given; /* to the handshake's step that is running, which asks for the secret
				  first and for the public key then */
	uint8_t count;
	bool has_given;
	uint32_t made_at;     /* ms */
	uint32_t process;     /* whose they are */
	uint32_t made, taken; /* how many so far */
};

/* Wipes the pool. */
void hx_spares_clear(struct hx_spares *spares);

/* Until the next may be made; HATCH_FOREVER if none is wanted. */
uint32_t hx_spares_wait_ms(const struct hx_spares *spares, uint32_t now);

/*
 * A process that has forked has its parent's pairs, which are wiped: whoever makes or takes one
 * says which process it is, see hatch_port.process.
 */

/* Makes one, when that is 0. */
void hx_spares_make(struct hx_spares *spares, uint32_t now, uint32_t process);

/* A step of a handshake, on this thread. */
void hx_spares_enter(struct hx_spares *spares, uint32_t process);
void hx_spares_leave(void);

#endif
