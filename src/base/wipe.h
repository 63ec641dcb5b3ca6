/*
 * wipe.h - clearing memory so that the compiler cannot leave it out
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_WIPE_H
#define HX_BASE_WIPE_H

#include <stddef.h>

static inline void hx_wipe(void *buf, size_t len)
{
	volatile unsigned char *byte = buf;
	while (len-- > 0)
		*byte++ = 0;
}

#endif
