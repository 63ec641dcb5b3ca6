/* SPDX-License-Identifier: MIT */
/*
 * The folder of a CA: ca.key (0600), ca.pem and ca.der, in a folder that only its owner may
 * enter. It lies outside of any build folder, so that cleaning does not take it along and a
 * project does not publish it.
 *
 * Clients have a CA of their own, in the folder "clients" within. A server that asks for its
 * certificates then takes no server's certificate for somebody's, whatever a TLS library makes of
 * the extended key usage; and whoever has the key of the one CA has not that of the other.
 */
#ifndef TOOLS_CERT_STORE_H
#define TOOLS_CERT_STORE_H

#include <stdbool.h>

#include "cert/make.h"
#include "cert/subject.h"

struct ca_store {
	enum cert_purpose purpose; /* of what it signs */
	char *folder;
	char *cert; /* ca.pem */
	char *der;  /* ca.der */
	char *key;  /* ca.key */
};

/*
 * folder NULL: ${XDG_DATA_HOME:-$HOME/.local/share}/hatch/ca. It is that of the servers' CA also
 * where the clients' is wanted. Makes nothing.
 */
void store_open(struct ca_store *store, const char *folder, enum cert_purpose purpose);
void store_close(struct ca_store *store);

bool store_has_ca(const struct ca_store *store);

/*
 * Makes a CA and leaves it in ca. An empty common name is filled in. Ends the program if there is
 * one already and replace is false.
 */
void store_make(struct ca_store *store, struct identity *ca, const struct subject *subject,
	long days, bool replace);

/* Ends the program if there is no CA, or it is of no use any more. */
void store_load(const struct ca_store *store, struct identity *ca);
void store_load_cert(const struct ca_store *store, mbedtls_x509_crt *cert);

#endif
