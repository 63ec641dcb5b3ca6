/* SPDX-License-Identifier: MIT */
/* The files of a certificate: written together, read back, checked. */
#ifndef TOOLS_CERT_OUTPUT_H
#define TOOLS_CERT_OUTPUT_H

#include <stdbool.h>

#include "cert/check.h"
#include "cert/make.h"
#include "cert/names.h"

enum {
	OUTPUT_PEM = 1,    /* BASE.pem, BASE.key */
	OUTPUT_DER = 2,    /* BASE.der, BASE.key.der */
	OUTPUT_HEADER = 4, /* BASE.h */
	OUTPUT_NVS = 8,    /* BASE.nvs.csv */
};

#define OUTPUT_NVS_NAMESPACE "identity" /* with the keys cert and key */

struct output {
	const char *base;
	const char *symbol; /* arrays are symbol_cert and symbol_key */
	unsigned formats;   /* OUTPUT_..., or-ed */
	bool chain;         /* the CA follows the certificate */
	bool force;         /* existing files are replaced */
	bool quiet;         /* no line for each */
	enum cert_purpose purpose;
	const struct cert_names *names;
};

/* Ends the program if a file would be overwritten: asked before a key takes time to make. */
void output_check_free(const struct output *output);

/* How many of the files are there, of how many; first: the ending of one that is. */
size_t output_count(const struct output *output, size_t *wanted, const char **first);

/* The formats in which there is a certificate, whatever their symbol. */
unsigned output_formats_there(const char *base);

/* The certificate of what is there; NULL, or why it cannot be read. */
const char *output_read_cert(const struct output *output, mbedtls_x509_crt *into);

/* Are all files there what would be made now, with keys that belong to leaf? Else says why not. */
bool output_is_good(const struct output *output, const mbedtls_x509_crt *leaf, mbedtls_x509_crt *ca,
	char why[REASON_SIZE]);

/*
 * Writes the files, reads them back, checks that they are what was asked for, and only then gives
 * them their names. Prints a line for each. Ends the program if anything is wrong.
 */
void output_write(const struct output *output, struct identity *leaf, mbedtls_x509_crt *ca);

#endif
