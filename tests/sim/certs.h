/*
 * certs.h - certificates made on the spot: for a name, from a CA or signed by themselves
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CERTS_H
#define SIM_CERTS_H

#include <hatch.h>

struct sim_cert {
	unsigned char cert[1200], key[2500]; /* DER */
	size_t cert_len, key_len;
	const char *subject;
};

struct sim_cert_wish {
	const char *subject; /* "CN=ada,O=lab" */
	const char *dns;     /* up to two subjectAltNames of type dNSName; NULL: none */
	const char *second;
	const char *email;
	const struct sim_cert *ca; /* NULL: signs itself */
	const char *until;         /* NULL: 20990101000000 */
	bool is_ca, rsa;
};

void sim_cert_make(struct sim_cert *out, const struct sim_cert_wish *wish);

/* As an identity in DER. */
struct hatch_identity sim_cert_identity(const struct sim_cert *from);

#endif
