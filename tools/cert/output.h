/* SPDX-License-Identifier: MIT */
/* The files of a server certificate: written together, read back, checked. */
#ifndef TOOLS_CERT_OUTPUT_H
#define TOOLS_CERT_OUTPUT_H

#include <stdbool.h>

#include "cert/make.h"
#include "cert/names.h"

enum {
	OUTPUT_PEM = 1,    /* BASE.pem, BASE.key */
	OUTPUT_DER = 2,    /* BASE.der, BASE.key.der */
	OUTPUT_HEADER = 4, /* BASE.h */
};

struct output {
	const char *base;
	const char *symbol; /* arrays are symbol_cert and symbol_key */
	unsigned formats;   /* OUTPUT_..., or-ed */
	bool chain;         /* the CA follows the certificate */
	bool force;         /* existing files are replaced */
	const struct cert_names *names;
};

/* Ends the program if a file would be overwritten: asked before a key takes time to make. */
void output_check_free(const struct output *output);

/*
 * Writes the files, reads them back, checks that they are what was asked for, and only then gives
 * them their names. Prints a line for each. Ends the program if anything is wrong.
 */
void output_write(const struct output *output, struct identity *leaf, mbedtls_x509_crt *ca);

#endif
