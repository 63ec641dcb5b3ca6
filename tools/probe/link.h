/* SPDX-License-Identifier: MIT */
/*
 * One connection, from the TCP handshake to the first byte of an answer, with the time that each
 * part took. Everything has a deadline: a server that says nothing ends in a sentence.
 */
#ifndef TOOLS_PROBE_LINK_H
#define TOOLS_PROBE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/ssl.h>

#include "probe/hello.h"
#include "probe/target.h"

enum {
	LINK_WHY_SIZE = 256,
	LINK_STATUS_SIZE = 64,
};

/* Where it went wrong. */
enum link_stage { LINK_LOOKUP, LINK_CONNECT, LINK_HANDSHAKE, LINK_ANSWER, LINK_DONE };

/* How to connect; shared by all connections. */
struct link_setup {
	const struct target *target;
	double timeout_ms; /* for each of connect and handshake */
	double answer_timeout_ms;
	mbedtls_ssl_protocol_version min, max;
};

struct link_result {
	enum link_stage stage; /* LINK_ANSWER: the TLS part is good, but there is no answer */
	char why[LINK_WHY_SIZE];
	double tcp_ms, tls_ms, answer_ms;
	size_t bytes_in, bytes_out; /* of the handshake */
	struct hello hello;
	char suite[64];
	char peer[64];                 /* the address connected to */
	char status[LINK_STATUS_SIZE]; /* the first line of the answer; raw bytes */
	bool got_session;
};

/*
 * Connects. If session_in is given, offers to resume it. If session_out is given (initialised),
 * leaves there what can be resumed, got_session says whether. chain, if given (initialised), gets
 * copies of the certificates.
 */
void link_run(struct link_result *result, const struct link_setup *setup,
	const mbedtls_ssl_session *session_in, mbedtls_ssl_session *session_out,
	mbedtls_x509_crt *chain);

#endif
