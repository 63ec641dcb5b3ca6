/*
 * choose.c - see choose.h
 * SPDX-License-Identifier: MIT
 */
#include "choose.h"

#include "date.h"
#include "field.h"

/* ---- codings ---- */

/* qvalue, section 12.4.2: whether it is 0.  What is no qvalue counts as one. */
static bool is_zero(struct hatch_span q)
{
	if (q.len == 0 || q.ptr[0] != '0' || (q.len > 1 && q.ptr[1] != '.'))
		return false;
	for (size_t i = 2; i < q.len; i++)
		if (q.ptr[i] != '0')
			return false;
	return true;
}

/* "gzip;q=0.5": its name, and whether its weight is 0. */
static struct hatch_span coding_of(struct hatch_span element, bool *refused)
{
	size_t at = 0;
	while (at < element.len && element.ptr[at] != ';')
		at++;
	struct hatch_span name = hx_trim_ows(hx_span(element.ptr, at));
	*refused = false;
	if (at == element.len)
		return name;
	struct hatch_span weight = hx_trim_ows(hx_span(element.ptr + at + 1, element.len - at - 1));
	if (weight.len >= 2 && hx_lower(weight.ptr[0]) == 'q' && weight.ptr[1] == '=')
		*refused = is_zero(hx_span(weight.ptr + 2, weight.len - 2));
	return name;
}

/* One that is named counts, whatever "*" says. */
bool hx_accepts_coding(struct hatch_span lines, const char *coding)
{
	struct hatch_span name, value, element;
	bool any = false, refused;
	while (hx_field_take(&lines, &name, &value)) {
		if (!hx_span_same_nocase(name, hatch_str("Accept-Encoding")))
			continue;
		while (hx_list_take(&value, &element)) {
			struct hatch_span found = coding_of(element, &refused);
			if (hx_span_same_nocase(found, hatch_str(coding)))
				return !refused;
			any = any || (hx_span_same(found, hatch_str("*")) && !refused);
		}
	}
	return any;
}

bool hx_wants_page(struct hatch_span lines)
{
	struct hatch_span name, value, element;
	bool refused;
	while (hx_field_take(&lines, &name, &value)) {
		if (!hx_span_same_nocase(name, hatch_str("Accept")))
			continue;
		while (hx_list_take(&value, &element))
			if (hx_span_same_nocase(
				    coding_of(element, &refused), hatch_str("text/html")))
				return true;
	}
	return false;
}

/* ---- preconditions ---- */

/* Whether a list of entity tags has this one.  Weak comparison takes W/"a" for "a". */
static bool has_tag(struct hatch_span lines, const char *field, const char *etag, bool weak)
{
	struct hatch_span name, value, element, want = hatch_str(etag);
	while (hx_field_take(&lines, &name, &value)) {
		if (!hx_span_same_nocase(name, hatch_str(field)))
			continue;
		if (hx_span_same(hx_trim_ows(value), hatch_str("*")))
			return true;
		while (hx_list_take(&value, &element)) {
			bool is_weak = element.len > 2 && memcmp(element.ptr, "W/", 2) == 0;
			if (is_weak)
				element = hx_span(element.ptr + 2, element.len - 2);
			if (hx_span_same(element, want) && (weak || !is_weak))
				return true;
		}
	}
	return false;
}

/* True if the field has a date, which is in *date. */
static bool date_of(struct hatch_span lines, const char *field, int64_t *date)
{
	struct hatch_span value = hx_field_find(lines, field);
	return value.ptr != NULL && hx_date_parse(value.ptr, (unsigned)value.len, date);
}

int hx_precondition(struct hatch_span lines, const struct hx_validators *have, bool is_read)
{
	const char *etag = have->etag == NULL ? "" : have->etag;
	int64_t date;
	if (hx_field_count(lines, "If-Match") > 0) {
		if (!has_tag(lines, "If-Match", etag, false))
			return 412;
	} else if (have->modified != 0 && date_of(lines, "If-Unmodified-Since", &date) &&
		   have->modified > date) {
		return 412;
	}
	if (hx_field_count(lines, "If-None-Match") > 0) {
		if (has_tag(lines, "If-None-Match", etag, true))
			return is_read ? 304 : 412;
	} else if (is_read && have->modified != 0 && date_of(lines, "If-Modified-Since", &date) &&
		   have->modified <= date) {
		return 304;
	}
	return 200;
}

/* ---- ranges ---- */

/* Digits to a number; false if there are none, or it is over 2^63. */
static bool number_of(struct hatch_span s, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9' || *out > UINT64_MAX / 20)
			return false;
		*out = *out * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	return s.len > 0;
}

/* "first-last", "first-" or "-suffix".  0: it is none of these. */
static int read_range(struct hatch_span s, uint64_t size, struct hx_range *out)
{
	size_t dash = 0;
	uint64_t first, last;
	while (dash < s.len && s.ptr[dash] != '-')
		dash++;
	if (dash == s.len)
		return 0;
	struct hatch_span left = hx_span(s.ptr, dash);
	struct hatch_span right = hx_span(s.ptr + dash + 1, s.len - dash - 1);
	if (left.len == 0) {
		if (!number_of(right, &last))
			return 0;
		out->len = last < size ? last : size;
		out->first = size - out->len;
		return out->len > 0 ? 206 : 416;
	}
	if (!number_of(left, &first))
		return 0;
	last = UINT64_MAX;
	if (right.len > 0 && (!number_of(right, &last) || last < first))
		return 0;
	if (first >= size)
		return 416;
	out->first = first;
	out->len = (last < size - 1 ? last : size - 1) - first + 1;
	return 206;
}

/* Section 13.1.5: the range is of the representation that the client has a part of. */
static bool is_same(struct hatch_span lines, const struct hx_validators *have)
{
	struct hatch_span value = hx_field_find(lines, "If-Range");
	int64_t date;
	if (value.ptr == NULL)
		return true;
	if (value.len > 0 && value.ptr[0] == '"')
		return have->etag != NULL && hx_span_same(value, hatch_str(have->etag));
	return have->modified != 0 && date_of(lines, "If-Range", &date) && date == have->modified;
}

int hx_range_choose(struct hatch_span lines, const struct hx_validators *have, uint64_t size,
	struct hx_range *out)
{
	struct hatch_span value = hx_field_find(lines, "Range"), unit = hatch_str("bytes=");
	out->first = 0;
	out->len = size;
	if (value.ptr == NULL || hx_field_count(lines, "Range") != 1 || value.len <= unit.len ||
		!hx_span_same_nocase(hx_span(value.ptr, unit.len), unit) ||
		memchr(value.ptr, ',', value.len) != NULL || !is_same(lines, have))
		return 200;
	struct hatch_span spec = hx_trim_ows(hx_span(value.ptr + unit.len, value.len - unit.len));
	struct hx_range found = { 0, 0 };
	int status = read_range(spec, size, &found);
	if (status == 206)
		*out = found;
	return status == 0 ? 200 : status;
}
