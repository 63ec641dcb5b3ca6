/*
 * pem.h - how long a PEM text is
 * SPDX-License-Identifier: MIT
 *
 * The library wants PEM with its final NUL counted.  A span of length 0 is a C string; any other is
 * to end in a NUL within, or just behind, its length.
 */
#ifndef HX_TLS_PEM_H
#define HX_TLS_PEM_H

#include <string.h>

#include "../hatch.h"

/* With the NUL; 0 if there is none. */
static inline size_t hx_pem_len(struct hatch_span pem)
{
	if (pem.ptr == NULL)
		return 0;
	if (pem.len == 0)
		return strlen(pem.ptr) + 1;
	const char *end = memchr(pem.ptr, '\0', pem.len + 1);
	return end == NULL ? 0 : (size_t)(end - pem.ptr) + 1;
}

#endif
