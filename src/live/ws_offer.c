/*
 * ws_offer.c - see ws_offer.h
 * SPDX-License-Identifier: MIT
 */
#include "ws_offer.h"

#include "../http/field.h"

struct offer {
	uint8_t server_bits, client_bits; /* 0: not named */
	bool seen[4];
};

static const char *const names[4] = { "server_no_context_takeover", "client_no_context_takeover",
	"server_max_window_bits", "client_max_window_bits" };

/* Up to the next semicolon. */
static bool take_part_of(struct hatch_span *left, struct hatch_span *one)
{
	size_t end = 0;
	if (left->len == 0)
		return false;
	while (end < left->len && left->ptr[end] != ';')
		end++;
	*one = hx_trim_ows(hx_span(left->ptr, end));
	size_t skip = end < left->len ? end + 1 : end;
	*left = hx_span(left->ptr + skip, left->len - skip);
	return true;
}

static bool read_bits(struct hatch_span value, uint8_t *bits)
{
	long number;
	if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
		value = hx_span(value.ptr + 1, value.len - 2);
	if (value.len == 0 || value.ptr[0] == '0' ||
		hatch_to_long(value, 8, HX_BITS_MAX, &number) < 0)
		return false;
	*bits = (uint8_t)number;
	return true;
}

static bool read_parameter(struct offer *offer, struct hatch_span text)
{
	const char *equals = text.len == 0 ? NULL : memchr(text.ptr, '=', text.len);
	size_t len = equals == NULL ? text.len : (size_t)(equals - text.ptr);
	struct hatch_span name = hx_trim_ows(hx_span(text.ptr, len));
	struct hatch_span value = hx_span(NULL, 0);
	if (equals != NULL)
		value = hx_trim_ows(hx_span(equals + 1, text.len - len - 1));
	unsigned i = 0;
	while (i < 4 && !hx_span_same_nocase(name, hatch_str(names[i])))
		i++;
	if (i == 4 || offer->seen[i])
		return false;
	offer->seen[i] = true;
	if (i < 2)
		return equals == NULL;
	if (i == 2)
		return read_bits(value, &offer->server_bits);
	offer->client_bits = HX_BITS_MAX;
	return equals == NULL || read_bits(value, &offer->client_bits);
}

static bool read_offer(struct offer *offer, struct hatch_span text)
{
	struct hatch_span one;
	memset(offer, 0, sizeof(*offer));
	if (!take_part_of(&text, &one) ||
		!hx_span_same_nocase(one, hatch_str("permessage-deflate")))
		return false;
	while (take_part_of(&text, &one))
		if (!read_parameter(offer, one))
			return false;
	return true;
}

/* A client that does not offer to keep to a window may use 32 kB. */
static bool suits(const struct offer *offer, unsigned bits)
{
	if (offer->server_bits != 0 && offer->server_bits < bits)
		return false;
	return bits == HX_BITS_MAX || offer->client_bits != 0;
}

static void answer_offer(struct hx_text *out, const struct offer *offer, unsigned bits)
{
	hx_text_str(out, "permessage-deflate; server_no_context_takeover");
	if (offer->server_bits != 0) {
		hx_text_str(out, "; server_max_window_bits=");
		hx_text_uint(out, bits);
	}
	if (offer->client_bits != 0) {
		hx_text_str(out, "; client_max_window_bits=");
		hx_text_uint(out, offer->client_bits < bits ? offer->client_bits : bits);
	}
}

bool hx_ws_offer_answer(struct hatch_span offers, unsigned bits, struct hx_text *out)
{
	struct hatch_span element;
	struct offer offer;
	while (hx_list_take(&offers, &element)) {
		if (!read_offer(&offer, element) || !suits(&offer, bits))
			continue;
		answer_offer(out, &offer, bits);
		return true;
	}
	return false;
}
