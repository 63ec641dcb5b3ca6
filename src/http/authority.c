/*
 * authority.c - uri-host and port, RFC 9110 section 7.2 and RFC 3986 section 3.2.2
 * SPDX-License-Identifier: MIT
 *
 * Not here: userinfo, zone identifiers and addresses of a future IP version,
 * none of which a request to this server can need.
 */
#include "uri.h"

#include "chars.h"

static bool is_hex(char c)
{
	return hx_hex_value(c) >= 0;
}

static bool is_alnum(char c)
{
	return hx_is_digit(c) || (hx_lower(c) >= 'a' && hx_lower(c) <= 'z');
}

/* unreserved and sub-delims beside letters and digits */
static bool is_name_mark(char c)
{
	return c != '\0' && strchr("-._~!$&'()*+,;=", c) != NULL;
}

static bool is_reg_name(struct hatch_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_alnum(s.ptr[i]) || is_name_mark(s.ptr[i]))
			continue;
		if (s.ptr[i] != '%' || s.len - i < 3 || !is_hex(s.ptr[i + 1]) ||
			!is_hex(s.ptr[i + 2]))
			return false;
		i += 2;
	}
	return s.len > 0;
}

/* Empty, or 1 to 65535 in at most five digits. */
static bool is_port(struct hatch_span s)
{
	unsigned long port = 0;

	if (s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!hx_is_digit(s.ptr[i]))
			return false;
		port = port * 10 + (unsigned long)(s.ptr[i] - '0');
	}
	return s.len == 0 || (port >= 1 && port <= 65535);
}

/* How many characters of s, from at on, are of that kind; at most max. */
static size_t run(struct hatch_span s, size_t at, bool (*is_kind)(char), size_t max)
{
	size_t len = 0;

	while (len < max && at + len < s.len && is_kind(s.ptr[at + len]))
		len++;
	return len;
}

static bool is_ipv4(struct hatch_span s)
{
	size_t at = 0;

	for (unsigned part = 0; part < 4; part++) {
		if (part > 0 && (at == s.len || s.ptr[at++] != '.'))
			return false;

		size_t len = run(s, at, hx_is_digit, 3);
		unsigned value = 0;

		for (size_t i = 0; i < len; i++)
			value = value * 10 + (unsigned)(s.ptr[at + i] - '0');
		if (len == 0 || value > 255 || (len > 1 && s.ptr[at] == '0'))
			return false;
		at += len;
	}
	return at == s.len;
}

/* Groups of 16 bits: eight, or up to seven and one "::"; the last two may be an IPv4 address. */
static bool is_ipv6(struct hatch_span s)
{
	size_t at = 0;
	unsigned groups = 0;
	bool gap = false;

	while (at < s.len) {
		size_t len = run(s, at, is_hex, 4);

		if (len > 0 && at + len < s.len && s.ptr[at + len] == '.')
			return is_ipv4(hx_span(s.ptr + at, s.len - at)) &&
			       (gap ? groups <= 5 : groups == 6);
		if (len > 0 && ++groups > 8)
			return false;
		at += len;
		if (at == s.len)
			break;
		if (s.ptr[at++] != ':')
			return false;
		if (at < s.len && s.ptr[at] == ':') {
			if (gap)
				return false;
			gap = true;
			at++;
		} else if (len == 0 || at == s.len) {
			return false; /* a single colon at either end, or after "::" */
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

bool hx_is_authority(struct hatch_span s)
{
	if (s.len == 0)
		return false;

	bool literal = s.ptr[0] == '[';
	const char *mark = memchr(s.ptr, literal ? ']' : ':', s.len);

	if (literal && mark == NULL)
		return false;

	size_t host_len = mark == NULL ? s.len : (size_t)(mark - s.ptr) + (literal ? 1 : 0);
	struct hatch_span host = hx_span(s.ptr, host_len);
	struct hatch_span port = hx_span(s.ptr + host_len, s.len - host_len);

	if (port.len > 0 && (port.ptr[0] != ':' || !is_port(hx_span(port.ptr + 1, port.len - 1))))
		return false;
	return literal ? is_ipv6(hx_span(host.ptr + 1, host.len - 2)) : is_reg_name(host);
}
