/*
 * mbedtls_shared.h - the TLS state of a server and of a connection, from inside
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TLS_MBEDTLS_SHARED_H
#define HX_TLS_MBEDTLS_SHARED_H

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/x509_crt.h>

#include "engine.h"
#include "flight.h"
#include "greeting.h"
#include "mbedtls_names.h"
#include "spare.h"
#include "tickets.h"

struct hatch_tls_identity {
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
	const struct hatch_port *port;
	hx_tls_say *say;
	void *say_arg;
};

struct hx_tls_server {
	mbedtls_ssl_config conf;
	struct hx_tickets tickets;
	mbedtls_ssl_cache_context cache;
	struct hatch_tls_identity identity;
	struct hx_heap_account account; /* what belongs to no connection */
	uint16_t groups[HX_GROUPS + 1]; /* hx_groups(), which conf refers to; mbedtls_choice.c */
	bool fast_aes;                  /* the platform's */
	struct hx_spares spares;
};

struct hx_tls {
	struct hx_engine engine;
	mbedtls_ssl_context ssl;
	struct hx_heap_account *account;
	struct hx_tls_server *shared;
	struct hx_flight_facts flight;
	struct hx_greeting greeting;
	size_t shown;      /* bytes of the record on its way that flight has seen */
	int wire_error;    /* what the wire said, which the library only passes on as a number */
	int last_error;    /* the library's */
	bool plain_http;   /* the first bytes were a request */
	bool greeted;      /* the first bytes have been looked at */
	bool wants_chacha; /* it is offered, and AES is software here */
};

/* Around a step of the handshake, and within it for what comes in: mbedtls_choice.c. */
void hx_choice_begin(struct hx_tls *tls);
void hx_choice_got(struct hx_tls *tls, const unsigned char *buf, size_t len);
void hx_choice_end(struct hx_tls *tls);
void hx_choice_widen(struct hx_tls_server *shared); /* there is a ticket */

/* Says a sentence with the library's reason behind it; returns HATCH_EIDENT. */
int hx_identity_refuse(const struct hatch_tls_identity *identity, const char *what, int error);

#endif
