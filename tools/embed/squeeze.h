/* SPDX-License-Identifier: MIT */
/* gzip (RFC 1952), the same bytes for the same content each time. */
#ifndef TOOLS_EMBED_SQUEEZE_H
#define TOOLS_EMBED_SQUEEZE_H

#include <stddef.h>

/* Allocated; the program ends without memory. */
unsigned char *squeeze(const unsigned char *bytes, size_t len, size_t *out_len);

#endif
