/*
 * flight.h - what a server's own handshake messages say, read from the wire
 * SPDX-License-Identifier: MIT
 *
 * The TLS library forgets the group of the key exchange, and whether a session
 * was resumed, when the handshake is over.  Both stand in clear in what the
 * server sends: in ServerHello (key_share, pre_shared_key: RFC 8446 section
 * 4.2) and ServerKeyExchange (RFC 8422 section 5.4).
 */
#ifndef HX_TLS_FLIGHT_H
#define HX_TLS_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hx_flight_facts {
	uint16_t group;     /* 0: not seen */
	bool psk;           /* TLS 1.3: a ticket was taken */
	bool key_exchange;  /* TLS 1.2: a full handshake */
	bool sealed;        /* ChangeCipherSpec is out: TLS 1.2 encrypts what follows */
	size_t record_left; /* of the record that is under way */
};

/* The next bytes that go out, in order. */
void hx_flight_sent(struct hx_flight_facts *facts, const unsigned char *buf, size_t len);

#endif
