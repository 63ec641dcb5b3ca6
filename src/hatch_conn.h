/*
 * hatch_conn.h - one connection, without sockets, clocks or threads
 * SPDX-License-Identifier: MIT
 *
 * The server, the tests, the simulator and the fuzzers all drive a connection
 * through these functions.  Bytes on this side are what is on the wire: TLS
 * records, or plain HTTP.
 *
 *	struct hatch *srv;              a server that listens nowhere will do
 *	hatch_conn_open(srv, ...)
 *	repeat
 *		want = hatch_conn_step(c, now)
 *		HATCH_WANT_TX: send from tx_buf, then tx_ack
 *		HATCH_WANT_RX: receive into rx_buf, then rx_ack (or rx_end)
 *		and no later than hatch_conn_wait_ms() step again
 *	until want is HATCH_ENDED, then hatch_conn_close()
 *
 * A connection keeps no receive buffer of its own: rx_buf is a place in the
 * TLS library or in the request being read, for exactly what is asked for
 * next.  What is not taken stays in the socket, and that is the back-pressure.
 */
#ifndef HATCH_CONN_H
#define HATCH_CONN_H

#include "hatch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hatch_conn;

struct hatch_address {
	char text[46]; /* "192.0.2.7", "2001:db8::7" */
	uint16_t port;
	uint8_t bytes[16]; /* IPv4 as ::ffff:192.0.2.7 */
};

/* What a connection wants next; any mix. */
enum hatch_want {
	HATCH_WANT_RX = 1,   /* bytes from the peer */
	HATCH_WANT_TX = 2,   /* to have bytes sent to the peer */
	HATCH_WANT_APP = 4,  /* hatch_resume(), a response, or something shared to come free */
	HATCH_WANT_TURN = 8, /* another step at once, after the others have had theirs */
	HATCH_ENDED = 16,    /* nothing more; all other bits are clear */
};

/*
 * Takes one of srv's config.max_conns places; HATCH_EFULL if there is none,
 * HATCH_ENOMEM if the TLS library cannot have its memory.
 */
int hatch_conn_open(struct hatch_conn **out, struct hatch *srv, bool secure,
	const struct hatch_address *peer, uint32_t now_ms);

/* Gives the place back, at whatever stage; the exchange, if there is one, ends with HATCH_EGONE. */
void hatch_conn_close(struct hatch_conn *c);

/*
 * Does a bounded amount of work, and at most one private-key operation,
 * without waiting.  now_ms may wrap.  Harmless on an ended connection.
 */
unsigned hatch_conn_step(struct hatch_conn *c, uint32_t now_ms);

/* Milliseconds after now_ms by which to step even if nothing happens; HATCH_FOREVER: none. */
uint32_t hatch_conn_wait_ms(const struct hatch_conn *c, uint32_t now_ms);

/* Inject: a place for received bytes, then how many were put there (not more than room). */
void *hatch_conn_rx_buf(struct hatch_conn *c, size_t *room);
void hatch_conn_rx_ack(struct hatch_conn *c, size_t len);

/* Nothing more will come: 0 the peer has closed its side, else the error of the network. */
void hatch_conn_rx_end(struct hatch_conn *c, int error);

/* Extract: bytes to send, then how many were taken. */
const void *hatch_conn_tx_buf(struct hatch_conn *c, size_t *len);
void hatch_conn_tx_ack(struct hatch_conn *c, size_t len);

/* Nothing can be sent any more. */
void hatch_conn_tx_end(struct hatch_conn *c, int error);

/* True once everything has been sent and our side of the connection is to be shut down. */
bool hatch_conn_tx_done(const struct hatch_conn *c);

/* Why it ended: 0 or one of enum hatch_error. */
int hatch_conn_error(const struct hatch_conn *c);

#ifdef __cplusplus
}
#endif
#endif /* HATCH_CONN_H */
