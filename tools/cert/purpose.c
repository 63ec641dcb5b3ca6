/* SPDX-License-Identifier: MIT */
/* Whether a certificate is a server's or a client's; see purpose.h. */
#include "cert/purpose.h"

/* SEQUENCE { OBJECT IDENTIFIER 1.3.6.1.5.5.7.3.x } */
static const unsigned char server_auth[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05,
	0x07, 0x03, 0x01 };
static const unsigned char client_auth[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05,
	0x07, 0x03, 0x02 };

enum {
	HEADERS = 4, /* of the sequence and of the identifier, before the identifier's bytes */
};

const char *purpose_name(enum cert_purpose purpose)
{
	return purpose == FOR_CLIENTS ? "client" : "server";
}

const unsigned char *purpose_der(enum cert_purpose purpose, size_t *len)
{
	*len = purpose == FOR_CLIENTS ? sizeof(client_auth) : sizeof(server_auth);
	return purpose == FOR_CLIENTS ? client_auth : server_auth;
}

bool purpose_allows(const mbedtls_x509_crt *cert, enum cert_purpose purpose)
{
	size_t len;
	const unsigned char *der = purpose_der(purpose, &len);

	return mbedtls_x509_crt_check_extended_key_usage(
		       cert, (const char *)der + HEADERS, len - HEADERS) == 0;
}

bool purpose_is_client(const mbedtls_x509_crt *cert)
{
	return purpose_allows(cert, FOR_CLIENTS) && !purpose_allows(cert, FOR_SERVERS);
}
