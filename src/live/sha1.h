/*
 * sha1.h - SHA-1 (RFC 3174), for Sec-WebSocket-Accept alone
 * SPDX-License-Identifier: MIT
 *
 * It protects nothing there: the field only shows that a server knows WebSockets.  The TLS
 * library's is not taken, as many are built without.
 */
#ifndef HX_LIVE_SHA1_H
#define HX_LIVE_SHA1_H

#include <stddef.h>

enum { HX_SHA1_LEN = 20, HX_SHA1_MAX = 119 };

/* Of at most HX_SHA1_MAX bytes. */
void hx_sha1(const void *bytes, size_t len, unsigned char out[HX_SHA1_LEN]);

#endif
