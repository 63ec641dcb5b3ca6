/*
 * fuzz_head.c - heads, their framing, and the fields in them
 * SPDX-License-Identifier: MIT
 *
 * Must hold: the same end whole and byte by byte; spans that lie in the input;
 * only the statuses that the headers name; nothing accepted that has a control
 * byte or two ways to find its end.
 */
#include <string.h>

#include "fuzz.h"
#include "http/field.h"
#include "http/framing.h"

#define LAST "Host: a\r\n\r\n"

const char *const fuzz_seeds[] = {
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"\r\nPOST /a?b HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello",
	"POST / HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 1\r\n" LAST,
	"POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: a, close\r\nContent-Length: 1\r\n" LAST,
	"GET / HTTP/1.0\r\nConnection: keep-alive\r\nX: \"a,b\\\"\", ,c\r\n\r\n",
	NULL,
};

static const struct hx_head_limits limits = { 60, 200, 4 };

static bool lies_in(struct hatch_span part, struct hatch_span whole)
{
	if (part.len == 0)
		return true;
	return part.ptr >= whole.ptr && part.len <= whole.len &&
	       (size_t)(part.ptr - whole.ptr) <= whole.len - part.len;
}

static void check_lists(struct hatch_span value)
{
	struct hatch_span list = value, element;
	size_t elements = 0;

	while (hx_list_take(&list, &element)) {
		FUZZ_MUST(element.len > 0 && lies_in(element, value));
		elements++;
	}
	FUZZ_MUST(elements <= value.len);
}

static void check_fields(struct hatch_span fields)
{
	struct hatch_span lines = fields, name, value;
	unsigned count = 0;

	while (hx_field_take(&lines, &name, &value)) {
		FUZZ_MUST(lies_in(name, fields) && lies_in(value, fields));
		FUZZ_MUST(hx_is_token(name) && value.ptr != NULL && hx_is_field_value(value));
		FUZZ_MUST(hx_trim_ows(value).len == value.len);
		check_lists(value);
		count++;
	}
	FUZZ_MUST(count <= limits.fields);
}

static void check_framing(const struct hx_head *head)
{
	struct hx_framing framing;
	int error = hx_framing_decide(&framing, head);
	unsigned lengths = hx_field_count(head->fields, "content-length");
	unsigned codings = hx_field_count(head->fields, "transfer-encoding");

	FUZZ_MUST(error == 0 || error == -400 || error == -417 || error == -501);
	if (error != 0)
		return;
	FUZZ_MUST(lengths + codings <= 1);
	FUZZ_MUST((framing.kind == HX_BODY_CHUNKED) == (codings == 1));
	FUZZ_MUST((framing.kind == HX_BODY_LENGTH) == (lengths == 1 && framing.length > 0));
	FUZZ_MUST(framing.length <= (uint64_t)1 << 62);
	FUZZ_MUST(!framing.expect_continue || (head->minor == 1 && framing.kind != HX_BODY_NONE));
	FUZZ_MUST(head->minor == 0 || hx_field_count(head->fields, "host") == 1);
	FUZZ_MUST(head->minor == 0 || framing.host.len > 0);
	if (hx_field_has_token(head->fields, "Connection", "close"))
		FUZZ_MUST(!framing.keep_alive);
}

static void check_head(const char *buf, size_t len, const struct hx_head_scan *scan)
{
	struct hatch_span whole = hx_span(buf, len);
	struct hx_head head;

	FUZZ_MUST(scan->at <= len && scan->at <= limits.head && scan->line_len <= limits.line);
	FUZZ_MUST(memcmp(buf + scan->at - 4, "\r\n\r\n", 4) == 0);

	int error = hx_head_parse(&head, buf, scan);

	FUZZ_MUST(error == 0 || error == -400 || error == -505);
	if (error != 0)
		return;
	FUZZ_MUST(head.minor <= 1 && hx_is_token(head.method) && head.target.len > 0);
	FUZZ_MUST(lies_in(head.method, whole) && lies_in(head.target, whole));
	FUZZ_MUST(lies_in(head.fields, whole));
	check_fields(head.fields);
	check_framing(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *buf = (const char *)data;
	struct hx_head_scan whole = { 0 }, bytes = { 0 };
	int found = hx_head_scan(&whole, buf, len, &limits), again = 0;

	for (size_t i = 1; i <= len && again == 0; i++)
		again = hx_head_scan(&bytes, buf, i, &limits);
	FUZZ_MUST(found == again && whole.at == bytes.at && whole.lines == bytes.lines);
	FUZZ_MUST(whole.skip == bytes.skip && whole.line_len == bytes.line_len);
	FUZZ_MUST(found >= -431 && found <= 1);
	if (found > 0)
		check_head(buf, len, &whole);
	return 0;
}
