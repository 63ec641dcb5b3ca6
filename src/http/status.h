/*
 * status.h - reason phrases, RFC 9110 section 15
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_STATUS_H
#define HX_HTTP_STATUS_H

#include <stdbool.h>

/* Never NULL; for a code without a name of its own the name of its class. */
const char *hx_status_reason(int status);

/* True for those that never have a body: 1xx, 204, 304 (RFC 9112 section 6.3). */
bool hx_status_bodiless(int status);

#endif
