/*
 * mbedtls_names.h - what is offered, in order, and what the RFCs call it
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TLS_MBEDTLS_NAMES_H
#define HX_TLS_MBEDTLS_NAMES_H

#include <stdint.h>

const int *hx_suites(void);          /* ends with 0 */
const uint16_t *hx_groups(void);     /* ends with 0 */
const uint16_t *hx_signatures(void); /* ends with 0 */

const char *hx_suite_name(int id); /* "" if it is none of ours */
const char *hx_group_name(uint16_t id);

#endif
