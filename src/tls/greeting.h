/*
 * greeting.h - what a ClientHello offers, read from the wire
 * SPDX-License-Identifier: MIT
 *
 * In TLS 1.3 mbedTLS takes the first suite and the first key share of the client's that it knows
 * itself.  For the server to have a say, the engine looks at the ClientHello as it comes in, before
 * the library has it whole (RFC 8446 section 4.1.2), in pieces of any size, in records of any
 * length.  Whatever is not as it should be ends the looking, and the library decides as it would.
 */
#ifndef HX_TLS_GREETING_H
#define HX_TLS_GREETING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hx_greeting {
	uint8_t step;                   /* what comes next: greeting.c */
	uint8_t due;                    /* bytes still to come of a number */
	uint32_t number;                /* those that have come */
	uint32_t skip;                  /* bytes that do not matter */
	uint8_t header[5], header_len;  /* of a record */
	uint32_t record, message, list; /* what is left of each */
	bool chacha;                    /* offered: TLS_CHACHA20_POLY1305_SHA256 */
	bool x25519;                    /* there is a key share for it */
};

void hx_greeting_begin(struct hx_greeting *greeting);

/* The next bytes from the client, in order.  True once: when the ClientHello is complete. */
bool hx_greeting_got(struct hx_greeting *greeting, const unsigned char *buf, size_t len);

#endif
