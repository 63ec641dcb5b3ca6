/*
 * identity.h - who a server is: certificate chains with their keys, chosen by name
 * SPDX-License-Identifier: MIT
 *
 * An identity is counted: its place in the server holds it, and so does each connection whose
 * handshake has chosen it, until that is over.  So one can be replaced at any time, and goes when
 * the last handshake with it has ended.
 *
 *	made (any task) --> offered (under the server's lock) --> in its place (the server's task)
 */
#ifndef HX_TLS_IDENTITY_H
#define HX_TLS_IDENTITY_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "engine.h"

struct hatch_tls_identity {
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
	const char *names;               /* as in struct hatch_identity */
	hatch_sign *sign;                /* NULL: key signs */
	const struct hx_sign_ops *apart; /* of such a one */
	void *sign_arg;
	uint32_t psa_key;
	bool slow;       /* the key is, and a worker can use it */
	bool signs_here; /* on the server's task alone */
	uint32_t refs;
	uint32_t heap; /* what it took while it was made */

	/* while it is made */
	const struct hatch_port *port;
	hx_tls_say *say;
	void *say_arg;
};

struct hx_identity_place {
	struct hatch_tls_identity *now, *next; /* next: offered and not taken yet */
};

/* The places, on the library's heap; those of the configuration are made and put there. */
int hx_identities_open(
	struct hx_tls_server *shared, const struct hatch_config *config, int64_t now);
void hx_identities_close(struct hx_tls_server *shared);

/* The certificate callback of the library: chooses by SNI (RFC 6066 section 3), else the first. */
int hx_identity_choose(mbedtls_ssl_context *ssl);

void hx_identity_unref(struct hx_tls_server *shared, struct hatch_tls_identity *identity);

/* Lets go of what the handshake of this connection has chosen. */
void hx_identity_leave(struct hx_tls *tls);

/* Whether an identity is for this name, which is what a client says. */
bool hx_identity_is_for(const struct hatch_tls_identity *identity, struct hatch_span name);

/* The chain of an identity whose key is not ours to read; its public key stands for it. */
int hx_identity_certs_alone(struct hatch_tls_identity *into, const struct hatch_identity *from);

/* The first common name of a subject; ptr NULL: there is none. */
struct hatch_span hx_common_name(const mbedtls_x509_crt *cert);

/* Says a sentence with the library's reason behind it; returns HATCH_EIDENT. */
int hx_identity_refuse(const struct hatch_tls_identity *identity, const char *what, int error);

#endif
