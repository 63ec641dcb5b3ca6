/*
 * The places that an engine leaves on the wire; the shared flight; what a flight says; deadlines.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/hatch.h"
#include "../../src/server/due.h"
#include "../../src/tls/flight.h"
#include "../../src/tls/wire.h"

static struct hx_flight flight;
static struct hx_wire a, b;

static int set_up(void **state)
{
	(void)state;
	memset(&flight, 0, sizeof(flight));
	hx_wire_init(&a, &flight);
	hx_wire_init(&b, &flight);
	return 0;
}

static void receiving(void **state)
{
	unsigned char buf[8];
	size_t room;
	(void)state;
	assert_null(hx_wire_rx_buf(&a, &room));
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), HATCH_LATER);
	assert_ptr_equal(hx_wire_rx_buf(&a, &room), buf);
	assert_int_equal(room, 8);
	hx_wire_rx_ack(&a, 3);
	assert_false(hx_wire_wants_rx(&a)); /* until it has been fetched */
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), 3);
	assert_null(hx_wire_rx_buf(&a, &room));
	assert_int_equal(hx_wire_recv(&a, buf, 0), 0);
	hx_wire_rx_end(&a, 0);
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), 0);
	hx_wire_rx_end(&a, HATCH_EGONE);
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), HATCH_EGONE);
}

static void the_end_comes_after_the_bytes(void **state)
{
	unsigned char buf[8];
	(void)state;
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), HATCH_LATER);
	hx_wire_rx_ack(&a, 5);
	hx_wire_rx_end(&a, 0);
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), 5);
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), 0);
}

static void sending(void **state)
{
	const unsigned char big[100] = { 1 };
	size_t len;
	(void)state;
	assert_int_equal(hx_wire_send(&a, big, 100), HATCH_LATER);
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), big);
	assert_int_equal(len, 100);
	hx_wire_tx_ack(&a, 30);
	assert_int_equal(hx_wire_send(&a, big, 100), 30);
	assert_int_equal(hx_wire_send(&a, big + 30, 70), HATCH_LATER);
	hx_wire_tx_end(&a, HATCH_EGONE);
	assert_null(hx_wire_tx_buf(&a, &len));
	assert_int_equal(hx_wire_send(&a, big + 30, 70), HATCH_EGONE);
}

static void gathering(void **state)
{
	static unsigned char record[1000];
	size_t len;
	(void)state;
	a.gather = b.gather = true;
	assert_int_equal(hx_wire_send(&a, record, 1000), 1000);
	assert_int_equal(hx_wire_send(&a, record, 1000), 1000);
	/* The third does not fit; who comes second has no place to gather. */
	assert_int_equal(hx_wire_send(&a, record, 1000), HATCH_LATER);
	assert_int_equal(hx_wire_send(&b, record, 10), HATCH_LATER);
	assert_ptr_equal(hx_wire_tx_buf(&b, &len), record);
	/* What was gathered goes first, and in parts. */
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), flight.bytes);
	assert_int_equal(len, 2000);
	hx_wire_tx_ack(&a, 1999);
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), flight.bytes + 1999);
	hx_wire_tx_ack(&a, 1);
	assert_null(flight.holder);
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), record);
	assert_int_equal(len, 1000);
}

static void alerts_are_gathered_and_nothing_else_is(void **state)
{
	unsigned char record[65] = { 0 };
	size_t len;
	(void)state;
	/* Outside of the handshake: the place is left to the driver, however short. */
	assert_int_equal(hx_wire_send(&a, record, 1), HATCH_LATER);
	assert_null(flight.holder);
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), record);
	hx_wire_tx_ack(&a, 1);
	assert_int_equal(hx_wire_send(&a, record, 1), 1);
	a.alert = true;
	assert_int_equal(hx_wire_send(&a, record, 65), HATCH_LATER); /* too long for one */
	assert_null(flight.holder);
	hx_wire_tx_ack(&a, 65);
	assert_int_equal(hx_wire_send(&a, record, 65), 65);
	assert_int_equal(hx_wire_send(&a, record, 64), 64);
	assert_true(hx_wire_wants_tx(&a));
	assert_ptr_equal(hx_wire_tx_buf(&a, &len), flight.bytes);
	hx_wire_free(&a); /* gives the flight back */
	assert_null(flight.holder);
}

static void draining(void **state)
{
	unsigned char buf[8];
	size_t room;
	(void)state;
	assert_int_equal(hx_wire_recv(&a, buf, sizeof(buf)), HATCH_LATER);
	hx_wire_drain(&a);
	assert_ptr_equal(hx_wire_rx_buf(&a, &room), flight.trash);
	hx_wire_rx_ack(&a, room);
	assert_ptr_equal(hx_wire_rx_buf(&a, &room), flight.trash);
	hx_wire_rx_end(&a, 0);
	assert_null(hx_wire_rx_buf(&a, &room));
}

/* ---- what a flight says ---- */

/* ServerHello of TLS 1.3: record, message, version, random, session id, suite, compression,
 * extensions */
static size_t server_hello(unsigned char *out, bool psk)
{
	static const unsigned char key_share[] = { 0, 51, 0, 6, 0, 29, 0, 2, 0xaa, 0xbb };
	static const unsigned char pre_shared[] = { 0, 41, 0, 2, 0, 0 };
	size_t ext = sizeof(key_share) + (psk ? sizeof(pre_shared) : 0);
	size_t body = 2 + 32 + 1 + 32 + 2 + 1 + 2 + ext;
	memset(out, 0x11, 5 + 4 + body);
	out[0] = 22;
	out[3] = (unsigned char)((body + 4) >> 8);
	out[4] = (unsigned char)(body + 4);
	out[5] = 2;
	out[5 + 4 + 34] = 32;
	unsigned char *at = out + 5 + 4 + 34 + 1 + 32 + 3;
	*at++ = 0;
	*at++ = (unsigned char)ext;
	if (psk) {
		memcpy(at, pre_shared, sizeof(pre_shared));
		at += sizeof(pre_shared);
	}
	memcpy(at, key_share, sizeof(key_share));
	return 5 + 4 + body;
}

static void flights(void **state)
{
	static const unsigned char key_exchange[] = { 22, 3, 3, 0, 8, 12, 0, 0, 4, 3, 0, 23, 0 };
	unsigned char bytes[512];
	struct hx_flight_facts facts;
	(void)state;
	for (unsigned psk = 0; psk < 2; psk++) {
		memset(&facts, 0, sizeof(facts));
		hx_flight_sent(&facts, bytes, server_hello(bytes, psk == 1));
		assert_int_equal(facts.group, 29);
		assert_int_equal(facts.psk, psk);
		assert_false(facts.key_exchange);
		assert_int_equal(facts.record_left, 0);
	}
	memset(&facts, 0, sizeof(facts));
	hx_flight_sent(&facts, key_exchange, sizeof(key_exchange));
	assert_int_equal(facts.group, 23);
	assert_true(facts.key_exchange);
}

/* No length in it is believed: cut anywhere, any byte replaced, nothing is read beyond the end. */
static void damaged_flights(void **state)
{
	(void)state;
	unsigned char good[512];
	size_t len = server_hello(good, true);
	for (size_t cut = 0; cut <= len; cut++) {
		unsigned char *exact = test_malloc(cut + 1);
		struct hx_flight_facts facts;
		memcpy(exact, good, cut);
		memset(&facts, 0, sizeof(facts));
		hx_flight_sent(&facts, exact, cut);
		for (size_t i = 0; i < cut; i++) {
			unsigned char was = exact[i];
			exact[i] = 0xff;
			memset(&facts, 0, sizeof(facts));
			hx_flight_sent(&facts, exact, cut);
			exact[i] = was;
		}
		test_free(exact);
	}
}

/* ---- deadlines ---- */

static void due(void **state)
{
	struct hx_due d;
	uint32_t now = 0xfffffff0u; /* about to wrap */
	(void)state;
	memset(&d, 0, sizeof(d));
	assert_int_equal(hx_due_wait(&d, now), HATCH_FOREVER);
	assert_int_equal(hx_due_passed(&d, now), HX_DUE_NONE);
	hx_due_arm(&d, HX_DUE_IDLE, now, 100);
	hx_due_arm(&d, HX_DUE_SEND, now, 50);
	assert_int_equal(hx_due_wait(&d, now), 50);
	assert_int_equal(hx_due_passed(&d, now + 49), HX_DUE_NONE);
	assert_int_equal(hx_due_passed(&d, now + 50), HX_DUE_SEND);
	assert_int_equal(hx_due_passed(&d, now + 200), HX_DUE_SEND); /* the one longest ago */
	assert_int_equal(hx_due_wait(&d, now + 200), 0);
	hx_due_disarm(&d, HX_DUE_SEND);
	assert_int_equal(hx_due_passed(&d, now + 200), HX_DUE_IDLE);
	hx_due_arm(&d, HX_DUE_IDLE, now, HATCH_FOREVER);
	assert_false(hx_due_armed(&d, HX_DUE_IDLE));
	hx_due_arm(&d, HX_DUE_IDLE, now, 0xfffffffeu); /* as far as can be told apart */
	assert_int_equal(hx_due_wait(&d, now), 0x7fffffff);
	hx_due_disarm_all(&d);
	assert_int_equal(hx_due_wait(&d, now), HATCH_FOREVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(receiving, set_up),
		cmocka_unit_test_setup(the_end_comes_after_the_bytes, set_up),
		cmocka_unit_test_setup(sending, set_up),
		cmocka_unit_test_setup(gathering, set_up),
		cmocka_unit_test_setup(alerts_are_gathered_and_nothing_else_is, set_up),
		cmocka_unit_test_setup(draining, set_up),
		cmocka_unit_test(flights),
		cmocka_unit_test(damaged_flights),
		cmocka_unit_test(due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
