/*
 * digest.h - what is computed for Digest authentication (RFC 7616)
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_DIGEST_H
#define HX_APP_DIGEST_H

#include "../base/hash.h"
#include "../hatch_web.h"

enum { HX_DIGEST_LEN = 2 * HX_HASH_LEN }; /* hexadecimal digits */

enum hx_digest_param {
	HX_DIGEST_USERNAME,
	HX_DIGEST_USERNAME_EXT,
	HX_DIGEST_REALM,
	HX_DIGEST_NONCE,
	HX_DIGEST_URI,
	HX_DIGEST_RESPONSE,
	HX_DIGEST_ALGORITHM,
	HX_DIGEST_CNONCE,
	HX_DIGEST_OPAQUE,
	HX_DIGEST_QOP,
	HX_DIGEST_NC,
	HX_DIGEST_USERHASH,
	HX_DIGEST_PARAMS
};

/* What the Authorization field says. */
struct hx_digest_field {
	struct hatch_span of[HX_DIGEST_PARAMS]; /* ptr NULL: absent */
	uint32_t count;                         /* nc */
};

const char *hx_digest_realm(const struct hatch_digest *digest);

/* Whose name and password make this response; ptr NULL: nobody's.  0, or an error. */
int hx_digest_user(const struct hatch_digest *digest, const struct hx_digest_field *field,
	struct hatch_span method, struct hatch_span name, struct hatch_span *who);

#endif
