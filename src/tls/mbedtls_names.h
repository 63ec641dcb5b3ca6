/*
 * mbedtls_names.h - what is offered, in order, and what the RFCs call it
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TLS_MBEDTLS_NAMES_H
#define HX_TLS_MBEDTLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define HX_GROUPS 3

/* All suites; ends with 0.  For TLS 1.2 the best are first. */
const int *hx_suites(bool fast_aes);

/* The same without AES-GCM for TLS 1.3: for a client that offers ChaCha20-Poly1305 where AES is
   software. */
const int *hx_suites_chacha(void);

const uint16_t *hx_groups(void);     /* HX_GROUPS, the best first, and 0 */
const uint16_t *hx_signatures(void); /* ends with 0 */

const char *hx_suite_name(int id); /* "" if it is none of ours */
const char *hx_group_name(uint16_t id);

#endif
