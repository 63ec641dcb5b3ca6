/*
 * admission.c - whether the heap carries one more TLS connection
 * SPDX-License-Identifier: MIT
 *
 * A handshake that runs out of memory has failed, and the client with it; a newcomer that waits in
 * the listen queue has lost nothing.  What a connection takes is guessed at first and learned from
 * those before it: the most at once, and the largest single block, since a heap with enough in
 * pieces is of no use. Connections in their handshakes have not taken all of theirs yet: what they
 * lack is spoken for.
 */
#include "server.h"

void hx_admission_open(struct hatch *srv)
{
	struct hatch_heap heap = { 0, 0 };
	srv->tls_peak = hx_tls_heap_guess(srv->tls, &srv->tls_block);
	srv->port->heap(&heap);
	if (heap.free != 0 && heap.free < srv->tls_peak)
		hx_log(srv, HATCH_WARN,
			"the heap has %lu bytes left, and a TLS connection takes about %lu: most will "
			"fail",
			(unsigned long)heap.free, (unsigned long)srv->tls_peak);
}

/* The most so far, forgotten slowly: one odd client is not to cost the others for ever. */
static uint32_t learn(uint32_t known, uint32_t seen)
{
	enum { FORGET = 64 };
	return seen >= known ? seen : known - (known - seen) / FORGET;
}

void hx_admission_learn(struct hatch *srv, const struct hx_heap_account *account)
{
	srv->tls_peak = learn(srv->tls_peak, account->peak);
	srv->tls_block = learn(srv->tls_block, account->largest);
}

static uint32_t spoken_for(const struct hatch *srv)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < srv->config.max_conns; i++) {
		const struct hatch_conn *c = srv->conns[i];
		if (c->used && hx_conn_is_handshake(c) && c->account.now < srv->tls_peak)
			sum += srv->tls_peak - c->account.now;
	}
	return sum;
}

bool hx_admission_fits(struct hatch *srv)
{
	struct hatch_heap heap = { 0, 0 };
	if (srv->stats.conns == 0)
		return true; /* nobody's end could make room */
	srv->port->heap(&heap);
	hx_metrics_heap(&srv->metrics, heap.free);
	if (heap.free == 0)
		return true; /* the platform cannot tell */
	return (heap.largest == 0 || heap.largest >= srv->tls_block) &&
	       heap.free >= srv->tls_peak + spoken_for(srv) + HATCH_HEAP_RESERVE;
}
