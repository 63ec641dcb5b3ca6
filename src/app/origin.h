/*
 * origin.h - requests that a page of somebody else had a browser send
 * SPDX-License-Identifier: MIT
 *
 * Passwords and cookies go along with such a request, whoever's idea it was.  Browsers say where it
 * comes from, in Origin (RFC 6454) and in Sec-Fetch-Site; programs say neither.
 */
#ifndef HX_APP_ORIGIN_H
#define HX_APP_ORIGIN_H

#include "exchange.h"

/* It may change something, and comes from another origin than ours. */
bool hx_is_forged(const struct hatch_req *req);

/* It is the origin of our own pages, as the client has addressed us. */
bool hx_is_our_origin(const struct hatch_req *req, struct hatch_span origin);

#endif
