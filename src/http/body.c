/*
 * body.c - taking a body out of the bytes that follow a head, RFC 9112 section 7.1
 * SPDX-License-Identifier: MIT
 *
 * A chunked body, one state for each place between two bytes:
 *
 *   SIZE_FIRST -> SIZE --------------------------------> SIZE_LF -> DATA -> DATA_CR -> DATA_LF
 *       ^          |                                     ^    |                           |
 *       |          v                                     |    | size 0                    |
 *       |     extensions: ; name [= value], repeated ----'    v                           |
 *       |                               TRAILER (a field line, repeated) -> END_LF -> done|
 *       '---------------------------------------------------------------------------------'
 *
 * The extensions are read as strictly as the rest, since a quoted line break
 * or a missing value is where parsers have disagreed; then they are dropped,
 * as are the trailers.
 */
#include "body.h"

#include "../hatch_limits.h"
#include "chars.h"
#include "field.h"

#define CHUNK_MAX    ((uint64_t)1 << 62)
#define CHUNK_DIGITS 16

enum state {
	SIZE_FIRST, /* the first digit */
	SIZE,
	EXT_NEXT, /* after white space: another extension must come */
	EXT_NAME_FIRST,
	EXT_NAME,
	EXT_NAME_END, /* after white space: "=" or another extension must come */
	EXT_VALUE_FIRST,
	EXT_VALUE,
	EXT_QUOTED,
	EXT_ESCAPED, /* after a backslash in quotes */
	EXT_QUOTED_END,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_FIRST,
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	END_LF,
	BAD, /* refused: nothing leads out of it */
};

void hx_body_init(struct hx_body *body, const struct hx_framing *framing, uint32_t trailer_max,
	uint32_t fields_max)
{
	*body = (struct hx_body){
		.kind = framing->kind,
		.state = SIZE_FIRST,
		.left = framing->kind == HX_BODY_LENGTH ? framing->length : 0,
		.ext_left = HATCH_CHUNK_EXT_MAX,
		.trailer_left = trailer_max,
		.fields_left = fields_max,
	};
	body->done = framing->kind != HX_BODY_CHUNKED && body->left == 0;
}

static bool is_bws(char c)
{
	return c == ' ' || c == '\t';
}

/* Also what may follow a backslash; RFC 9110 section 5.6.4. */
static bool is_text(char c)
{
	return hx_is_field_value(hx_span(&c, 1));
}

static enum state expect(bool as_expected, enum state next)
{
	return as_expected ? next : BAD;
}

/* What may come after a complete size, name or value, except white space. */
static enum state after_part(char c)
{
	if (c == ';')
		return EXT_NAME_FIRST;
	return expect(c == '\r', SIZE_LF);
}

static enum state step_size(struct hx_body *body, char c)
{
	int digit = hx_hex_value(c);

	if (digit < 0) {
		if (body->digits == 0)
			return BAD;
		return is_bws(c) ? EXT_NEXT : after_part(c);
	}
	if (body->digits == CHUNK_DIGITS || body->left > (CHUNK_MAX - (uint64_t)digit) / 16)
		return BAD;
	body->digits++;
	body->left = body->left * 16 + (uint64_t)digit;
	return SIZE;
}

static enum state step_quoted(char c)
{
	if (c == '"')
		return EXT_QUOTED_END;
	if (c == '\\')
		return EXT_ESCAPED;
	return expect(is_text(c), EXT_QUOTED);
}

static enum state step_ext_name(char c)
{
	if (hx_is_tchar(c))
		return EXT_NAME;
	if (is_bws(c))
		return EXT_NAME_END;
	return c == '=' ? EXT_VALUE_FIRST : after_part(c);
}

static enum state step_ext_value(enum state state, char c)
{
	switch (state) {
	case EXT_VALUE_FIRST:
		if (is_bws(c))
			return EXT_VALUE_FIRST;
		return c == '"' ? EXT_QUOTED : expect(hx_is_tchar(c), EXT_VALUE);
	case EXT_VALUE:
		if (hx_is_tchar(c))
			return EXT_VALUE;
		return is_bws(c) ? EXT_NEXT : after_part(c);
	case EXT_QUOTED: return step_quoted(c);
	case EXT_ESCAPED: return expect(is_text(c), EXT_QUOTED);
	default: return is_bws(c) ? EXT_NEXT : after_part(c); /* EXT_QUOTED_END */
	}
}

static enum state step_ext(enum state state, char c)
{
	switch (state) {
	case EXT_NEXT: return is_bws(c) ? EXT_NEXT : expect(c == ';', EXT_NAME_FIRST);
	case EXT_NAME_FIRST: return is_bws(c) ? EXT_NAME_FIRST : expect(hx_is_tchar(c), EXT_NAME);
	case EXT_NAME: return step_ext_name(c);
	case EXT_NAME_END:
		if (is_bws(c))
			return EXT_NAME_END;
		return c == '=' ? EXT_VALUE_FIRST : expect(c == ';', EXT_NAME_FIRST);
	default: return step_ext_value(state, c);
	}
}

static enum state step_trailer(enum state state, char c)
{
	switch (state) {
	case TRAILER_FIRST: return c == '\r' ? END_LF : expect(hx_is_tchar(c), TRAILER_NAME);
	case TRAILER_NAME: return c == ':' ? TRAILER_VALUE : expect(hx_is_tchar(c), TRAILER_NAME);
	case TRAILER_VALUE: return c == '\r' ? TRAILER_LF : expect(is_text(c), TRAILER_VALUE);
	case TRAILER_LF: return expect(c == '\n', TRAILER_FIRST);
	default: return BAD;
	}
}

static enum state step_frame(struct hx_body *body, char c)
{
	enum state state = (enum state)body->state;

	switch (state) {
	case SIZE_FIRST:
	case SIZE: return step_size(body, c);
	case SIZE_LF: return expect(c == '\n', body->left > 0 ? DATA : TRAILER_FIRST);
	case DATA_CR: return expect(c == '\r', DATA_LF);
	case DATA_LF: body->digits = 0; return expect(c == '\n', SIZE_FIRST);
	case END_LF: body->done = c == '\n'; return expect(body->done, END_LF);
	default: return state < SIZE_LF ? step_ext(state, c) : step_trailer(state, c);
	}
}

static bool is_ext(enum state state)
{
	return state > SIZE && state < SIZE_LF;
}

static bool is_trailer(enum state state)
{
	return state >= TRAILER_FIRST && state <= TRAILER_LF;
}

/* Charges the byte that led from one state to another.  0, or the negative of the status. */
static int charge(struct hx_body *body, enum state from, enum state to)
{
	if (is_ext(to)) {
		if (body->ext_left == 0)
			return -400;
		body->ext_left--;
	}
	if (from == TRAILER_FIRST && to == TRAILER_NAME) {
		if (body->fields_left == 0)
			return -431;
		body->fields_left--;
	}
	/* The empty line at the end is free. */
	if (is_trailer(from) && to != END_LF) {
		if (body->trailer_left == 0)
			return -431;
		body->trailer_left--;
	}
	return 0;
}

static struct hatch_span take_content(struct hx_body *body, const char *in, size_t len)
{
	size_t take = body->left < len ? (size_t)body->left : len;

	body->left -= take;
	return hx_span(in, take);
}

int hx_body_take(
	struct hx_body *body, const char *in, size_t len, size_t *used, struct hatch_span *piece)
{
	*used = 0;
	*piece = hx_span(in, 0);
	if (len == 0)
		return 0; /* in may be NULL then, to which nothing can be added */
	if (body->kind != HX_BODY_CHUNKED) {
		*piece = take_content(body, in, len);
		*used = piece->len;
		body->done = body->left == 0;
		return 0;
	}
	for (; *used < len && !body->done && body->state != DATA; ++*used) {
		enum state from = (enum state)body->state, to = step_frame(body, in[*used]);
		int error = to == BAD ? -400 : charge(body, from, to);

		body->state = error < 0 ? BAD : to;
		if (error < 0)
			return error;
	}
	if (body->state == DATA) {
		*piece = take_content(body, in + *used, len - *used);
		*used += piece->len;
		if (body->left == 0)
			body->state = DATA_CR;
	}
	return 0;
}
