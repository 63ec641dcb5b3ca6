/*
 * mbedtls_conn.c - one TLS connection over mbedTLS
 * SPDX-License-Identifier: MIT
 *
 * The library asks for bytes and gives bytes through two callbacks, which only
 * leave places on the wire.  Its error numbers end here.
 */
#include <stdio.h>
#include <string.h>

#include "heap.h"
#include "mbedtls_names.h"
#include "mbedtls_shared.h"
#include "mbedtls_version.h"
#include "sign.h"

/* Any negative number that the library passes through unchanged. */
enum { WIRE_BROKEN = -0x0050 };

enum { SHORT_RECORD = 1024 };

size_t hx_tls_size(void)
{
	return sizeof(struct hx_tls);
}

struct hx_engine *hx_tls_engine(struct hx_tls *tls)
{
	return &tls->engine;
}

bool hx_tls_got_plain_http(const struct hx_tls *tls)
{
	return tls->plain_http;
}

void hx_tls_reason(const struct hx_tls *tls, char *buf, size_t room)
{
	if (tls->wire_error != 0 || tls->last_error == MBEDTLS_ERR_SSL_CONN_EOF)
		snprintf(buf, room, "the client has left");
	else if (tls->last_error == MBEDTLS_ERR_SSL_ALLOC_FAILED)
		snprintf(buf, room, "out of memory (%lu of %lu bytes)",
			(unsigned long)tls->account->now, (unsigned long)tls->account->max);
	else if (tls->shared->cas != NULL && tls->shared->cas->refused(tls) != NULL)
		snprintf(buf, room, "%s", tls->shared->cas->refused(tls));
	else
		hx_mbed_strerror(tls->last_error, buf, room);
}

uint32_t hx_tls_heap_guess(const struct hx_tls_server *shared, uint32_t *largest)
{
	/* A record's header and what sealing adds; and all that is not a record, as measured on a
	 * 32-bit core. */
	enum { AROUND_RECORD = 400, BESIDES = 6000, BESIDES_BLOCK = 2100 };
	*largest = BESIDES_BLOCK;
	if (shared->lend.count > 0)
		return BESIDES;
	*largest = MBEDTLS_SSL_IN_CONTENT_LEN + AROUND_RECORD;
	return *largest + MBEDTLS_SSL_OUT_CONTENT_LEN + AROUND_RECORD + BESIDES;
}

/* The engine is the first member. */
static struct hx_tls *tls_of(struct hx_engine *e)
{
	return (struct hx_tls *)(void *)e;
}

/* ---- the library's side ---- */

static int on_send(void *self, const unsigned char *buf, size_t len)
{
	struct hx_tls *tls = self;
	/* What is left of a record comes again, and has been seen. */
	if (tls->shown == 0 && !mbedtls_ssl_is_handshake_over(&tls->ssl)) {
		hx_flight_sent(&tls->flight, buf, len);
		tls->shown = len;
	}
	if (tls->pair != NULL)
		hx_lend_used_out(tls->pair, buf, len);
	int sent = hx_wire_send(tls->engine.wire, buf, len);
	tls->moved = tls->moved || (tls->past && sent == (int)len);
	tls->wrote = tls->wrote || sent == (int)len;
	if (sent > 0 && sent != HATCH_LATER)
		tls->shown -= (size_t)sent < tls->shown ? (size_t)sent : tls->shown;
	if (sent == HATCH_LATER)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	if (sent < 0)
		tls->wire_error = sent;
	return sent < 0 ? WIRE_BROKEN : sent;
}

/* What the wire said, to the library. */
static int passed_on(struct hx_tls *tls, int got)
{
	if (got == HATCH_LATER)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (got >= 0)
		return got;
	tls->wire_error = got;
	return WIRE_BROKEN;
}

/*
 * After the handshake whoever sends half a message of another would keep its buffers for as long
 * as it likes.  Nothing but data and alerts is of use there, so that anything else ends it.
 */
static int on_header(struct hx_tls *tls, unsigned char *buf)
{
	if (tls->strange && hx_mbed_strays(&tls->ssl))
		return passed_on(tls, HATCH_ETLS);
	int got = hx_tls_header(tls);
	tls->asks = got == HATCH_LATER;
	if (got != 1)
		return passed_on(tls, got);
	memcpy(buf, tls->ahead, sizeof(tls->ahead));
	tls->ahead_len = 0;
	tls->strange = tls->moved = tls->past;
	return (int)sizeof(tls->ahead);
}

static int on_receive(void *self, unsigned char *buf, size_t len)
{
	struct hx_tls *tls = self;
	if (tls->pair != NULL)
		hx_lend_used_in(tls->pair, buf, len);
	int got = len == HX_RECORD_HEADER && hx_mbed_at_header(&tls->ssl)
			  ? on_header(tls, buf)
			  : passed_on(tls, hx_wire_recv(tls->engine.wire, buf, len));
	if (got > 0)
		hx_choice_got(tls, buf, (size_t)got);
	return got;
}

/* ---- our side ---- */

/* A negative number of the library, in our words. */
static int error_of(struct hx_tls *tls, int ret)
{
	if (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE ||
		ret == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS)
		return HATCH_LATER;
	tls->last_error = ret;
	tls->over = true;
	if (ret == WIRE_BROKEN)
		return tls->wire_error;
	if (ret == MBEDTLS_ERR_SSL_CONN_EOF)
		return HATCH_ECUT;
	return ret == MBEDTLS_ERR_SSL_ALLOC_FAILED ? HATCH_ENOMEM : HATCH_ETLS;
}

/* There are no buffers to call the library with: what comes of that. */
static int without_buffers(struct hx_tls *tls, int borrowed)
{
	if (borrowed == HATCH_LATER)
		return HATCH_LATER;
	/* TCP ended without close_notify: somebody may have cut it. */
	return error_of(tls, borrowed == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : passed_on(tls, borrowed));
}

static struct hx_heap_account *enter(struct hx_tls *tls)
{
	tls->asks = false;
	return hx_heap_enter(tls->account);
}

static int tls_handshake(struct hx_engine *e)
{
	struct hx_tls *tls = tls_of(e);
	int borrowed = hx_tls_borrow(tls, true);
	if (borrowed != 1)
		return without_buffers(tls, borrowed);
	if (tls->sign != NULL && !tls->sign->ready(tls))
		return HATCH_LATER;
	struct hx_heap_account *before = enter(tls);
	hx_choice_begin(tls);
	hx_spares_enter(&tls->shared->spares, hx_tls_process(tls->shared));
	hx_sign_enter(tls);
	int ret = mbedtls_ssl_handshake_step(&tls->ssl);
	hx_sign_leave();
	if (tls->sign != NULL)
		tls->sign->stepped(tls, ret);
	hx_spares_leave();
	hx_choice_end(tls);
	if (ret == 0 && hx_client_has_shown(tls))
		hx_mbed_skip_tickets(&tls->ssl);
	tls->past = ret == 0 && hx_mbed_handshake_done(&tls->ssl);
	if (tls->past) {
		hx_mbed_handshake_free(&tls->ssl);
		hx_identity_leave(tls);
	}
	hx_heap_leave(before);
	if (ret != 0)
		return error_of(tls, ret);
	return tls->past ? 0 : 1;
}

/* len 0 only looks: the record stays where it is.  Reading sends nothing but alerts. */
static int read_some(struct hx_tls *tls, void *buf, size_t len)
{
	int borrowed = hx_tls_borrow(tls, true);
	if (borrowed != 1)
		return without_buffers(tls, borrowed);
	struct hx_heap_account *before = enter(tls);
	tls->engine.wire->alert = true;
	int ret = mbedtls_ssl_read(&tls->ssl, buf, len);
	tls->engine.wire->alert = false;
	size_t waiting = mbedtls_ssl_get_bytes_avail(&tls->ssl);
	hx_heap_leave(before);
	if (ret > 0)
		return ret;
	if (ret == 0 && len == 0 && waiting > 0)
		return 1;
	if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return 0;
	/* The library returns 0 where TCP ended without close_notify. */
	return ret == 0 ? error_of(tls, MBEDTLS_ERR_SSL_CONN_EOF) : error_of(tls, ret);
}

static int tls_peek(struct hx_engine *e)
{
	return read_some(tls_of(e), NULL, 0);
}

static int tls_read(struct hx_engine *e, void *buf, size_t len)
{
	return read_some(tls_of(e), buf, len);
}

static int tls_write(struct hx_engine *e, const void *buf, size_t len)
{
	struct hx_tls *tls = tls_of(e);
	int borrowed = hx_tls_borrow(tls, false);
	if (borrowed != 1)
		return without_buffers(tls, borrowed);
	/* Others wait for our buffers: on a slow line a short record is out sooner. */
	if (tls->crowded > 0 && len > SHORT_RECORD)
		len = SHORT_RECORD;
	struct hx_heap_account *before = enter(tls);
	int ret = mbedtls_ssl_write(&tls->ssl, buf, len);
	hx_heap_leave(before);
	if (ret > 0 && tls->crowded > 0)
		tls->crowded--;
	return ret > 0 ? ret : error_of(tls, ret);
}

static int tls_close(struct hx_engine *e)
{
	struct hx_tls *tls = tls_of(e);
	int borrowed = hx_tls_borrow(tls, false);
	if (borrowed != 1)
		return without_buffers(tls, borrowed);
	struct hx_heap_account *before = enter(tls);
	int ret = mbedtls_ssl_close_notify(&tls->ssl);
	hx_heap_leave(before);
	if (ret != 0)
		return error_of(tls, ret);
	tls->over = true;
	return 0;
}

static void tls_facts(struct hx_engine *e, struct hatch_tls_facts *out)
{
	struct hx_tls *tls = tls_of(e);
	const char *alpn = mbedtls_ssl_get_alpn_protocol(&tls->ssl);
	bool tls13 = mbedtls_ssl_get_version_number(&tls->ssl) == MBEDTLS_SSL_VERSION_TLS1_3;
	memset(out, 0, sizeof(*out));
	out->version = tls13 ? "TLSv1.3" : "TLSv1.2";
	out->suite = hx_suite_name(mbedtls_ssl_get_ciphersuite_id_from_ssl(&tls->ssl));
	out->group = hx_group_name(tls->flight.group);
	out->alpn = alpn == NULL ? "" : alpn;
	if (tls->shared->cas != NULL)
		tls->shared->cas->facts(tls, out);
	out->resumed = tls13 ? tls->flight.psk : !tls->flight.key_exchange;
}

static void tls_abandon(struct hx_engine *e)
{
	struct hx_tls *tls = tls_of(e);
	tls->over = true;
	if (tls->lend != NULL)
		hx_lend_leave(tls->lend, &tls->wait);
	hx_tls_give_back(tls);
}

static void tls_free(struct hx_engine *e)
{
	struct hx_tls *tls = tls_of(e);
	struct hx_heap_account *before = hx_heap_enter(tls->account);
	tls_abandon(e);
	mbedtls_ssl_free(&tls->ssl);
	hx_identity_leave(tls);
	hx_heap_leave(before);
}

static const struct hx_engine_ops tls_ops = {
	.handshake = tls_handshake,
	.peek = tls_peek,
	.read = tls_read,
	.write = tls_write,
	.close = tls_close,
	.rest = hx_tls_rest,
	.abandon = tls_abandon,
	.facts = tls_facts,
	.free = tls_free,
};

int hx_tls_open(struct hx_tls *tls, struct hx_tls_server *shared, struct hx_wire *wire,
	struct hx_heap_account *account)
{
	memset(tls, 0, sizeof(*tls));
	tls->engine.ops = &tls_ops;
	tls->engine.wire = wire;
	tls->account = account;
	tls->shared = shared;
	hx_greeting_begin(&tls->greeting);
	mbedtls_ssl_init(&tls->ssl);
	struct hx_heap_account *before = hx_heap_enter(account);
	int ret = hx_tls_lend_setup(tls, shared);
	if (ret != 0)
		hx_mbed_free_unset(&tls->ssl, &shared->conf);
	hx_heap_leave(before);
	if (ret != 0)
		return HATCH_ENOMEM;
	mbedtls_ssl_set_user_data_p(&tls->ssl, tls);
	mbedtls_ssl_set_bio(&tls->ssl, tls, on_send, on_receive, NULL);
	return 0;
}
