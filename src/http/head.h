/*
 * head.h - the request line and the fields, RFC 9112 sections 2 to 5
 * SPDX-License-Identifier: MIT
 *
 * Strict: what the grammar does not have is refused with a status, and the
 * connection closes.  A lone CR or LF, white space before a colon, a folded
 * line, a control byte and a second guess do not exist here.
 */
#ifndef HX_HTTP_HEAD_H
#define HX_HTTP_HEAD_H

#include "../base/span.h"

/* Where the scan of an incomplete head stands.  Zero before the first byte. */
struct hx_head_scan {
	size_t at;         /* bytes looked at */
	size_t line_start; /* of the current line */
	size_t skip;       /* an empty line before the request line (RFC 9112 section 2.2) */
	size_t line_len;   /* of the request line without CRLF, once it is complete */
	unsigned lines;    /* complete ones, the request line among them */
};

struct hx_head_limits {
	size_t line, head;
	unsigned fields;
};

/*
 * Looks at the bytes that are new since the last call (buf still holds the
 * earlier ones).  Returns 1 when the head is complete, then scan->at is its
 * length with the empty line; 0 when more is needed; or the negative of the
 * status to refuse with: 400, 414 (line), 431 (head, fields).
 */
int hx_head_scan(struct hx_head_scan *scan, const char *buf, size_t len,
	const struct hx_head_limits *limits);

struct hx_head {
	struct hatch_span method;
	struct hatch_span target; /* as it was sent */
	struct hatch_span fields; /* all field lines, each with its CRLF */
	unsigned minor;           /* HTTP/1.minor: 0 or 1 */
};

/* Parses a complete head.  0, or the negative of the status: 400, 505. */
int hx_head_parse(struct hx_head *head, const char *buf, const struct hx_head_scan *scan);

#endif
