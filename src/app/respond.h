/*
 * respond.h - responses that the library itself gives
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_RESPOND_H
#define HX_APP_RESPOND_H

#include "exchange.h"

/* "404 Not Found\n" as text. */
void hx_respond_plain(struct hatch_req *req, int status);

/* The same with Allow; nothing but the fields for 204. */
void hx_respond_allow(struct hatch_req *req, int status, unsigned methods);

/*
 * The two halves of every response with a copied body: begin checks that it may
 * be given, runs the after hooks and adds Content-Type; between them the body
 * is written into *body.
 */
int hx_respond_begin(struct hatch_req *req, int status, const char *type, struct hx_text *body);
int hx_respond_copied(struct hatch_req *req, const struct hx_text *body);

/*
 * The connection becomes live with this head (101, or 200 and a body of which nobody knows the
 * end).  Negative: it does not, and the slot is the caller's.
 */
int hx_respond_live(struct hatch_req *req, int status, const char *type, struct hx_live *live);

#endif
