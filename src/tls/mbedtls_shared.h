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
};

struct hx_tls {
	struct hx_engine engine;
	mbedtls_ssl_context ssl;
	struct hx_heap_account *account;
	struct hx_flight_facts flight;
	size_t shown;    /* bytes of the record on its way that flight has seen */
	int wire_error;  /* what the wire said, which the library only passes on as a number */
	int last_error;  /* the library's */
	bool plain_http; /* the first bytes were a request */
	bool greeted;    /* the first bytes have been looked at */
};

/* Says a sentence with the library's reason behind it; returns HATCH_EIDENT. */
int hx_identity_refuse(const struct hatch_tls_identity *identity, const char *what, int error);

#endif
