/* SPDX-License-Identifier: MIT */
/*
 * What a server says in the clear at the start of a handshake. Mbed TLS has no public way to ask
 * for the group of a TLS 1.3 handshake, nor whether a session was resumed; both stand on the wire:
 * ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3) and, in TLS 1.2,
 * ServerKeyExchange (RFC 8422 section 5.4).
 *
 * Nothing here trusts the bytes: what does not parse is left at zero.
 */
#ifndef TOOLS_PROBE_HELLO_H
#define TOOLS_PROBE_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hello {
	bool seen;        /* there was a ServerHello */
	uint16_t version; /* 0x0303, 0x0304 */
	uint16_t suite;
	uint16_t group;  /* of the key exchange; 0 if there was none */
	bool resumed;    /* pre_shared_key in 1.3; no certificate in 1.2 */
	bool retried;    /* HelloRetryRequest: one round trip more */
	size_t cert_len; /* TLS 1.2: the Certificate message */
	int alert;       /* -1: none in the clear */
};

/* bytes: what the server sent from the first byte on, as long as it lasts. */
void hello_parse(struct hello *hello, const uint8_t *bytes, size_t len);

/* "protocol_version (70)"; static. RFC 8446 section 6. */
const char *hello_alert_name(int alert);

/* "X25519", or NULL for a number we have no name for. */
const char *hello_group_name(uint16_t group);

#endif
