/*
 * mbedtls_lend.c - how a connection borrows record buffers, and lives without
 * SPDX-License-Identifier: MIT
 *
 * The library wants its two buffers when a context is set up, and only points
 * into them there: it is given the address of a pair that it does not have, and
 * loses it at once.  From then on its pointers are NULL unless a pair is lent.
 *
 * Without one, a connection waits for the 5 bytes of a record's header in a
 * place of its own.  When they are there it takes a pair; when the library has
 * asked for the next header and has nothing half done, the pair goes back.
 */
#include <string.h>

#include <mbedtls/platform.h>

#include "heap.h"
#include "mbedtls_shared.h"

/* ---- at start-up ---- */

/*
 * What the library asks for first when a context is set up must be its two buffers, it must point
 * into them as we think, and go on doing so when they are others.  1, 0 if it does otherwise, or
 * ENOMEM.
 */
static int layout_ok(
	mbedtls_ssl_context *ssl, const mbedtls_ssl_config *conf, struct hx_heap_watch *seen)
{
	struct hx_mbed_kept kept;
	memset(&kept, 0, sizeof(kept));
	hx_heap_watch(seen);
	int error = mbedtls_ssl_setup(ssl, conf);
	hx_heap_watch(NULL);
	if (error != 0)
		return HATCH_ENOMEM;
	unsigned char *in = seen->block[0], *out = seen->block[1];
	if (seen->count != 2 || !hx_mbed_layout_ok(ssl, in, out) || !hx_mbed_at_rest(ssl) ||
		!hx_mbed_at_header(ssl))
		return 0;
	hx_mbed_detach(ssl, &kept);
	bool gone = !hx_mbed_layout_ok(ssl, in, out);
	hx_mbed_attach(ssl, &kept, in, out);
	return gone && hx_mbed_layout_ok(ssl, in, out) ? 1 : 0;
}

static int check_layout(const mbedtls_ssl_config *conf, struct hx_heap_watch *seen)
{
	if (!hx_mbed_can_lend() || !hx_heap_install())
		return 0;
	mbedtls_ssl_context *ssl = mbedtls_calloc(1, sizeof(*ssl));
	if (ssl == NULL)
		return HATCH_ENOMEM;
	mbedtls_ssl_init(ssl);
	int ok = layout_ok(ssl, conf, seen);
	hx_mbed_free_unset(ssl, conf);
	mbedtls_free(ssl);
	return ok;
}

int hx_tls_lend_open(struct hx_tls_server *shared, uint16_t count, uint16_t users)
{
	struct hx_heap_watch seen;
	memset(&seen, 0, sizeof(seen));
	if (count == 0)
		return 0;
	int ok = check_layout(&shared->conf, &seen);
	if (ok == 0)
		shared->say(shared->say_arg, HATCH_INFO,
			"this mbedTLS cannot lend record buffers: each connection has its own");
	if (ok != 1)
		return ok;
	shared->lend.reserve = count > 1 && count < users ? 1 : 0;
	count = count < users ? count : users;
	return hx_lend_open(&shared->lend, count, seen.size[0], seen.size[1]) ? 0 : HATCH_ENOMEM;
}

int hx_tls_lend_setup(struct hx_tls *tls, struct hx_tls_server *shared)
{
	struct hx_heap_watch watch;
	memset(&watch, 0, sizeof(watch));
	if (shared->lend.count == 0)
		return mbedtls_ssl_setup(&tls->ssl, &shared->conf);
	watch.place[0] = shared->lend.places->in;
	watch.place[1] = shared->lend.places->out;
	hx_heap_watch(&watch);
	int error = mbedtls_ssl_setup(&tls->ssl, &shared->conf);
	hx_heap_watch(NULL);
	if (error != 0)
		return error;
	hx_mbed_detach(&tls->ssl, &tls->kept);
	/* No record has been counted; what was there is somebody else's. */
	memset(tls->kept.in_ctr, 0, sizeof(tls->kept.in_ctr));
	memset(tls->kept.out_ctr, 0, sizeof(tls->kept.out_ctr));
	tls->lend = &shared->lend;
	return 0;
}

/* ---- taking and giving back ---- */

int hx_tls_header(struct hx_tls *tls)
{
	while (tls->ahead_len < HX_RECORD_HEADER) {
		int got = hx_wire_recv(tls->engine.wire, tls->ahead + tls->ahead_len,
			(size_t)HX_RECORD_HEADER - tls->ahead_len);
		if (got == HATCH_LATER || got <= 0)
			return got;
		tls->ahead_len = (uint8_t)(tls->ahead_len + got);
		/* "GET /", "POST ", ...: no record begins with a letter (RFC 8446 section 5.1). */
		if (!tls->greeted)
			tls->plain_http = tls->ahead[0] >= 'A' && tls->ahead[0] <= 'Z';
		tls->greeted = true;
		if (tls->plain_http)
			return HATCH_ETLS;
	}
	return 1;
}

/* Also where something is half done: then the context is only freed afterwards. */
void hx_tls_give_back(struct hx_tls *tls)
{
	struct hx_wire *wire = tls->engine.wire;
	struct hx_lend_pair *pair = tls->pair;
	if (pair == NULL)
		return;
	if (wire->rx >= pair->in && wire->rx < pair->in + tls->lend->in_len)
		hx_wire_forget(wire);
	if (tls->over)
		hx_lend_used_all(tls->lend, pair);
	hx_mbed_detach(&tls->ssl, &tls->kept);
	hx_lend_give(tls->lend, pair);
	tls->pair = NULL;
	tls->gave = true;
}

/*
 * In a handshake the library may want to go on by itself: it is at rest there only if it has asked
 * for more.  A wire that still sends does so from our buffer.
 */
static bool at_rest(const struct hx_tls *tls)
{
	if (tls->engine.wire->tx != NULL)
		return false;
	return tls->over || ((tls->past || tls->asks) && hx_mbed_at_rest(&tls->ssl));
}

/* For how long somebody waits again who has had to wait once, in records. */
enum { CROWDED_RECORDS = 8 };

/*
 * Between two records that we send, when somebody waits: it is his turn then, and ours comes again.
 * What was received and is not read yet cannot wait anywhere else.
 */
static bool passes_on(struct hx_tls *tls)
{
	if (!tls->past || !tls->wrote || tls->lend->first == NULL || !at_rest(tls))
		return false;
	hx_tls_give_back(tls);
	tls->wait.yields = true;
	tls->crowded = CROWDED_RECORDS;
	return true;
}

int hx_tls_borrow(struct hx_tls *tls, bool to_read)
{
	struct hx_engine *e = &tls->engine;
	tls->waits = e->held = false;
	if (tls->lend == NULL || (tls->pair != NULL && (to_read || !passes_on(tls))))
		return 1;
	if (tls->over)
		return HATCH_ETLS;
	int ret = to_read ? hx_tls_header(tls) : 1;
	if (ret != 1)
		return ret;
	e->held = to_read && e->hold;
	if (e->held)
		return HATCH_LATER;
	tls->pair = hx_lend_take(tls->lend, &tls->wait, tls->past);
	tls->waits = tls->pair == NULL;
	if (tls->waits)
		return HATCH_LATER;
	tls->wrote = false;
	hx_mbed_attach(&tls->ssl, &tls->kept, tls->pair->in, tls->pair->out);
	hx_lend_used_in(tls->pair, tls->pair->in, sizeof(tls->kept.in_ctr));
	hx_lend_used_out(tls->pair, tls->pair->out, sizeof(tls->kept.out_ctr));
	/* Messages that were begun and not sent are not counted. */
	if (!tls->past)
		hx_lend_used_all(tls->lend, tls->pair);
	return 1;
}

unsigned hx_tls_rest(struct hx_engine *e)
{
	struct hx_tls *tls = (struct hx_tls *)(void *)e;
	if (tls->pair != NULL && at_rest(tls))
		hx_tls_give_back(tls);
	if (!tls->waits && tls->wait.queued) {
		hx_lend_leave(tls->lend, &tls->wait);
		tls->gave = true; /* somebody else may be next now */
	}
	unsigned rest = (tls->pair != NULL ? (unsigned)HX_REST_HOLDS : 0u) |
			(tls->waits ? (unsigned)HX_REST_WAITS : 0u) |
			(tls->gave ? (unsigned)HX_REST_GAVE : 0u) |
			(tls->moved ? (unsigned)HX_REST_MOVED : 0u) |
			(tls->works ? (unsigned)HX_REST_WORKS : 0u);
	if (tls->pair != NULL && mbedtls_ssl_get_bytes_avail(&tls->ssl) > 0)
		rest |= HX_REST_UNREAD;
	tls->waits = tls->gave = tls->moved = false;
	return rest;
}
