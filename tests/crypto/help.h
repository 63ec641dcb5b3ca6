/*
 * help.h - what the tests of src/crypto/ share
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TESTS_CRYPTO_HELP_H
#define HX_TESTS_CRYPTO_HELP_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/nonce.h"

/* The bytes of a text of hexadecimal digits; its length is returned. */
size_t help_hex(uint8_t *out, const char *digits);

void help_assert_hex(const uint8_t *bytes, const char *digits);

/* The same numbers in each run.  With_edges: words are often all zeros or all ones. */
void help_random(void *buf, size_t len);
void help_random_with_edges(uint32_t word[8]);

/* quick, or in a long test many; a part of that where the sanitizers slow it. */
unsigned help_rounds(unsigned quick, unsigned many);

/* 256-bit numbers at the edges of all that is done with them, least significant word first. */
extern const uint32_t help_edges[][8];
extern const unsigned help_edge_count;

/* HMAC-SHA-256 by OpenSSL. */
extern const struct hx_nonce_hmac help_hmac;

#endif
