/*
 * tickets.h - what session tickets are sealed with, and whether that outlives a restart
 * SPDX-License-Identifier: MIT
 *
 * Two contexts of the library: one with keys that nobody but this run of the program knows, and,
 * if config.keep_tickets asks for it, one whose key is in the port's store.  Only tickets of TLS
 * 1.3 are sealed with that: such a session exchanges fresh keys when it is resumed, so whoever
 * steals the store reads no traffic.  In TLS 1.2 the ticket's key opens what was recorded.
 *
 * How old a kept ticket is, is told by the port's unix time, which is sealed in it: the library's
 * own clock begins at zero with each start of most devices.
 */
#ifndef HX_TLS_TICKETS_H
#define HX_TLS_TICKETS_H

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>

#include "../hatch_port.h"
#include "engine.h"

struct hx_tickets {
	mbedtls_ssl_ticket_context fresh, kept;
	const struct hatch_port *port;
	uint32_t life_s;
	const char *store_key;
	bool wanted, keeps; /* keeps: there is such a key now */
	mbedtls_ssl_session
		work; /* while a kept ticket is sealed or opened; too large for a stack */
	int64_t made; /* when the kept key was, unix time */
	hx_tls_say *say;
	void *say_arg;
};

void hx_tickets_init(struct hx_tickets *tickets);
void hx_tickets_free(struct hx_tickets *tickets);

/* 0, or an error of the library.  That the key cannot be kept is said and is none. */
int hx_tickets_set_up(struct hx_tickets *tickets, const struct hatch_config *config, bool fast_aes,
	hx_tls_say *say, void *say_arg);

/* As the library's callbacks, with the tickets as their argument. */
mbedtls_ssl_ticket_write_t hx_tickets_seal;
mbedtls_ssl_ticket_parse_t hx_tickets_unseal;

#endif
