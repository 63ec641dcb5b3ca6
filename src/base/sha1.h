/*
 * sha1.h - SHA-1, for Sec-WebSocket-Accept alone (RFC 6455 section 4.2.2); the TLS library's
 * SPDX-License-Identifier: MIT
 *
 * It protects nothing there: the field only shows that a server knows WebSockets.
 */
#ifndef HX_BASE_SHA1_H
#define HX_BASE_SHA1_H

#include <stddef.h>

enum { HX_SHA1_LEN = 20 };

/* 0, or HATCH_ENOSYS: the TLS library was built without it.  tls/sha1.c */
int hx_sha1(const void *bytes, size_t len, unsigned char out[HX_SHA1_LEN]);

#endif
