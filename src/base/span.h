/*
 * span.h - small questions about spans
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_SPAN_H
#define HX_BASE_SPAN_H

#include <string.h>

#include "../hatch.h"

static inline struct hatch_span hx_span(const char *ptr, size_t len)
{
	struct hatch_span span = { ptr, len };
	return span;
}

static inline bool hx_span_same(struct hatch_span a, struct hatch_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII only, whatever the locale. */
static inline char hx_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool hx_span_same_nocase(struct hatch_span a, struct hatch_span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (hx_lower(a.ptr[i]) != hx_lower(b.ptr[i]))
			return false;
	return true;
}

#endif
