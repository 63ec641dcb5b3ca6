/* SPDX-License-Identifier: MIT */
/*
 * The test server without its surroundings: what it serves under /t, what /counters says of it, and
 * how it is set up.  A program for Linux and a firmware run it.
 */
#ifndef TESTROUTES_H
#define TESTROUTES_H

#include <hatch.h>
#include <hatch_port.h>

/* "max_conns=4": a field of struct hatch_config, or a switch of our own.  False: no such thing. */
bool test_set(const char *word);

struct test_place {
	const struct hatch_port *platform;
	const struct hatch_identity *identity;
	int32_t port, plain_port;
	const char *address;
};

/* Opens one server or two, and prints "SECURE PLAIN", their ports, for each. */
int test_start(const struct test_place *place);
int test_run(void);    /* until test_stop() */
void test_stop(void);  /* also from a signal handler; not after test_close() has begun */
bool test_close(void); /* false: an exchange has begun and not ended; a line says so */

/* From the surroundings. */
void test_sleep_ms(long ms);

#endif
