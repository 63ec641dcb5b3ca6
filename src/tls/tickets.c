/*
 * tickets.c - see tickets.h
 * SPDX-License-Identifier: MIT
 *
 * The record in the store: "hatchTK1", when the key was made (8 bytes, unix time, high byte first),
 * its name (4), the key (32), SHA-256 of all before it.  A key is used for half of a ticket's life,
 * then there is another one.  Without a clock nobody could say how old it is, so until there is one
 * none is kept.
 */
#include "tickets.h"

#include <string.h>

#include <psa/crypto.h>

#include "../base/wipe.h"
#include "mbedtls_version.h"

/* Of servers that ask for certificates of clients, who show none when they resume: others. */
#define STORE_KEY       "hatch-tickets"
#define STORE_KEY_CERTS "hatch-tickets-c"

enum { MADE_AT = 8, NAME_AT = 16, KEY_AT = 20, HASH_AT = 52, RECORD_LEN = 84 };
enum { NAME_LEN = KEY_AT - NAME_AT, KEY_LEN = HASH_AT - KEY_AT };

static const unsigned char magic[MADE_AT] = { 'h', 'a', 't', 'c', 'h', 'T', 'K', '1' };

void hx_tickets_init(struct hx_tickets *tickets)
{
	memset(tickets, 0, sizeof(*tickets));
	mbedtls_ssl_ticket_init(&tickets->fresh);
	mbedtls_ssl_ticket_init(&tickets->kept);
}

void hx_tickets_free(struct hx_tickets *tickets)
{
	mbedtls_ssl_ticket_free(&tickets->fresh);
	mbedtls_ssl_ticket_free(&tickets->kept);
	tickets->keeps = false;
}

/* ---- the record ---- */

static bool hash_of(const unsigned char *record, unsigned char *hash)
{
	size_t len;
	return psa_hash_compute(PSA_ALG_SHA_256, record, HASH_AT, hash, RECORD_LEN - HASH_AT,
		       &len) == PSA_SUCCESS;
}

static int64_t made_of(const unsigned char *record)
{
	uint64_t made = 0;
	for (size_t i = MADE_AT; i < NAME_AT; i++)
		made = made << 8 | record[i];
	return (int64_t)made;
}

/* False: there is none, or it is damaged. */
static bool load(const struct hx_tickets *tickets, unsigned char *record)
{
	unsigned char hash[RECORD_LEN - HASH_AT];
	size_t len = RECORD_LEN;
	return tickets->port->store_get(tickets->store_key, record, &len) == 0 &&
	       len == RECORD_LEN && memcmp(record, magic, sizeof(magic)) == 0 &&
	       hash_of(record, hash) && memcmp(hash, record + HASH_AT, sizeof(hash)) == 0;
}

static bool make(const struct hx_tickets *tickets, unsigned char *record, int64_t now)
{
	memcpy(record, magic, sizeof(magic));
	for (size_t i = 0; i < 8; i++)
		record[MADE_AT + i] = (unsigned char)((uint64_t)now >> (56 - 8 * i));
	return tickets->port->random(record + NAME_AT, NAME_LEN + KEY_LEN) == 0 &&
	       hash_of(record, record + HASH_AT) &&
	       tickets->port->store_put(tickets->store_key, record, RECORD_LEN) == 0;
}

/* ---- the key ---- */

/* A clock that went back, or on by years, makes a key as old as one that is. */
static bool is_young(const struct hx_tickets *tickets, int64_t made, int64_t now)
{
	return made <= now && now - made < (int64_t)tickets->life_s / 2;
}

static int use(struct hx_tickets *tickets, const unsigned char *record)
{
	int error = mbedtls_ssl_ticket_rotate(&tickets->kept, record + NAME_AT, NAME_LEN,
		record + KEY_AT, KEY_LEN, tickets->life_s);
	tickets->made = made_of(record);
	return error;
}

static void warn(const struct hx_tickets *tickets, const char *line)
{
	tickets->say(tickets->say_arg, HATCH_WARN, line);
}

static void give_up(struct hx_tickets *tickets, const char *why)
{
	tickets->wanted = tickets->keeps = false;
	warn(tickets, why);
}

/* The key that is to be used from now on: the stored one while it is young, else another one. */
static void choose_key(struct hx_tickets *tickets, bool from_store)
{
	unsigned char record[RECORD_LEN];
	int64_t now = tickets->port->unix_time();
	tickets->keeps = false;
	if (now == 0)
		return;
	if (from_store && load(tickets, record) && is_young(tickets, made_of(record), now))
		tickets->keeps = use(tickets, record) == 0;
	else if (make(tickets, record, now))
		tickets->keeps = use(tickets, record) == 0;
	else
		give_up(tickets,
			"tickets: the store cannot be written, so they end with this start");
	hx_wipe(record, sizeof(record));
}

int hx_tickets_set_up(struct hx_tickets *tickets, const struct hatch_config *config, bool fast_aes,
	hx_tls_say *say, void *say_arg)
{
	tickets->port = config->platform;
	tickets->life_s = config->ticket_s;
	tickets->store_key = config->client_certs == HATCH_CLIENT_CERTS_NONE ? STORE_KEY
									     : STORE_KEY_CERTS;
	tickets->say = say;
	tickets->say_arg = say_arg;
	int error = hx_mbed_ticket_setup(&tickets->fresh, fast_aes, config->ticket_s);
	if (error != 0 || !config->keep_tickets)
		return error;
	error = hx_mbed_ticket_setup(&tickets->kept, fast_aes, config->ticket_s);
	if (error != 0)
		return error;
	tickets->wanted = true;
	if (!hx_mbed_has_time())
		give_up(tickets, "tickets: the TLS library has no MBEDTLS_HAVE_TIME, so they end "
				 "with this start");
	else if (tickets->port->unix_time() == 0)
		warn(tickets, "tickets: no clock yet; until there is one they end with this start");
	else
		choose_key(tickets, true);
	return 0;
}

/* ---- the library's callbacks ---- */

static bool is_tls13(const mbedtls_ssl_session *session)
{
	return session->MBEDTLS_PRIVATE(tls_version) == MBEDTLS_SSL_VERSION_TLS1_3;
}

/* Once the clock has been set, or the key is too old. */
static void look_after_key(struct hx_tickets *tickets)
{
	if (tickets->wanted && !tickets->keeps)
		choose_key(tickets, true);
	else if (tickets->keeps && !is_young(tickets, tickets->made, tickets->port->unix_time()))
		choose_key(tickets, false);
}

/* With the date in the place of the library's time, in a copy: the session itself goes on. */
static int seal_kept(struct hx_tickets *tickets, const mbedtls_ssl_session *session,
	unsigned char *start, const unsigned char *end, size_t *len, uint32_t *life_s)
{
	tickets->work = *session;
	hx_mbed_ticket_set_made(&tickets->work, tickets->port->unix_time() * 1000);
	int error = mbedtls_ssl_ticket_write(
		&tickets->kept, &tickets->work, start, end, len, life_s);
	hx_wipe(&tickets->work, sizeof(tickets->work));
	return error;
}

int hx_tickets_seal(void *self, const mbedtls_ssl_session *session, unsigned char *start,
	const unsigned char *end, size_t *len, uint32_t *life_s)
{
	struct hx_tickets *tickets = self;
	if (is_tls13(session))
		look_after_key(tickets);
	if (tickets->keeps && is_tls13(session))
		return seal_kept(tickets, session, start, end, len, life_s);
	return mbedtls_ssl_ticket_write(&tickets->fresh, session, start, end, len, life_s);
}

/* The date back into the library's time.  False: it is too old, or from the future. */
static bool is_in_time(const struct hx_tickets *tickets, mbedtls_ssl_session *session)
{
	int64_t now = tickets->port->unix_time() * 1000;
	int64_t made = hx_mbed_ticket_made(session);
	if (made > now || now - made > (int64_t)tickets->life_s * 1000)
		return false;
	hx_mbed_ticket_set_made(session, hx_mbed_now_ms() - (now - made));
	return true;
}

/*
 * The library opens the ticket, and then says that it has expired, since it takes the date for its
 * own time.  What was opened is there all the same, which is seen by its version.
 */
static int unseal_kept(
	struct hx_tickets *tickets, mbedtls_ssl_session *session, unsigned char *buf, size_t len)
{
	mbedtls_ssl_session *found = &tickets->work;
	mbedtls_ssl_session_init(found);
	int error = mbedtls_ssl_ticket_parse(&tickets->kept, found, buf, len);
	bool opened = error == 0 || error == MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
	if (opened && is_tls13(found) && is_in_time(tickets, found)) {
		*session = *found; /* and all that it points to */
		error = 0;
	} else {
		mbedtls_ssl_session_free(found);
		error = opened ? MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED : error;
	}
	hx_wipe(found, sizeof(*found));
	return error;
}

/* The name in front of a ticket says whose it is; what is neither's is left untouched by both. */
int hx_tickets_unseal(void *self, mbedtls_ssl_session *session, unsigned char *buf, size_t len)
{
	struct hx_tickets *tickets = self;
	int error = mbedtls_ssl_ticket_parse(&tickets->fresh, session, buf, len);
	bool opened = session->MBEDTLS_PRIVATE(tls_version) != MBEDTLS_SSL_VERSION_UNKNOWN;
	if (error == 0 || opened)
		return error;
	look_after_key(tickets);
	return tickets->keeps ? unseal_kept(tickets, session, buf, len) : error;
}
