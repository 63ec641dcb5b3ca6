/*
 * wire.h - where an engine meets the network, without touching it
 * SPDX-License-Identifier: MIT
 *
 * An engine asks for bytes and offers bytes as if it had a socket; each request
 * leaves a place here, is told HATCH_LATER, and comes again with the same
 * arguments once the driver has filled or emptied the place.  So nothing is
 * buffered twice: what is received lands where the engine wants it.
 *
 * The records of a handshake flight are small and many; they are gathered in
 * one buffer that all connections of a server share, so that a flight leaves
 * as one segment.  A connection that cannot get it sends record by record.
 * Outside of the handshake only an alert is gathered, since an engine that fails
 * does not come again to send it.  Nothing of an answer is: whoever wrote it is
 * to know when the peer has taken it, and a peer that takes nothing is not to
 * keep the buffer from the others.
 */
#ifndef HX_TLS_WIRE_H
#define HX_TLS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

struct hx_wire;

enum { HX_FLIGHT_ROOM = 2048, HX_TRASH_ROOM = 512 };
struct hx_flight {
	struct hx_wire *holder; /* NULL: free */
	size_t len;
	unsigned char bytes[HX_FLIGHT_ROOM];
	unsigned char trash[HX_TRASH_ROOM]; /* where unread bytes of dying connections go */
};

struct hx_wire {
	struct hx_flight *flight;
	unsigned char *rx; /* the place for received bytes; NULL: none is wanted */
	size_t rx_room, rx_len;
	const unsigned char *tx; /* bytes to send; NULL: none */
	size_t tx_len, tx_taken;
	size_t flight_sent; /* of the flight that this connection holds */
	int rx_error, tx_error;
	bool rx_ended, drain;
	bool gather; /* a handshake: everything is gathered */
	bool alert;  /* what comes is an alert, if anything comes: so is that */
};

void hx_wire_init(struct hx_wire *wire, struct hx_flight *flight);

/* Gives the shared buffer back and forgets all places. */
void hx_wire_free(struct hx_wire *wire);

/* The engine's side: a count, HATCH_LATER, 0 at the end (recv), or an error. */
int hx_wire_recv(struct hx_wire *wire, unsigned char *buf, size_t len);
int hx_wire_send(struct hx_wire *wire, const unsigned char *buf, size_t len);

/* Forgets a place for received bytes that is about to go away; bytes in it are lost. */
void hx_wire_forget(struct hx_wire *wire);

/* From now on whatever arrives is thrown away. */
void hx_wire_drain(struct hx_wire *wire);

/* The driver's side, as in hatch_conn.h. */
void *hx_wire_rx_buf(struct hx_wire *wire, size_t *room);
void hx_wire_rx_ack(struct hx_wire *wire, size_t len);
void hx_wire_rx_end(struct hx_wire *wire, int error);
const void *hx_wire_tx_buf(struct hx_wire *wire, size_t *len);
void hx_wire_tx_ack(struct hx_wire *wire, size_t len);
void hx_wire_tx_end(struct hx_wire *wire, int error);

/* There are gathered records of a handshake, and nothing that could not be gathered. */
bool hx_wire_only_gathers(const struct hx_wire *wire);
bool hx_wire_wants_rx(const struct hx_wire *wire);
bool hx_wire_wants_tx(const struct hx_wire *wire);

#endif
