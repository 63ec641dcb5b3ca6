/*
 * framing.h - where a request's body ends and what happens after it
 * SPDX-License-Identifier: MIT
 *
 * The one place that decides it, from RFC 9112 sections 3.2, 6 and 9 and RFC
 * 9110 sections 7.2 and 10.1.1.  Whatever could be read in two ways is refused,
 * so that no proxy in front and this server ever disagree (request smuggling).
 */
#ifndef HX_HTTP_FRAMING_H
#define HX_HTTP_FRAMING_H

#include "head.h"

enum hx_body_kind { HX_BODY_NONE, HX_BODY_LENGTH, HX_BODY_CHUNKED };

struct hx_framing {
	enum hx_body_kind kind; /* NONE as well for a length of 0 */
	uint64_t length;        /* for HX_BODY_LENGTH */
	bool keep_alive;        /* the client would like another request on this connection */
	bool expect_continue;   /* it waits for 100 before it sends the body */
	struct hatch_span host; /* the Host field's value; len 0 only with HTTP/1.0 */
};

/* 0, or the negative of the status: 400, 417, 501. */
int hx_framing_decide(struct hx_framing *framing, const struct hx_head *head);

#endif
