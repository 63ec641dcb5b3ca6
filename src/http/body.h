/*
 * body.h - taking a body out of the bytes that follow a head
 * SPDX-License-Identifier: MIT
 *
 * Incremental and without a buffer: the caller's bytes go in, spans of content
 * within them come out.  RFC 9112 section 7.1 for chunks.
 */
#ifndef HX_HTTP_BODY_H
#define HX_HTTP_BODY_H

#include "framing.h"

struct hx_body {
	enum hx_body_kind kind;
	unsigned state;    /* private to body.c */
	uint64_t left;     /* bytes of content still to come: in all, or in this chunk */
	uint32_t digits;   /* hex digits seen in this chunk size */
	uint32_t ext_left; /* how many bytes of chunk extensions are still allowed */
	uint32_t trailer_left;
	uint32_t fields_left;
	bool done;
};

void hx_body_init(struct hx_body *body, const struct hx_framing *framing, uint32_t trailer_max,
	uint32_t fields_max);

/*
 * Takes from in[0..len).  *used is how many bytes it is done with; *piece a
 * span of content within in (it may be empty).  Call until *used is all, or
 * body->done.  Never takes a byte beyond the end of the body.  0, or the
 * negative of the status: 400, 431 (trailers); a refused body stays refused.  in
 * may be NULL if len is 0.
 */
int hx_body_take(
	struct hx_body *body, const char *in, size_t len, size_t *used, struct hatch_span *piece);

#endif
