/*
 * uri.h - request targets, RFC 9112 section 3.2 and RFC 3986
 * SPDX-License-Identifier: MIT
 *
 * Everything is decoded exactly once, in place.  A path comes out absolute,
 * without dot segments; an encoded slash or NUL is refused, since after
 * decoding nobody could tell it from a real one.
 */
#ifndef HX_HTTP_URI_H
#define HX_HTTP_URI_H

#include "../base/text.h"

struct hx_target {
	bool asterisk;               /* "*", for OPTIONS */
	struct hatch_span authority; /* of an absolute-form target; ptr NULL otherwise */
	struct hatch_span path;      /* decoded; "*" if asterisk */
	struct hatch_span query;     /* raw, without "?"; ptr NULL if there is no "?" */
};

/*
 * Splits and decodes target, whose bytes are overwritten.  is_options: whether
 * "*" is allowed.  0, or the negative of the status (400).
 */
int hx_target_parse(struct hx_target *out, char *target, size_t len, bool is_options);

/*
 * Whether raw, an origin-form target as it may stand elsewhere in a request (RFC 7616's uri), names
 * exactly this resource: the same path once decoded, and the same query byte for byte.  One with
 * dot segments names none.  Only before hx_query_decode().
 */
bool hx_target_is(const struct hx_target *target, struct hatch_span raw);

/* uri-host [":" port], RFC 9110 section 7.2: not empty, no userinfo, port in range. */
bool hx_is_authority(struct hatch_span s);

/*
 * Decodes a query in place into pairs that hx_query_find() searches: 0xFE
 * between name and value, 0xFF between pairs.  Neither byte occurs in UTF-8;
 * hx_target_parse() has refused a query that contains them, or NUL, encoded.
 */
struct hatch_span hx_query_decode(char *query, size_t len);
struct hatch_span hx_query_find(struct hatch_span decoded, const char *name); /* ptr NULL: absent */

/* Whether what it would decode to is unambiguous; false: do not. */
bool hx_query_ok(struct hatch_span query);

/* A decoded path as it stands in a URI: what is not plain there is encoded (RFC 3986 section 3.3).
 */
void hx_path_encode(struct hx_text *out, struct hatch_span path);

#endif
