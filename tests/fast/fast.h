/*
 * fast.h - the library's own functions beside the wrapped ones, and sources of numbers
 * SPDX-License-Identifier: MIT
 *
 * In these programs mbedtls_x() is what a handshake calls, and __real_mbedtls_x() is mbedTLS's.
 */
#ifndef FAST_H
#define FAST_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Random numbers of a seed: {state, calls until it fails, 0 for never}. */
struct source {
	uint64_t state;
	unsigned fail_at;
	bool ones; /* instead, nothing but bits set */
};
int source_random(void *source, unsigned char *out, size_t len);

#define SOURCE_ERROR (-0x1234)

/* How often: quick or HATCH_LONG. */
unsigned rounds(unsigned quick);

void from_hex(uint8_t *out, const char *hex);

/* Points of small order, and the same written otherwise: RFC 7748's security considerations. */
extern const char *const low_order[12];

/* P-256: what is no point. */
extern const char *const no_point[5];

#endif
