/* SPDX-License-Identifier: MIT */
/* Would a browser accept this certificate, and what does it cost a microcontroller? */
#ifndef TOOLS_PROBE_VERDICT_H
#define TOOLS_PROBE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/x509_crt.h>

#include "probe/target.h"

struct verdict {
	const char *store; /* the file of the CAs that were trusted; NULL if there was none */
	bool trusted;      /* leads to one of them */
	bool self_signed;
	bool dates_good;
	bool name_good; /* by subjectAltName, as browsers ask */
	bool has_names; /* there is a subjectAltName */
	bool is_rsa;
	char key[32];
	const char *signature;
	long days_left;
	size_t certs, bytes; /* of the chain that the server sends */
	uint32_t flags;      /* MBEDTLS_X509_BADCERT_... */
};

/* ca: a PEM file, or NULL for the system's. Ends the program if ca cannot be read. */
void verdict_make(struct verdict *verdict, mbedtls_x509_crt *chain, const struct target *target,
	const char *ca);

bool verdict_good(const struct verdict *verdict);

#endif
