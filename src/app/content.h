/*
 * content.h - what answers with a representation have in common: validators, ranges, caching
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_CONTENT_H
#define HX_APP_CONTENT_H

#include "../http/choose.h"
#include "exchange.h"

struct hx_content {
	struct hx_validators have;
	uint64_t size;
	const char *encoding; /* Content-Encoding; NULL: none */
	bool varies;          /* there are others, by Accept-Encoding */
	uint32_t max_age_s;
};

/*
 * Sets the fields.  200 or 206: the caller sends *range of it with this status.  0: answered (304,
 * 412 or 416).  Or an error.
 */
int hx_content_begin(
	struct hatch_req *req, const struct hx_content *content, struct hx_range *range);

/* Leads "/a" to "/a/", as a page's relative links are only right behind the slash. */
int hx_content_to_folder(struct hatch_req *req);

#endif
