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
#include "../base/job.h"
#include "identity.h"
#include "lend.h"
#include "mbedtls_names.h"
#include "mbedtls_version.h"
#include "spare.h"
#include "tickets.h"

/* What comes with certificates of clients; through pointers, so that others do not link it. */
struct hx_tls_cas {
	mbedtls_x509_crt chain;
	void (*facts)(const struct hx_tls *tls, struct hatch_tls_facts *out);
	const char *(*refused)(const struct hx_tls *tls); /* NULL: for no such reason */
};

struct hx_tls_server {
	mbedtls_ssl_config conf;
	struct hx_tickets tickets;
	mbedtls_ssl_cache_context cache;
	struct hx_identity_place *places; /* config.identity, then config.identities */
	size_t place_count;
	struct hx_jobs jobs;
	unsigned workers;
	const struct hx_sign_ops *sign; /* NULL: nobody's signatures are made apart */
	struct hx_signing *signings;
	size_t signing_count;
	uint32_t resumed;       /* how often signers that said LATER were to be asked again */
	struct hx_tls_cas *cas; /* of clients' certificates; NULL: none is asked for */
	const struct hatch_port *port;
	hx_tls_say *say;
	void *say_arg;
	struct hx_heap_account account; /* what belongs to no connection */
	int suites[HX_SUITES + 1];      /* hx_suites(), which conf refers to */
	size_t aes_of_tls13;            /* what it returned */
	uint16_t groups[HX_GROUPS + 1]; /* hx_groups(), which conf refers to; mbedtls_choice.c */
	bool fast_aes;                  /* the platform's, or there is only AES */
	struct hx_spares spares;
	struct hx_lend lend; /* count 0: each connection has its own buffers */
};

/* Which process this is; 0 where there is but one. */
uint32_t hx_tls_process(const struct hx_tls_server *shared);

enum { HX_RECORD_HEADER = 5 };

struct hx_tls {
	struct hx_engine engine;
	mbedtls_ssl_context ssl;
	struct hx_heap_account *account;
	struct hx_tls_server *shared;
	struct hatch_tls_identity *identity; /* of the handshake; NULL before and after */
	const struct hx_sign_ops *sign;      /* NULL: its key signs within the step */
	struct hx_signing *signing;          /* NULL: none */
	bool has_signed;                     /* in this handshake */
	bool suspended;                      /* the step that runs waits for a signature */
	bool works;                          /* so does the connection */
	struct hx_flight_facts flight;
	struct hx_greeting greeting;
	bool wants_chacha; /* it is offered, and AES is software here */
	size_t shown;      /* bytes of the record on its way that flight has seen */
	int wire_error;    /* what the wire said, which the library only passes on as a number */
	int last_error;    /* the library's */
	bool plain_http;   /* the first bytes were a request */
	bool greeted;      /* the first bytes have been looked at */
	bool past;         /* the handshake is over */
	bool over;         /* failed, or said goodbye: the library is only freed */

	/* The header of the next record is received here, so that waiting for one takes no buffer.
	 */
	unsigned char ahead[HX_RECORD_HEADER];
	uint8_t ahead_len;

	struct hx_lend *lend;      /* NULL: the buffers are the connection's own */
	struct hx_lend_pair *pair; /* NULL: none at present */
	struct hx_lend_wait wait;  /* its place in the queue for one */
	bool wrote;                /* a record, since it has this one */
	uint8_t crowded;           /* so many records yet are to be short */
	struct hx_mbed_kept kept;  /* while there is none */
	bool asks;                 /* the last call of the library ended at the start of a record */
	bool strange; /* a record has begun since the handshake, or since the last data */
	bool waits, gave, moved; /* since the last rest(), see enum hx_rest */
};

/* ---- mbedtls_lend.c ---- */

/*
 * Makes count pairs for so many users, at most one for each; of fewer, the last is for those whose
 * handshake is over.  count 0, another library than the one we know, or one whose allocation is not
 * ours: nothing is lent, which is no error.  ENOMEM.
 */
int hx_tls_lend_open(struct hx_tls_server *shared, uint16_t count, uint16_t users);

/* mbedtls_ssl_setup(), without buffers if they are lent: a number of the library. */
int hx_tls_lend_setup(struct hx_tls *tls, struct hx_tls_server *shared);

/* The header of the next record: 1 when it is in ahead[], LATER, 0 at the end, or an error. */
int hx_tls_header(struct hx_tls *tls);

/*
 * Before each call of the library.  1: there are buffers.  To read, a header must be there first:
 * LATER, 0 at the end, or an error, as hx_tls_header().
 */
int hx_tls_borrow(struct hx_tls *tls, bool to_read);
void hx_tls_give_back(struct hx_tls *tls);
unsigned hx_tls_rest(struct hx_engine *e);

/* ---- client_cert.c ---- */

/* It has shown a certificate, good or not. */
static inline bool hx_client_has_shown(const struct hx_tls *tls)
{
	return tls->shared->cas != NULL && mbedtls_ssl_get_peer_cert(&tls->ssl) != NULL;
}

/*
 * ---- mbedtls_built.c: what the library was built without ----
 *
 * The versions asked for, and what there is to set for TLS 1.3.  Without it a line says so, and
 * who asks for nothing else gets HATCH_ENOSYS.
 */
int hx_built_versions(struct hx_tls_server *shared, const struct hatch_config *config);
void hx_built_tickets(struct hx_tls_server *shared, uint16_t per_handshake);
void hx_built_aes(struct hx_tls_server *shared); /* fast_aes, if there is nothing but AES */

/* Around a step of the handshake, and within it for what comes in: mbedtls_choice.c. */
void hx_choice_begin(struct hx_tls *tls);
void hx_choice_got(struct hx_tls *tls, const unsigned char *buf, size_t len);
void hx_choice_end(struct hx_tls *tls);
void hx_choice_widen(struct hx_tls_server *shared); /* there is a ticket */

#endif
