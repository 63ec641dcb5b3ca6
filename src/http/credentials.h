/*
 * credentials.h - the Authorization field, RFC 9110 sections 11.4 and 11.6.2
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_CREDENTIALS_H
#define HX_HTTP_CREDENTIALS_H

#include "../base/span.h"

/* What follows the scheme in Authorization; ptr NULL: there is none of that scheme, or two. */
struct hatch_span hx_credentials(struct hatch_span fields, const char *scheme);

/* auth-param = token BWS "=" BWS ( token / quoted-string ), RFC 9110 section 11.2 */
struct hx_auth_param {
	struct hatch_span name;
	struct hatch_span value; /* without its quotes, and with its backslashes */
	bool escaped;            /* there is a backslash: see hx_unquote() */
};

/* Takes the next one from the list: 1, 0 at the end, -1 if it is broken. */
int hx_auth_param_take(struct hatch_span *list, struct hx_auth_param *param);

/* The text that a quoted-string means (RFC 9110 section 5.6.4): its length, -1 if it is over room.
 */
int hx_unquote(struct hatch_span value, char *out, size_t room);

/*
 * ext-value of RFC 8187 section 3.2.1 in UTF-8, for "name*": its length once decoded, -1 if it is
 * broken, in another charset, or over room.
 */
int hx_ext_value(struct hatch_span value, char *out, size_t room);

#endif
