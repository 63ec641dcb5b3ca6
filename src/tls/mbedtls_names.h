/*
 * mbedtls_names.h - what is offered, in order, and what the RFCs call it
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TLS_MBEDTLS_NAMES_H
#define HX_TLS_MBEDTLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HX_GROUPS 3

enum { HX_SUITES = 9 };

/*
 * Our suites, for TLS 1.2 the best first, and 0; but for those that the library was built without,
 * over which it would stop a handshake with an internal error.  AES-GCM for TLS 1.3 stands in
 * front: so many to skip for a client that offers ChaCha20-Poly1305 where AES is software.
 */
size_t hx_suites(int out[HX_SUITES + 1], bool fast_aes);

const uint16_t *hx_groups(void);     /* HX_GROUPS, the best first, and 0 */
const uint16_t *hx_signatures(void); /* ends with 0 */

const char *hx_suite_name(int id); /* "" if it is none of ours */
const char *hx_group_name(uint16_t id);

#endif
