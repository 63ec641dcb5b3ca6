/*
 * greeting.c - see greeting.h
 * SPDX-License-Identifier: MIT
 *
 * Records are taken off first.  Of the message, each step is a number of one to three bytes, or a
 * length, whose bytes are passed over:
 *
 *   type --> length --> session id --> suites --> suite ... --> compression --> extensions
 *                                                                                   |
 *      end <-- extension <-- share's length <-- share's group ... <-- shares <-- key_share?
 *
 * A length may not exceed what is left of what it is in.
 */
#include "greeting.h"

#include <string.h>

enum { RECORD_HANDSHAKE = 22, RECORD_HEADER = 5, RECORD_MAX = 16384, CLIENT_HELLO = 1 };
enum { VERSION_AND_RANDOM = 2 + 32, EXT_KEY_SHARE = 51 };
enum { SUITE_CHACHA20_POLY1305 = 0x1303, GROUP_X25519 = 0x001d };

enum step {
	TYPE,
	LENGTH,
	SESSION_ID,
	SUITES,
	SUITE,
	COMPRESSION,
	EXTENSIONS,
	EXTENSION,
	EXTENSION_LENGTH,
	KEY_SHARE_LENGTH,
	SHARES,
	SHARE,
	SHARE_LENGTH,
	END,  /* complete */
	LOST, /* not for us to understand */
};

static const uint8_t size_of[] = { 1, 3, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 0, 0 };

void hx_greeting_begin(struct hx_greeting *greeting)
{
	memset(greeting, 0, sizeof(*greeting));
	greeting->step = TYPE;
	greeting->due = size_of[TYPE];
}

/* After an extension comes another, or the end of the message. */
static enum step after_extension(const struct hx_greeting *greeting, uint32_t passed)
{
	return greeting->message == passed ? END : EXTENSION;
}

static enum step on_share_length(struct hx_greeting *greeting, uint32_t number)
{
	if (number > greeting->list)
		return LOST;
	greeting->list -= number;
	greeting->skip = number;
	return greeting->list > 0 ? SHARE : after_extension(greeting, number);
}

/* A length whose bytes are passed over; `rest` must come behind them. */
static enum step pass(struct hx_greeting *greeting, uint32_t number, uint32_t rest, enum step then)
{
	if (greeting->message < rest || number > greeting->message - rest)
		return LOST;
	greeting->skip = number;
	return then;
}

static enum step on_shares(struct hx_greeting *greeting, uint32_t number)
{
	/* The extension is the list and its length. */
	if (number + 2 != greeting->list)
		return LOST;
	greeting->list = number;
	return number > 0 ? SHARE : after_extension(greeting, 0);
}

static enum step on_share(struct hx_greeting *greeting, uint32_t number)
{
	greeting->x25519 = greeting->x25519 || number == GROUP_X25519;
	if (greeting->list < 4) /* the group and the length that follows */
		return LOST;
	greeting->list -= 4;
	return SHARE_LENGTH;
}

static enum step on_extensions(struct hx_greeting *greeting, uint32_t number)
{
	switch ((enum step)greeting->step) {
	case EXTENSIONS: return number != greeting->message ? LOST : after_extension(greeting, 0);
	case EXTENSION: return number == EXT_KEY_SHARE ? KEY_SHARE_LENGTH : EXTENSION_LENGTH;
	case EXTENSION_LENGTH: return pass(greeting, number, 0, after_extension(greeting, number));
	case KEY_SHARE_LENGTH:
		greeting->list = number;
		return number < 2 || number > greeting->message ? LOST : SHARES;
	case SHARES: return on_shares(greeting, number);
	case SHARE: return on_share(greeting, number);
	case SHARE_LENGTH: return on_share_length(greeting, number);
	default: return LOST;
	}
}

static enum step on_number(struct hx_greeting *greeting, uint32_t number)
{
	switch ((enum step)greeting->step) {
	case TYPE:
		greeting->message = 3; /* for now: the length of the rest */
		return number == CLIENT_HELLO ? LENGTH : LOST;
	case LENGTH:
		greeting->message = number;
		return pass(greeting, VERSION_AND_RANDOM, 1, SESSION_ID);
	case SESSION_ID: return pass(greeting, number, 2, SUITES);
	case SUITES:
		greeting->list = number;
		return number == 0 || number % 2 != 0 || number > greeting->message ? LOST : SUITE;
	case SUITE:
		greeting->chacha = greeting->chacha || number == SUITE_CHACHA20_POLY1305;
		greeting->list -= 2;
		return greeting->list > 0 ? SUITE : COMPRESSION;
	case COMPRESSION: /* without extensions that is all */
		return pass(greeting, number, 0, number == greeting->message ? END : EXTENSIONS);
	default: return on_extensions(greeting, number);
	}
}

static void lose(struct hx_greeting *greeting)
{
	greeting->step = LOST;
	greeting->skip = 0;
}

/* One byte of the message that is not passed over. */
static void take(struct hx_greeting *greeting, unsigned char byte)
{
	greeting->number = greeting->number << 8 | byte;
	if (greeting->step != TYPE && greeting->message-- == 0) {
		lose(greeting);
		return;
	}
	if (--greeting->due > 0)
		return;
	uint32_t number = greeting->number;
	greeting->step = (uint8_t)on_number(greeting, number);
	greeting->number = 0;
	greeting->due = size_of[greeting->step];
}

/* How many bytes were used. */
static size_t take_some(struct hx_greeting *greeting, const unsigned char *buf, size_t len)
{
	if (greeting->skip == 0) {
		take(greeting, *buf);
		return 1;
	}
	size_t step = greeting->skip < len ? greeting->skip : len;
	greeting->skip -= (uint32_t)step;
	greeting->message -= (uint32_t)step;
	return step;
}

/* The same for the header of a record.  0: this is no handshake. */
static size_t take_header(struct hx_greeting *greeting, unsigned char byte)
{
	greeting->header[greeting->header_len++] = byte;
	if (greeting->header_len < RECORD_HEADER)
		return 1;
	greeting->header_len = 0;
	greeting->record = (uint32_t)greeting->header[3] << 8 | greeting->header[4];
	bool fits = greeting->record > 0 && greeting->record <= RECORD_MAX;
	return greeting->header[0] == RECORD_HANDSHAKE && fits ? 1 : 0;
}

bool hx_greeting_got(struct hx_greeting *greeting, const unsigned char *buf, size_t len)
{
	while (len > 0 && (greeting->step < END || greeting->skip > 0)) {
		size_t used;
		if (greeting->record == 0) {
			used = take_header(greeting, *buf);
			if (used == 0)
				lose(greeting);
		} else {
			size_t here = greeting->record < len ? greeting->record : len;
			used = take_some(greeting, buf, here);
			greeting->record -= (uint32_t)used;
			if (greeting->step == END && greeting->skip == 0)
				return true;
		}
		buf += used;
		len -= used;
	}
	return false;
}
