/*
 * flight.c - see flight.h
 * SPDX-License-Identifier: MIT
 *
 * The bytes are our own, but every length is checked all the same.
 */
#include "flight.h"

enum { RECORD_HEADER = 5, RECORD_CHANGE_CIPHER = 20, RECORD_HANDSHAKE = 22, MESSAGE_HEADER = 4 };
enum { SERVER_HELLO = 2, SERVER_KEY_EXCHANGE = 12 };
enum { EXT_PRE_SHARED_KEY = 41, EXT_KEY_SHARE = 51 };
enum { NAMED_CURVE = 3 };

static unsigned u16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* legacy_version, random, session id, suite, compression, extensions */
static void server_hello(struct hx_flight_facts *facts, const unsigned char *at, size_t len)
{
	size_t skip = 2 + 32;
	if (len < skip + 1)
		return;
	skip += 1u + at[skip] + 2 + 1;
	if (len < skip || len - skip < 2)
		return;
	at += skip + 2;
	len -= skip + 2;
	while (len >= 4) {
		size_t size = u16(at + 2);
		if (size > len - 4)
			return;
		if (u16(at) == EXT_PRE_SHARED_KEY)
			facts->psk = true;
		if (u16(at) == EXT_KEY_SHARE && size >= 2)
			facts->group = (uint16_t)u16(at + 4);
		at += 4 + size;
		len -= 4 + size;
	}
}

static void message(struct hx_flight_facts *facts, const unsigned char *at, size_t len)
{
	if (len < MESSAGE_HEADER)
		return;
	if (at[0] == SERVER_HELLO)
		server_hello(facts, at + MESSAGE_HEADER, len - MESSAGE_HEADER);
	/* What is sealed begins with any byte.  A second ServerHello does come after the
	 * ChangeCipherSpec of TLS 1.3, which seals nothing (RFC 8446 appendix D.4); a sealed
	 * Finished is too short for one. */
	if (at[0] != SERVER_KEY_EXCHANGE || facts->sealed)
		return;
	facts->key_exchange = true;
	if (len >= MESSAGE_HEADER + 3 && at[MESSAGE_HEADER] == NAMED_CURVE)
		facts->group = (uint16_t)u16(at + MESSAGE_HEADER + 1);
}

void hx_flight_sent(struct hx_flight_facts *facts, const unsigned char *buf, size_t len)
{
	while (len > 0) {
		if (facts->record_left == 0) {
			if (len < RECORD_HEADER)
				return;
			facts->record_left = RECORD_HEADER + u16(buf + 3);
			size_t here = facts->record_left < len ? facts->record_left : len;
			if (buf[0] == RECORD_CHANGE_CIPHER)
				facts->sealed = true;
			if (buf[0] == RECORD_HANDSHAKE)
				message(facts, buf + RECORD_HEADER, here - RECORD_HEADER);
		}
		size_t step = facts->record_left < len ? facts->record_left : len;
		facts->record_left -= step;
		buf += step;
		len -= step;
	}
}
