/* SPDX-License-Identifier: MIT */
/* Certificates and keys as text and as C, and back. */
#ifndef TOOLS_CERT_PEM_H
#define TOOLS_CERT_PEM_H

#include <stddef.h>

#include "cert/make.h"

/* Bytes that grow; the program ends if there is no memory. A zeroed struct is empty. */
struct text {
	unsigned char *bytes; /* always with a NUL behind */
	size_t len, size;
};

void text_add(struct text *text, const void *bytes, size_t len);
void text_print(struct text *text, const char *format, ...);
void text_forget(struct text *text); /* wipes and frees */

void pem_add_cert(struct text *text, const mbedtls_x509_crt *cert);
void pem_add_key(struct text *text, const struct identity *identity);

/* A `static const unsigned char symbol[]` with its bytes. */
void header_add_array(
	struct text *text, const char *symbol, const unsigned char *bytes, size_t len);

/* Takes such an array out of the text of a header again: for checking. Wipe and free it. */
struct text header_find_array(const char *header, const char *symbol);

/* A line for ESP-IDF's nvs_partition_gen.py, and what such a line holds. Wipe and free it. */
void nvs_add_blob(struct text *text, const char *key, const unsigned char *bytes, size_t len);
struct text nvs_find_blob(const char *csv, const char *key);

#endif
