/* SPDX-License-Identifier: MIT */
/* One connection, timed; see link.h. */
#include "probe/link.h"

#include <stdio.h>
#include <string.h>

#include "common/mbed.h"
#include "common/say.h"
#include "probe/dial.h"

enum {
	SEEN_MAX = 65536, /* what is kept of the server's first bytes */
};

struct link {
	net_sock sock;
	double deadline_ms;
	size_t in, out; /* bytes so far */
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	const struct link_setup *setup;
	struct link_result *result;
	mbedtls_ssl_session *session_out;
};

/* One connection at a time: the program has one thread. */
static unsigned char seen[SEEN_MAX];

/* ---- bytes -------------------------------------------------------------- */

static int bio_send(void *context, const unsigned char *bytes, size_t len)
{
	struct link *link = context;
	int put = net_send(link->sock, bytes, len);

	if (put == NET_LATER)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	if (put < 0)
		return MBEDTLS_ERR_SSL_CONN_EOF;
	link->out += (size_t)put;
	return put;
}

static int bio_recv(void *context, unsigned char *bytes, size_t len)
{
	struct link *link = context;
	size_t room;
	int got;

	/* A server that never stops sending does not outrun the deadline either. */
	if (clock_ms() >= link->deadline_ms)
		return MBEDTLS_ERR_SSL_WANT_READ;
	got = net_recv(link->sock, bytes, len);
	if (got == NET_LATER)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (got <= 0)
		return MBEDTLS_ERR_SSL_CONN_EOF;
	if (link->in < SEEN_MAX) {
		room = SEEN_MAX - link->in;
		memcpy(seen + link->in, bytes, room < (size_t)got ? room : (size_t)got);
	}
	link->in += (size_t)got;
	return got;
}

static size_t seen_len(const struct link *link)
{
	return link->in < SEEN_MAX ? link->in : SEEN_MAX;
}

/* Whether the call that returned this is to be made again, now that the socket is ready. */
static bool again(struct link *link, int error, bool *late)
{
	if (error == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		return true;
	if (error != MBEDTLS_ERR_SSL_WANT_READ && error != MBEDTLS_ERR_SSL_WANT_WRITE)
		return false;
	*late = !net_wait(link->sock, error == MBEDTLS_ERR_SSL_WANT_WRITE, link->deadline_ms);
	return !*late;
}

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
static void signal_tickets(mbedtls_ssl_config *conf)
{
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
		conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
}
#else
static void signal_tickets(mbedtls_ssl_config *conf)
{
	(void)conf;
}
#endif

/* ---- the handshake ------------------------------------------------------ */

static int configure(struct link *link, const mbedtls_ssl_session *session_in)
{
	const struct link_setup *setup = link->setup;
	const char *name = setup->target->is_ip ? NULL : setup->target->host;
	int error = mbedtls_ssl_config_defaults(&link->conf, MBEDTLS_SSL_IS_CLIENT,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

	if (error)
		return error;
	mbed_conf_random(&link->conf);
	/* The verdict on the certificate is asked for later: here everything is let through. */
	mbedtls_ssl_conf_authmode(&link->conf, MBEDTLS_SSL_VERIFY_OPTIONAL);
	mbedtls_ssl_conf_min_tls_version(&link->conf, setup->min);
	mbedtls_ssl_conf_max_tls_version(&link->conf, setup->max);
	signal_tickets(&link->conf);
	error = mbedtls_ssl_setup(&link->ssl, &link->conf);
	/* RFC 6066 section 3: an address is no server name. */
	if (!error)
		error = mbedtls_ssl_set_hostname(&link->ssl, name);
	if (!error && session_in)
		error = mbedtls_ssl_set_session(&link->ssl, session_in);
	mbedtls_ssl_set_bio(&link->ssl, link, bio_send, bio_recv, NULL);
	return error;
}

static void explain_failure(struct link *link, int error, bool late)
{
	struct link_result *result = link->result;
	const struct hello *hello = &result->hello;
	char *why = result->why;

	if (link->in >= 5 && memcmp(seen, "HTTP/", 5) == 0)
		snprintf(why, LINK_WHY_SIZE, "this port speaks HTTP without TLS");
	else if (late && link->in == 0)
		snprintf(why, LINK_WHY_SIZE,
			"the server accepts the connection and then says nothing for %.3g s",
			link->setup->timeout_ms / 1000);
	else if (late)
		snprintf(why, LINK_WHY_SIZE, "the handshake was not finished after %.3g s",
			link->setup->timeout_ms / 1000);
	else if (hello->alert >= 0)
		snprintf(why, LINK_WHY_SIZE, "the server refuses with the alert %s",
			hello_alert_name(hello->alert));
	else if (error == MBEDTLS_ERR_SSL_CONN_EOF)
		snprintf(why, LINK_WHY_SIZE, "the server closes the connection %s",
			link->in > 0 ? "during the handshake" : "without a word");
	else if (!hello->seen && !hello->retried)
		snprintf(why, LINK_WHY_SIZE, "what the server sends is not TLS (%s)",
			mbed_error(error));
	else
		snprintf(why, LINK_WHY_SIZE, "the handshake fails: %s", mbed_error(error));
}

/* From Mbed TLS's spelling to that of the IANA registry. */
static void name_suite(struct link_result *result, const char *name)
{
	bool new = strncmp(name, "TLS1-3-", 7) == 0;

	snprintf(result->suite, sizeof(result->suite), "%s%s", new ? "TLS_" : "",
		new ? name + 7 : name);
	for (char *at = result->suite; *at; at++) {
		if (*at == '-')
			*at = '_';
	}
}

static bool handshake(struct link *link)
{
	struct link_result *result = link->result;
	double start = clock_ms();
	bool late = false;
	int error;

	link->deadline_ms = start + link->setup->timeout_ms;
	do
		error = mbedtls_ssl_handshake(&link->ssl);
	while (again(link, error, &late));
	result->tls_ms = clock_ms() - start;
	result->bytes_in = link->in;
	result->bytes_out = link->out;
	hello_parse(&result->hello, seen, seen_len(link));
	if (error) {
		explain_failure(link, error, late);
		return false;
	}
	name_suite(result, mbedtls_ssl_get_ciphersuite(&link->ssl));
	return true;
}

/* ---- what follows it ---------------------------------------------------- */

static void keep_session(struct link *link)
{
	mbedtls_ssl_session *session = link->session_out;

	if (!session)
		return;
	mbedtls_ssl_session_free(session);
	mbedtls_ssl_session_init(session);
	link->result->got_session = mbedtls_ssl_get_session(&link->ssl, session) == 0;
}

static void keep_chain(struct link *link, mbedtls_x509_crt *chain)
{
	const mbedtls_x509_crt *at = mbedtls_ssl_get_peer_cert(&link->ssl);

	for (; chain && at; at = at->next) {
		if (mbedtls_x509_crt_parse_der(chain, at->raw.p, at->raw.len) != 0)
			return;
	}
}

static int write_all(struct link *link, const char *text, size_t len)
{
	bool late = false;
	int put;

	while (len > 0) {
		do
			put = mbedtls_ssl_write(&link->ssl, (const unsigned char *)text, len);
		while (again(link, put, &late));
		if (put <= 0)
			return -1;
		text += put;
		len -= (size_t)put;
	}
	return 0;
}

static int send_request(struct link *link)
{
	const struct target *target = link->setup->target;
	bool brackets = target->address_len == 16;
	char request[1536];
	int len = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\nUser-Agent: hatch-probe\r\n"
		"Accept: */*\r\nConnection: close\r\n\r\n",
		target->path, brackets ? "[" : "", target->host, brackets ? "]" : "",
		strcmp(target->port, "443") ? ":" : "",
		strcmp(target->port, "443") ? target->port : "");

	return write_all(link, request, (size_t)len);
}

static void keep_status(struct link_result *result, const char *bytes, size_t len)
{
	size_t line = 0;

	while (line < len && line < sizeof(result->status) - 1 && bytes[line] &&
		bytes[line] != '\r' && bytes[line] != '\n')
		line++;
	memcpy(result->status, bytes, line);
	result->status[line] = 0;
}

/* Asks for the page and waits for its first byte; tickets of TLS 1.3 come on the way. */
static void exchange(struct link *link)
{
	struct link_result *result = link->result;
	double start = clock_ms();
	unsigned char bytes[256];
	bool late = false;
	int got = 0;

	link->deadline_ms = start + link->setup->answer_timeout_ms;
	if (send_request(link) < 0) {
		snprintf(result->why, LINK_WHY_SIZE, "the request cannot be sent");
		return;
	}
	do {
		got = mbedtls_ssl_read(&link->ssl, bytes, sizeof(bytes));
		if (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			keep_session(link);
	} while (again(link, got, &late));
	if (got > 0) {
		result->answer_ms = clock_ms() - start;
		result->stage = LINK_DONE;
		keep_status(result, (const char *)bytes, (size_t)got);
	} else if (late) {
		snprintf(result->why, LINK_WHY_SIZE, "no answer to GET within %.3g s",
			link->setup->answer_timeout_ms / 1000);
	} else {
		snprintf(
			result->why, LINK_WHY_SIZE, "the connection ends without an answer to GET");
	}
}

static void run_tls(
	struct link *link, const mbedtls_ssl_session *session_in, mbedtls_x509_crt *chain)
{
	struct link_result *result = link->result;
	int error = configure(link, session_in);

	if (error)
		die("cannot set up TLS: %s", mbed_error(error));
	result->stage = LINK_HANDSHAKE;
	if (!handshake(link))
		return;
	result->stage = LINK_ANSWER;
	/* In TLS 1.3 there is nothing to resume until a ticket comes. */
	if (result->hello.version == 0x0303)
		keep_session(link);
	keep_chain(link, chain);
	exchange(link);
	mbedtls_ssl_close_notify(&link->ssl);
}

void link_run(struct link_result *result, const struct link_setup *setup,
	const mbedtls_ssl_session *session_in, mbedtls_ssl_session *session_out,
	mbedtls_x509_crt *chain)
{
	struct link link = { .setup = setup, .result = result, .session_out = session_out };
	struct dial dial;

	memset(result, 0, sizeof(*result));
	result->hello.alert = -1;
	dial_open(&dial, setup->target, setup->timeout_ms, result->why, sizeof(result->why));
	result->stage = dial.looked_up ? LINK_CONNECT : LINK_LOOKUP;
	if (dial.sock == NET_NONE)
		return;
	result->tcp_ms = dial.tcp_ms;
	memcpy(result->peer, dial.peer, sizeof(result->peer));
	link.sock = dial.sock;
	mbedtls_ssl_init(&link.ssl);
	mbedtls_ssl_config_init(&link.conf);
	run_tls(&link, session_in, chain);
	mbedtls_ssl_free(&link.ssl);
	mbedtls_ssl_config_free(&link.conf);
	net_close(dial.sock);
}
