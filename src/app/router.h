/*
 * router.h - from method and path to a handler
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_ROUTER_H
#define HX_APP_ROUTER_H

#include "exchange.h"

/*
 * Sets req->route, group, params and rest.  Returns 0; or 404; or 405 or 200
 * (OPTIONS), then *methods has what the path's routes take together.
 */
int hx_router_find(struct hatch_req *req, unsigned *methods);

/* Everything that some route takes, for "OPTIONS *". */
unsigned hx_router_methods(const struct hatch_config *config);

/* "GET, HEAD, POST" */
void hx_router_allow(struct hx_text *out, unsigned methods);

/* HATCH_OTHER for any token that has no name here. */
enum hatch_method hx_method_parse(struct hatch_span name);

/* 0, or HATCH_EINVAL and why: what hatch_open() refuses in a table. */
int hx_router_check(const struct hatch_config *config, const char **why);

#endif
