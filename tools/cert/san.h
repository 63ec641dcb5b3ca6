/* SPDX-License-Identifier: MIT */
/* Names and addresses as a certificate holds them: its subjectAltName. */
#ifndef TOOLS_CERT_SAN_H
#define TOOLS_CERT_SAN_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/x509_crt.h>

#include "cert/names.h"

/*
 * Fills list[0..count-1] and links them, the last one first, because Mbed TLS writes backwards.
 * They point into names. NULL if there are none.
 */
mbedtls_x509_san_list *san_from_names(
	const struct cert_names *names, mbedtls_x509_san_list list[NAMES_MAX]);

/* One of them as text, raw bytes; false for other kinds than ours, and for what is too long. */
bool san_text(const mbedtls_x509_buf *san, enum name_kind *kind, char text[NAME_TEXT_MAX + 1]);

/* All of them, to be freed; false if one is not as hatch-cert makes them. */
bool san_to_names(const mbedtls_x509_crt *cert, struct cert_names *names);

/* Is the certificate for this one, by its very bytes? */
bool san_has(const mbedtls_x509_crt *cert, const struct cert_name *name);

/* How many there are, of whatever kind. */
size_t san_count(const mbedtls_x509_crt *cert);

#endif
