/*
 * framing.c - where a request's body ends and what happens after it
 * SPDX-License-Identifier: MIT
 *
 * One walk over the fields collects what matters, then each is judged alone.
 */
#include "framing.h"

#include "../base/check.h"
#include "chars.h"
#include "field.h"
#include "uri.h"

#define LENGTH_MAX ((uint64_t)1 << 62) /* room above it, so that no sum of lengths wraps */

struct seen {
	struct hatch_span host, length, coding; /* the last of each */
	unsigned hosts, lengths, codings;
	bool close, keep_alive;
	bool expects, expects_other;
};

static bool is_named(struct hatch_span name, const char *wanted)
{
	return hx_span_same_nocase(name, hatch_str(wanted));
}

static void see_connection(struct seen *seen, struct hatch_span value)
{
	struct hatch_span option;

	while (hx_list_take(&value, &option)) {
		seen->close |= is_named(option, "close");
		seen->keep_alive |= is_named(option, "keep-alive");
	}
}

static void see_expect(struct seen *seen, struct hatch_span value)
{
	if (is_named(value, "100-continue"))
		seen->expects = true;
	else
		seen->expects_other = true;
}

static void see_fields(struct seen *seen, struct hatch_span lines)
{
	struct hatch_span name, value;

	while (hx_field_take(&lines, &name, &value)) {
		if (is_named(name, "Host")) {
			seen->host = value;
			seen->hosts++;
		} else if (is_named(name, "Content-Length")) {
			seen->length = value;
			seen->lengths++;
		} else if (is_named(name, "Transfer-Encoding")) {
			seen->coding = value;
			seen->codings++;
		} else if (is_named(name, "Connection")) {
			see_connection(seen, value);
		} else if (is_named(name, "Expect")) {
			see_expect(seen, value);
		}
	}
}

/* 1*DIGIT and nothing else; RFC 9112 section 6.3 would let "5, 5" pass, we do not. */
static int parse_length(struct hatch_span s, uint64_t *length)
{
	*length = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (!hx_is_digit(s.ptr[i]))
			return -400;

		uint64_t digit = (uint64_t)(s.ptr[i] - '0');

		if (*length > (LENGTH_MAX - digit) / 10)
			return -400;
		*length = *length * 10 + digit;
	}
	return s.len > 0 ? 0 : -400;
}

/* A token, and parameters after a semicolon that nobody looks at: the answer is 501 anyway. */
static bool is_coding(struct hatch_span s)
{
	size_t end = 0;

	while (end < s.len && hx_is_tchar(s.ptr[end]))
		end++;

	struct hatch_span rest = hx_trim_ows(hx_span(s.ptr + end, s.len - end));

	return end > 0 && (rest.len == 0 || rest.ptr[0] == ';');
}

/*
 * RFC 9112 section 6.1.  Only a lone "chunked" is taken.  Other codings before
 * it are legal and not ours, 501; everything else leaves the end in doubt, 400.
 */
static int check_coding(struct hatch_span value)
{
	struct hatch_span rest = value, element;
	unsigned others = 0;
	bool last_is_chunked = false;

	if (is_named(value, "chunked"))
		return 0;
	while (hx_list_take(&rest, &element)) {
		if (last_is_chunked || !is_coding(element))
			return -400;
		last_is_chunked = is_named(element, "chunked");
		others += !last_is_chunked;
	}
	return last_is_chunked && others > 0 ? -501 : -400;
}

/* RFC 9112 section 3.2: exactly one Host, and a valid one. */
static int check_host(const struct seen *seen, unsigned minor)
{
	if (seen->hosts == 0)
		return minor == 0 ? 0 : -400;
	return seen->hosts == 1 && hx_is_authority(seen->host) ? 0 : -400;
}

static int decide_body(struct hx_framing *framing, const struct seen *seen, unsigned minor)
{
	framing->kind = HX_BODY_NONE;
	framing->length = 0;
	if (seen->codings > 0) {
		if (seen->lengths > 0 || seen->codings > 1 || minor == 0)
			return -400;
		framing->kind = HX_BODY_CHUNKED;
		return check_coding(seen->coding);
	}
	if (seen->lengths == 0)
		return 0;
	if (seen->lengths > 1)
		return -400;
	HX_TRY(parse_length(seen->length, &framing->length));
	if (framing->length > 0)
		framing->kind = HX_BODY_LENGTH;
	return 0;
}

int hx_framing_decide(struct hx_framing *framing, const struct hx_head *head)
{
	struct seen seen = { 0 };
	bool modern = head->minor > 0;

	see_fields(&seen, head->fields);
	HX_TRY(check_host(&seen, head->minor));
	HX_TRY(decide_body(framing, &seen, head->minor));
	/* RFC 9110 section 10.1.1: what an HTTP/1.0 client expects is ignored. */
	if (modern && seen.expects_other)
		return -417;
	framing->expect_continue = modern && seen.expects && framing->kind != HX_BODY_NONE;
	framing->keep_alive = !seen.close && (modern || seen.keep_alive);
	framing->host = seen.host;
	return 0;
}
