/*
 * tls_client.c - an mbedTLS client whose socket is the net of world.c
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "certs.h"
#include "world.h"

struct tls_options tls_options;
int64_t tls_client_ahead_ms, tls_server_ahead_ms;

static bool at_work; /* the library, for a client */

/* The library's clock, which the linker puts in its place: each side has its own. */
mbedtls_ms_time_t __real_mbedtls_ms_time(void);
mbedtls_ms_time_t __wrap_mbedtls_ms_time(void);
mbedtls_ms_time_t __wrap_mbedtls_ms_time(void)
{
	return __real_mbedtls_ms_time() + (at_work ? tls_client_ahead_ms : tls_server_ahead_ms);
}

struct client {
	struct world *w;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	mbedtls_x509_crt own; /* what it shows */
	mbedtls_pk_context own_key;
	unsigned char *said; /* plaintext to send */
	size_t said_len, sent;
	char *heard;
	size_t heard_len, got; /* got: of the line down, on the wire */
	bool done, saw_close;
	int error, tickets;
};

/* The last session or ticket that any client got. */
static mbedtls_ssl_session kept;
static bool have_kept;

void tls_client_forget(void)
{
	if (have_kept)
		mbedtls_ssl_session_free(&kept);
	have_kept = false;
}

static int on_send(void *self, const unsigned char *buf, size_t len)
{
	struct line *up = &((struct client *)self)->w->up;
	if (len > WORLD_ROOM - up->len)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	memcpy(up->bytes + up->len, buf, len);
	up->len += len;
	return (int)len;
}

static int on_receive(void *self, unsigned char *buf, size_t len)
{
	struct client *client = self;
	struct line *down = &client->w->down;
	size_t have = down->len - client->got;
	if (have == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	len = len < have ? len : have;
	memcpy(buf, down->bytes + client->got, len);
	client->got += len;
	return (int)len;
}

/* Its own certificate, for a server that asks for one. */
static void show(struct client *client, const struct sim_cert *from)
{
	mbedtls_x509_crt_init(&client->own);
	mbedtls_pk_init(&client->own_key);
	if (from == NULL)
		return;
	assert_int_equal(mbedtls_x509_crt_parse_der(&client->own, from->cert, from->cert_len), 0);
	assert_int_equal(mbedtls_pk_parse_key(&client->own_key, from->key, from->key_len, NULL, 0,
				 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
		0);
	assert_int_equal(
		mbedtls_ssl_conf_own_cert(&client->conf, &client->own, &client->own_key), 0);
}

struct client *tls_client_open(struct world *w)
{
	struct client *client = calloc(1, sizeof(*client));
	assert_non_null(client);
	client->w = w;
	client->said = malloc(WORLD_ROOM);
	client->heard = malloc(WORLD_ROOM);
	assert_non_null(client->said);
	assert_non_null(client->heard);
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	mbedtls_ssl_init(&client->ssl);
	mbedtls_ssl_config_init(&client->conf);
	assert_int_equal(mbedtls_ssl_config_defaults(&client->conf, MBEDTLS_SSL_IS_CLIENT,
				 MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbedtls_ssl_conf_rng(&client->conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
		&client->conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
	mbedtls_ssl_conf_authmode(&client->conf, MBEDTLS_SSL_VERIFY_NONE);
	if (tls_options.version == 0x0303)
		mbedtls_ssl_conf_max_tls_version(&client->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	if (tls_options.version == 0x0304)
		mbedtls_ssl_conf_min_tls_version(&client->conf, MBEDTLS_SSL_VERSION_TLS1_3);
	if (tls_options.suites != NULL)
		mbedtls_ssl_conf_ciphersuites(&client->conf, tls_options.suites);
	if (tls_options.no_ems)
		mbedtls_ssl_conf_extended_master_secret(
			&client->conf, MBEDTLS_SSL_EXTENDED_MS_DISABLED);
	if (tls_options.no_tickets)
		mbedtls_ssl_conf_session_tickets(
			&client->conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
	if (tls_options.suites != NULL)
		mbedtls_ssl_conf_ciphersuites(&client->conf, tls_options.suites);
	if (tls_options.groups != NULL)
		mbedtls_ssl_conf_groups(&client->conf, tls_options.groups);
	if (tls_options.alpn != NULL)
		mbedtls_ssl_conf_alpn_protocols(&client->conf, tls_options.alpn);
	show(client, tls_options.shows);
	assert_int_equal(mbedtls_ssl_setup(&client->ssl, &client->conf), 0);
	assert_int_equal(mbedtls_ssl_set_hostname(&client->ssl, tls_options.name), 0);
	if (tls_options.resume && have_kept)
		assert_int_equal(mbedtls_ssl_set_session(&client->ssl, &kept), 0);
	mbedtls_ssl_set_bio(&client->ssl, client, on_send, on_receive, NULL);
	return client;
}

void tls_client_close(struct client *client)
{
	mbedtls_ssl_free(&client->ssl);
	mbedtls_ssl_config_free(&client->conf);
	mbedtls_x509_crt_free(&client->own);
	mbedtls_pk_free(&client->own_key);
	free(client->said);
	free(client->heard);
	free(client);
}

static void keep_session(struct client *client)
{
	tls_client_forget();
	mbedtls_ssl_session_init(&kept);
	have_kept = mbedtls_ssl_get_session(&client->ssl, &kept) == 0;
}

static bool waits(int ret)
{
	return ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static bool step_handshake(struct client *client)
{
	size_t before = client->got + client->w->up.len;
	int ret = mbedtls_ssl_handshake(&client->ssl);
	if (ret == 0) {
		client->done = true;
		if (mbedtls_ssl_get_version_number(&client->ssl) == MBEDTLS_SSL_VERSION_TLS1_2)
			keep_session(client);
		return true;
	}
	if (!waits(ret))
		client->error = ret;
	return client->got + client->w->up.len != before;
}

static bool step_write(struct client *client)
{
	bool moved = false;
	while (client->sent < client->said_len) {
		int ret = mbedtls_ssl_write(
			&client->ssl, client->said + client->sent, client->said_len - client->sent);
		if (ret <= 0) {
			client->error = waits(ret) ? 0 : ret;
			break;
		}
		client->sent += (size_t)ret;
		moved = true;
	}
	return moved;
}

static bool step_read(struct client *client)
{
	unsigned char *at = (unsigned char *)client->heard + client->heard_len;
	int ret = mbedtls_ssl_read(&client->ssl, at, WORLD_ROOM - client->heard_len);
	if (ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
		client->tickets++;
		keep_session(client);
		return true;
	}
	if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		client->saw_close = true;
		return false;
	}
	if (ret > 0)
		client->heard_len += (size_t)ret;
	else if (ret != 0 && !waits(ret))
		client->error = ret;
	return ret > 0;
}

static bool step(struct client *client)
{
	bool moved = false;
	if (client->error != 0 || client->saw_close)
		return false;
	if (!client->done)
		return step_handshake(client);
	moved = step_write(client);
	while (client->error == 0 && !client->saw_close && step_read(client))
		moved = true;
	return moved;
}

bool tls_client_step(struct client *client)
{
	at_work = true;
	bool moved = step(client);
	at_work = false;
	return moved;
}

void tls_client_leave(struct client *client)
{
	(void)mbedtls_ssl_close_notify(&client->ssl);
}

/* Internal to the library: library/ssl_misc.h declares it. */
int mbedtls_ssl_write_record(mbedtls_ssl_context *ssl, int force_flush);

void tls_client_record(struct client *client, int type, const void *bytes, size_t len)
{
	assert_true(client->done && len <= 4096);
	client->ssl.MBEDTLS_PRIVATE(out_msgtype) = type;
	client->ssl.MBEDTLS_PRIVATE(out_msglen) = len;
	memcpy(client->ssl.MBEDTLS_PRIVATE(out_msg), bytes, len);
	assert_int_equal(mbedtls_ssl_write_record(&client->ssl, 1), 0);
}

void tls_client_say(struct client *client, const void *bytes, size_t len)
{
	assert_true(len <= WORLD_ROOM - client->said_len);
	memcpy(client->said + client->said_len, bytes, len);
	client->said_len += len;
}

const char *tls_client_heard(struct client *client, size_t *len)
{
	*len = client->heard_len;
	return client->heard;
}

bool tls_client_done(const struct client *client)
{
	return client->done;
}

struct hatch_span tls_client_met(const struct client *client)
{
	const mbedtls_x509_crt *cert = mbedtls_ssl_get_peer_cert(&client->ssl);
	struct hatch_span none = { "", 0 }, raw;
	if (cert == NULL)
		return none;
	raw.ptr = (const char *)cert->raw.p;
	raw.len = cert->raw.len;
	return raw;
}

bool tls_client_saw_close(const struct client *client)
{
	return client->saw_close;
}

int tls_client_error(const struct client *client)
{
	return client->error;
}

int tls_client_tickets(const struct client *client)
{
	return client->tickets;
}

/* ---- the identity ---- */

static unsigned char cert[1024], key[256];
static struct hatch_identity identity;

static void make_cert(mbedtls_pk_context *pk)
{
	mbedtls_x509write_cert crt;
	unsigned char serial[] = { 1 };
	mbedtls_x509write_crt_init(&crt);
	mbedtls_x509write_crt_set_subject_key(&crt, pk);
	mbedtls_x509write_crt_set_issuer_key(&crt, pk);
	mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
	assert_int_equal(mbedtls_x509write_crt_set_subject_name(&crt, "CN=sim"), 0);
	assert_int_equal(mbedtls_x509write_crt_set_issuer_name(&crt, "CN=sim"), 0);
	assert_int_equal(mbedtls_x509write_crt_set_serial_raw(&crt, serial, sizeof(serial)), 0);
	assert_int_equal(
		mbedtls_x509write_crt_set_validity(&crt, "20240101000000", "20990101000000"), 0);
	int len = mbedtls_x509write_crt_der(
		&crt, cert, sizeof(cert), mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	assert_true(len > 0);
	identity.cert.ptr = (const char *)cert + sizeof(cert) - len; /* written from the end */
	identity.cert.len = (size_t)len;
	mbedtls_x509write_crt_free(&crt);
}

const struct hatch_identity *sim_identity(void)
{
	mbedtls_pk_context pk;
	if (identity.source != NULL)
		return &identity;
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	mbedtls_pk_init(&pk);
	assert_int_equal(mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), 0);
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(pk),
				 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
		0);
	make_cert(&pk);
	int len = mbedtls_pk_write_key_der(&pk, key, sizeof(key));
	assert_true(len > 0);
	identity.key.ptr = (const char *)key + sizeof(key) - len;
	identity.key.len = (size_t)len;
	identity.source = hatch_identity_der;
	mbedtls_pk_free(&pk);
	return &identity;
}
