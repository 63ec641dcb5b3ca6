/*
 * request_run.h - one request through the whole HTTP layer, and what came of it as text
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TESTS_REQUEST_RUN_H
#define HX_TESTS_REQUEST_RUN_H

#include "base/text.h"

/* Bytes in two pieces, the first of `first` bytes; or, if by_byte, one at a time. */
struct request_split {
	size_t first;
	bool by_byte;
};

/*
 * Feeds input, which may have more than the request, and writes the outcome:
 *
 *	refused 400 in head            or: in framing, in target, in body
 *
 * or "incomplete in head", "incomplete in body", or lines of
 *
 *	method: POST
 *	version: 1.1
 *	authority: ...                 of an absolute target
 *	path: ...
 *	query: ...                     if there is one
 *	field: Name: value             each
 *	framing: none                  or: length 5, chunked
 *	after: keep-alive              or: close
 *	expects: 100-continue          if so
 *	body: ...                      if it is not empty
 *	left: ...                      bytes that follow the request, if any
 *
 * What is not printable ASCII is \xNN, a backslash \\.
 */
void request_run(struct hx_text *out, struct hatch_span input, struct request_split split);

#endif
