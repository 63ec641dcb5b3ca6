/*
 * fuzz_uri.c - targets, authorities, queries, and dates
 * SPDX-License-Identifier: MIT
 *
 * Must hold: a path that is taken is absolute, has no dot segment and no
 * control byte; decoding stays where it was; what is written can be read.
 */
#include <string.h>

#include "fuzz.h"
#include "http/date.h"
#include "http/uri.h"

const char *const fuzz_seeds[] = {
	"/a/b/../c/./%2e%2e/d?e=f&g=%20+h&i",
	"http://[fe80::1:192.0.2.7]:8443//a/..?b=c",
	"HTTPS://esp32.local/%c3%a4/.../..a",
	"*",
	"[1:2:3:4:5:6:192.0.2.7]:1",
	"Sun, 06 Nov 1994 08:49:37 GMT",
	"Sunday, 06-Nov-94 08:49:37 GMT",
	"Sun Nov  6 08:49:37 1994",
	NULL,
};

enum { INPUT_MAX = 4096 };

static bool lies_in(struct hatch_span part, const char *buf, size_t len)
{
	if (part.len == 0)
		return true;
	return part.ptr >= buf && part.len <= len && (size_t)(part.ptr - buf) <= len - part.len;
}

static bool is_dots(const char *segment, size_t len)
{
	return (len == 1 || len == 2) && memcmp(segment, "..", len) == 0;
}

static void check_path(struct hatch_span path)
{
	size_t start = 1;

	FUZZ_MUST(path.len > 0 && path.ptr[0] == '/');
	for (size_t i = 1; i <= path.len; i++) {
		if (i < path.len) {
			unsigned byte = (unsigned char)path.ptr[i];

			FUZZ_MUST(byte >= 0x20 && byte != 0x7f);
			if (byte != '/')
				continue;
		}
		FUZZ_MUST(!is_dots(path.ptr + start, i - start));
		start = i + 1;
	}
}

static void check_query(struct hatch_span query)
{
	static char buf[INPUT_MAX];

	FUZZ_MUST(query.len <= sizeof(buf));
	if (query.len > 0)
		memcpy(buf, query.ptr, query.len);

	size_t pairs = 1, marks = 1;
	struct hatch_span decoded = hx_query_decode(buf, query.len);
	struct hatch_span found = hx_query_find(decoded, "e");

	FUZZ_MUST(decoded.len <= query.len && lies_in(found, buf, decoded.len));
	for (size_t i = 0; i < query.len; i++)
		pairs += query.ptr[i] == '&';
	for (size_t i = 0; i < decoded.len; i++) {
		FUZZ_MUST(decoded.ptr[i] != '\0');
		marks += decoded.ptr[i] == '\xff';
	}
	FUZZ_MUST(pairs == marks);
}

static void check_target(const char *in, size_t len, bool is_options)
{
	static char buf[INPUT_MAX];
	struct hx_target target;

	memcpy(buf, in, len);

	int error = hx_target_parse(&target, buf, len, is_options);

	FUZZ_MUST(error == 0 || error == -400);
	if (error != 0)
		return;
	FUZZ_MUST(lies_in(target.authority, buf, len) && lies_in(target.query, buf, len));
	FUZZ_MUST(target.authority.ptr == NULL || hx_is_authority(target.authority));
	if (target.asterisk) {
		FUZZ_MUST(is_options && len == 1 && in[0] == '*');
		return;
	}
	FUZZ_MUST(target.path.len <= len);
	check_path(target.path);
	check_query(target.query);
}

static void check_authority(const char *in, size_t len)
{
	if (!hx_is_authority(hx_span(in, len)))
		return;
	FUZZ_MUST(len > 0);
	for (size_t i = 0; i < len; i++)
		FUZZ_MUST(in[i] > ' ' && in[i] < 0x7f && strchr("/?#@\\", in[i]) == NULL);
}

static void check_date(const char *in, size_t len)
{
	int64_t first, second;
	char text[HX_DATE_LEN + 1];

	if (!hx_date_parse(in, (unsigned)len, &first) || !hx_date_format(first, text))
		return;
	FUZZ_MUST(hx_date_parse(text, HX_DATE_LEN, &second) && first == second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *in = (const char *)data;

	if (len > INPUT_MAX)
		return 0;
	check_authority(in, len);
	check_date(in, len);
	check_query(hx_span(in, 0));
	check_target(in, len, false);
	check_target(in, len, true);
	return 0;
}
