/* SPDX-License-Identifier: MIT */
/* Keys and certificates, in memory. */
#ifndef TOOLS_CERT_MAKE_H
#define TOOLS_CERT_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cert/names.h"
#include "cert/purpose.h"
#include "common/mbed.h"

enum {
	CERT_DER_MAX = 16384,    /* a certificate we make: 128 long names fit */
	KEY_DER_MAX = 4096,      /* RSA-4096 takes 2349 */
	CERT_FILE_MAX = 1 << 20, /* what we read */
	DAY_S = 86400,
};

/* A certificate and the key that belongs to it. */
struct identity {
	mbedtls_pk_context key;
	mbedtls_x509_crt cert;
};

void identity_init(struct identity *identity);
void identity_free(struct identity *identity);

struct cert_plan {
	const char *dn;                 /* subject; see subject_to_dn() */
	const struct cert_names *names; /* NULL for a CA */
	bool is_ca;
	enum cert_purpose purpose; /* of a CA: of what it signs */
	enum mbed_key key;
	time_t not_before, not_after;
};

/*
 * A new key and its certificate, signed by issuer, or by the key itself if issuer is NULL. Ends
 * the program if it cannot be made.
 */
void identity_make(
	struct identity *identity, const struct cert_plan *plan, struct identity *issuer);

/* The key as DER at the start of the buffer: wipe it. Ends the program on failure. */
size_t key_to_der(const struct identity *identity, unsigned char der[KEY_DER_MAX]);

#endif
