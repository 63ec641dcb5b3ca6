/*
 * test_flight.c - what is encrypted says nothing about the handshake
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tls/flight.h"

enum { X25519 = 29, SECP256R1 = 23 };

static const unsigned char change_cipher[] = { 20, 3, 3, 0, 1, 1 };

/* A ServerHello with a key share of this group, and pre_shared_key if psk. */
static size_t server_hello(unsigned char *out, unsigned char group, bool psk)
{
	unsigned char *at = out, *extensions;
	*at++ = 22, *at++ = 3, *at++ = 3, at += 2;
	*at++ = 2, at += 3;
	*at++ = 3, *at++ = 3;
	memset(at, 0x55, 32), at += 32;
	*at++ = 0;                          /* no session ID */
	*at++ = 0x13, *at++ = 1, *at++ = 0; /* suite, compression */
	extensions = at, at += 2;
	if (psk) {
		memcpy(at, "\0\51\0\2\0\0", 6);
		at += 6;
	}
	memcpy(at, "\0\63\0\4\0", 5);
	at[5] = group, at[6] = at[7] = 0;
	at += 8;
	extensions[0] = 0, extensions[1] = (unsigned char)(at - extensions - 2);
	out[3] = 0, out[4] = (unsigned char)(at - out - 5);
	out[6] = out[7] = 0, out[8] = (unsigned char)(at - out - 9);
	return (size_t)(at - out);
}

/* The Finished of TLS 1.2 is a handshake record whose bytes may be any. */
static void a_sealed_finished_is_no_key_exchange(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		struct hx_flight_facts facts = { .group = 0 };
		unsigned char finished[5 + 40] = { 22, 3, 3, 0, 40 };
		memset(finished + 5, (int)first, 40);
		hx_flight_sent(&facts, change_cipher, sizeof(change_cipher));
		hx_flight_sent(&facts, finished, sizeof(finished));
		assert_false(facts.key_exchange);
		assert_false(facts.psk);
		assert_int_equal(facts.group, 0);
	}
}

static void a_key_exchange_in_clear(void **state)
{
	static const unsigned char exchange[] = { 22, 3, 3, 0, 8, 12, 0, 0, 4, 3, 0, X25519, 0 };
	struct hx_flight_facts facts = { .group = 0 };
	(void)state;
	hx_flight_sent(&facts, exchange, sizeof(exchange));
	hx_flight_sent(&facts, change_cipher, sizeof(change_cipher));
	assert_true(facts.key_exchange);
	assert_int_equal(facts.group, X25519);
}

/* HelloRetryRequest, the ChangeCipherSpec of TLS 1.3, then the ServerHello that counts. */
static void a_second_server_hello(void **state)
{
	struct hx_flight_facts facts = { .group = 0 };
	unsigned char bytes[128];
	(void)state;
	hx_flight_sent(&facts, bytes, server_hello(bytes, SECP256R1, false));
	assert_int_equal(facts.group, SECP256R1);
	hx_flight_sent(&facts, change_cipher, sizeof(change_cipher));
	hx_flight_sent(&facts, bytes, server_hello(bytes, X25519, true));
	assert_int_equal(facts.group, X25519);
	assert_true(facts.psk);
	assert_false(facts.key_exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_finished_is_no_key_exchange),
		cmocka_unit_test(a_key_exchange_in_clear),
		cmocka_unit_test(a_second_server_hello),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
