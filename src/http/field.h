/*
 * field.h - names, values and lists of fields, RFC 9110 section 5
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_HTTP_FIELD_H
#define HX_HTTP_FIELD_H

#include "../base/span.h"

bool hx_is_tchar(char c);                    /* RFC 9110 section 5.6.2 */
bool hx_is_token(struct hatch_span s);       /* one tchar or more */
bool hx_is_field_value(struct hatch_span s); /* VCHAR, obs-text, SP, HTAB; no other byte */
struct hatch_span hx_trim_ows(struct hatch_span s);

/*
 * Takes the next line from *lines (field lines, each ending in CRLF, as
 * hx_head_parse() has checked them).  False at the end.
 */
bool hx_field_take(struct hatch_span *lines, struct hatch_span *name, struct hatch_span *value);

/* The first field of that name in any case, NULL span if absent; and how many there are. */
struct hatch_span hx_field_find(struct hatch_span lines, const char *name);
unsigned hx_field_count(struct hatch_span lines, const char *name);

/*
 * Takes the next element from a comma-separated list (RFC 9110 section 5.6.1:
 * empty elements are skipped; commas within quoted strings do not count).
 * False at the end.
 */
bool hx_list_take(struct hatch_span *list, struct hatch_span *element);

/* Whether any element of any field of that name is this token, in any case ("Connection: close").
 */
bool hx_field_has_token(struct hatch_span lines, const char *name, const char *token);

#endif
