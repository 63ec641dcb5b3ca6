/*
 * multipart.h - multipart/form-data from pieces of any size (RFC 7578, RFC 2046 section 5.1)
 * SPDX-License-Identifier: MIT
 *
 *	preamble --> after <--> head --> data --> after ...
 *	               '--> epilogue
 *
 * Memory is what a boundary and the head of one part take.  The delimiter begins with CR, which
 * occurs nowhere else in it: so whatever does not go on as a delimiter was data, and the next one
 * can begin with the byte that broke it off at the earliest.
 */
#ifndef HX_HTTP_MULTIPART_H
#define HX_HTTP_MULTIPART_H

#include "../base/span.h"

enum { HX_BOUNDARY_MAX = 70, HX_PART_HEAD_MAX = 512, HX_IGNORED_MAX = 1024 };

enum hx_multi_state {
	HX_MULTI_PREAMBLE,
	HX_MULTI_AFTER, /* a delimiter: what follows says whether it is the last */
	HX_MULTI_IN_HEAD,
	HX_MULTI_IN_DATA,
	HX_MULTI_EPILOGUE,
};

enum hx_multi_event {
	HX_MULTI_MORE, /* all is used */
	HX_MULTI_HEAD, /* a part begins */
	HX_MULTI_DATA,
	HX_MULTI_END, /* of a part */
};

struct hx_multi {
	char delimiter[4 + HX_BOUNDARY_MAX]; /* CR LF "--" boundary */
	uint8_t delimiter_len;
	uint8_t matched;  /* bytes of it seen */
	uint8_t borrowed; /* of these: the CRLF that ends the head, or that is not there */
	uint8_t state;    /* enum hx_multi_state */
	char last;        /* in AFTER: the byte before */
	uint16_t head_len, ignored; /* ignored: bytes of preamble and epilogue */
	char head[HX_PART_HEAD_MAX];
};

/* From a request's Content-Type.  0, or the negative of a status: 415, 400. */
int hx_multi_init(struct hx_multi *multi, struct hatch_span content_type);

/*
 * Takes bytes up to the next event; *used of them.  *data lives until the next call, and may be
 * none of these bytes.  Or the negative of a status: 400, 431.
 */
int hx_multi_take(struct hx_multi *multi, const char *bytes, size_t len, size_t *used,
	struct hatch_span *data);

struct hx_part_head {
	struct hatch_span name, filename, type; /* ptr NULL: not said */
};

/* After HX_MULTI_HEAD: the spans live until the next part's head begins.  0 or -400. */
int hx_multi_head(struct hx_multi *multi, struct hx_part_head *out);

#endif
