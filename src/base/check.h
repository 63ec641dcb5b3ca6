/*
 * check.h - two kinds of doubt
 * SPDX-License-Identifier: MIT
 *
 * HX_ASSERT: our mistake if it fails.  On while developing and testing, gone
 * under NDEBUG.  HX_TRY: passes an error on, for calls in sequence.
 */
#ifndef HX_BASE_CHECK_H
#define HX_BASE_CHECK_H

#include <assert.h>

#define HX_ASSERT(claim) assert(claim)

#define HX_TRY(call)                                                                               \
	do {                                                                                       \
		int hx_try = (call);                                                               \
		if (hx_try < 0)                                                                    \
			return hx_try;                                                             \
	} while (0)

#endif
