/*
 * choose.h - which representation of a resource to answer with, and how much of it
 * SPDX-License-Identifier: MIT
 *
 * RFC 9110: preconditions (section 13), ranges (section 14), content codings (section 12.5.3).
 * Whatever cannot be read is as if it were not there, as the RFC wants it.
 */
#ifndef HX_HTTP_CHOOSE_H
#define HX_HTTP_CHOOSE_H

#include "../base/span.h"

/* Whether Accept-Encoding allows a coding that is not "identity".  lines: the request's fields. */
bool hx_accepts_coding(struct hatch_span lines, const char *coding);

/* Whether Accept names text/html: somebody goes to a page, rather than a page fetching its parts.
 */
bool hx_wants_page(struct hatch_span lines);

struct hx_validators {
	const char *etag; /* strong, with its quotes; NULL: none */
	int64_t modified; /* unix time; 0: not known */
};

/*
 * Section 13.2.2, for a representation that exists.  200: go on.  304 or 412.  is_read: GET or
 * HEAD.
 */
int hx_precondition(struct hatch_span lines, const struct hx_validators *have, bool is_read);

struct hx_range {
	uint64_t first, len;
};

/*
 * Of a representation of so many bytes.  200: all of it.  206: *out.  416: none of what is asked
 * for is there.  Several ranges are answered with all, which section 14.2 allows: multipart answers
 * are a way to have a server work for nothing.
 */
int hx_range_choose(struct hatch_span lines, const struct hx_validators *have, uint64_t size,
	struct hx_range *out);

#endif
