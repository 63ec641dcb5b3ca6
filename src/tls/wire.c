/*
 * wire.c - see wire.h
 * SPDX-License-Identifier: MIT
 */
#include "wire.h"

#include <string.h>

#include "../base/check.h"
#include "../hatch.h"

/* An alert is two bytes, and what sealing adds.  Longer is the rest of something else. */
enum { ALERT_MAX = 64 };

void hx_wire_init(struct hx_wire *wire, struct hx_flight *flight)
{
	memset(wire, 0, sizeof(*wire));
	wire->flight = flight;
}

void hx_wire_free(struct hx_wire *wire)
{
	struct hx_flight *flight = wire->flight;
	if (flight != NULL && flight->holder == wire)
		flight->holder = NULL;
	hx_wire_init(wire, flight);
}

int hx_wire_recv(struct hx_wire *wire, unsigned char *buf, size_t len)
{
	if (wire->rx_len > 0) {
		HX_ASSERT(buf == wire->rx && wire->rx_len <= len);
		size_t got = wire->rx_len;
		hx_wire_forget(wire);
		return (int)got;
	}
	hx_wire_forget(wire);
	if (wire->rx_error != 0)
		return wire->rx_error;
	if (wire->rx_ended || len == 0)
		return 0;
	wire->rx = buf;
	wire->rx_room = len;
	return HATCH_LATER;
}

/* True if the bytes now stand in the shared buffer. */
static bool gathered(struct hx_wire *wire, const unsigned char *buf, size_t len)
{
	struct hx_flight *flight = wire->flight;
	bool wanted = wire->gather || (wire->alert && len <= ALERT_MAX);
	if (flight == NULL || !wanted || wire->tx != NULL)
		return false;
	if (flight->holder == NULL) {
		flight->holder = wire;
		flight->len = 0;
		wire->flight_sent = 0;
	}
	if (flight->holder != wire || len > HX_FLIGHT_ROOM - flight->len) {
		if (flight->holder == wire && flight->len == 0)
			flight->holder = NULL;
		return false;
	}
	memcpy(flight->bytes + flight->len, buf, len);
	flight->len += len;
	return true;
}

static bool holds_flight(const struct hx_wire *wire)
{
	return wire->flight != NULL && wire->flight->holder == wire;
}

int hx_wire_send(struct hx_wire *wire, const unsigned char *buf, size_t len)
{
	if (wire->tx_error != 0)
		return wire->tx_error;
	if (wire->tx_taken > 0) {
		HX_ASSERT(wire->tx_taken <= len);
		size_t taken = wire->tx_taken;
		wire->tx = NULL;
		wire->tx_len = wire->tx_taken = 0;
		return (int)taken;
	}
	if (wire->tx == NULL && gathered(wire, buf, len))
		return (int)len;
	wire->tx = buf;
	wire->tx_len = len;
	return HATCH_LATER;
}

void hx_wire_forget(struct hx_wire *wire)
{
	wire->rx = NULL;
	wire->rx_room = wire->rx_len = 0;
}

void hx_wire_drain(struct hx_wire *wire)
{
	hx_wire_forget(wire);
	wire->drain = true;
}

bool hx_wire_wants_rx(const struct hx_wire *wire)
{
	if (wire->rx_ended)
		return false;
	return wire->drain ? wire->flight != NULL : wire->rx != NULL && wire->rx_len == 0;
}

bool hx_wire_wants_tx(const struct hx_wire *wire)
{
	if (wire->tx_error != 0)
		return false;
	return holds_flight(wire) || (wire->tx != NULL && wire->tx_taken == 0);
}

bool hx_wire_only_gathers(const struct hx_wire *wire)
{
	return wire->gather && holds_flight(wire) && wire->tx == NULL;
}

void *hx_wire_rx_buf(struct hx_wire *wire, size_t *room)
{
	*room = 0;
	if (!hx_wire_wants_rx(wire))
		return NULL;
	*room = wire->drain ? HX_TRASH_ROOM : wire->rx_room;
	return wire->drain ? wire->flight->trash : wire->rx;
}

void hx_wire_rx_ack(struct hx_wire *wire, size_t len)
{
	if (wire->drain)
		return;
	HX_ASSERT(wire->rx != NULL && len <= wire->rx_room);
	wire->rx_len = len;
}

void hx_wire_rx_end(struct hx_wire *wire, int error)
{
	wire->rx_ended = true;
	wire->rx_error = error;
}

/* What was gathered goes first: it was written first. */
const void *hx_wire_tx_buf(struct hx_wire *wire, size_t *len)
{
	*len = 0;
	if (!hx_wire_wants_tx(wire))
		return NULL;
	if (holds_flight(wire)) {
		*len = wire->flight->len - wire->flight_sent;
		return wire->flight->bytes + wire->flight_sent;
	}
	*len = wire->tx_len;
	return wire->tx;
}

void hx_wire_tx_ack(struct hx_wire *wire, size_t len)
{
	if (!holds_flight(wire)) {
		HX_ASSERT(wire->tx != NULL && len <= wire->tx_len);
		wire->tx_taken = len;
		return;
	}
	HX_ASSERT(len <= wire->flight->len - wire->flight_sent);
	wire->flight_sent += len;
	if (wire->flight_sent == wire->flight->len)
		wire->flight->holder = NULL;
}

void hx_wire_tx_end(struct hx_wire *wire, int error)
{
	wire->tx_error = error;
	if (holds_flight(wire))
		wire->flight->holder = NULL;
}
