/*
 * request_run.c - one request through the whole HTTP layer, and what came of it as text
 * SPDX-License-Identifier: MIT
 */
#include "request_run.h"

#include "exact.h"
#include "hatch_limits.h"
#include "http/body.h"
#include "http/field.h"
#include "http/uri.h"

static void put_labelled(struct hx_text *out, const char *label, struct hatch_span value)
{
	hx_text_str(out, label);
	hx_text_escaped(out, value);
	hx_text_char(out, '\n');
}

static void put_refusal(struct hx_text *out, int status, const char *where)
{
	hx_text_str(out, "refused ");
	hx_text_uint(out, (uint64_t)-status);
	hx_text_str(out, where);
}

static size_t next_arrival(size_t arrived, size_t len, struct request_split split)
{
	if (split.by_byte)
		return arrived + 1;
	return arrived < split.first ? split.first : len;
}

/* The length of the head, 0 if it is not complete, or a refusal. */
static long scan_head(struct hx_head_scan *scan, struct hatch_span input, size_t *arrived,
	struct request_split split)
{
	static const struct hx_head_limits limits = { HATCH_MAX_LINE, HATCH_MAX_HEAD,
		HATCH_MAX_FIELDS };

	while (*arrived < input.len) {
		*arrived = next_arrival(*arrived, input.len, split);

		char *copy = exact_copy(input.ptr, *arrived);
		int found = hx_head_scan(scan, copy, *arrived, &limits);

		free(copy);
		if (found != 0)
			return found < 0 ? found : (long)scan->at;
	}
	return 0;
}

static void put_fields(struct hx_text *out, struct hatch_span fields)
{
	struct hatch_span name, value;

	while (hx_field_take(&fields, &name, &value)) {
		hx_text_str(out, "field: ");
		hx_text_escaped(out, name);
		put_labelled(out, ": ", value);
	}
}

static void put_framing(struct hx_text *out, const struct hx_framing *framing)
{
	hx_text_str(out, "framing: ");
	if (framing->kind == HX_BODY_LENGTH) {
		hx_text_str(out, "length ");
		hx_text_uint(out, framing->length);
	} else {
		hx_text_str(out, framing->kind == HX_BODY_CHUNKED ? "chunked" : "none");
	}
	hx_text_str(out, framing->keep_alive ? "\nafter: keep-alive\n" : "\nafter: close\n");
	if (framing->expect_continue)
		hx_text_str(out, "expects: 100-continue\n");
}

/* 0, or what has been refused and is written already. */
static int put_head(struct hx_text *out, struct hx_framing *framing, const char *buf,
	const struct hx_head_scan *scan)
{
	struct hx_head head;
	struct hx_target target;
	int error = hx_head_parse(&head, buf, scan);

	if (error < 0) {
		put_refusal(out, error, " in head\n");
		return error;
	}
	error = hx_framing_decide(framing, &head);
	if (error < 0) {
		put_refusal(out, error, " in framing\n");
		return error;
	}

	char *copy = exact_copy(head.target.ptr, head.target.len);

	error = hx_target_parse(
		&target, copy, head.target.len, hx_span_same(head.method, hatch_str("OPTIONS")));
	if (error < 0) {
		put_refusal(out, error, " in target\n");
	} else {
		put_labelled(out, "method: ", head.method);
		hx_text_str(out, head.minor == 1 ? "version: 1.1\n" : "version: 1.0\n");
		if (target.authority.ptr != NULL)
			put_labelled(out, "authority: ", target.authority);
		put_labelled(out, "path: ", target.path);
		if (target.query.ptr != NULL)
			put_labelled(out, "query: ", target.query);
		put_fields(out, head.fields);
		put_framing(out, framing);
	}
	free(copy);
	return error;
}

/* Feeds the body what has arrived and goes on to arrive.  1: done; 0: incomplete; or a refusal. */
static int read_body(struct hx_body *body, struct hx_text *content, struct hatch_span input,
	size_t *taken, size_t arrived, struct request_split split)
{
	for (;;) {
		char *copy = exact_copy(input.ptr + *taken, arrived - *taken);
		size_t len = arrived - *taken, at = 0;
		int error = 0;

		while (error == 0 && at < len && !body->done) {
			struct hatch_span piece;
			size_t used;

			error = hx_body_take(body, copy + at, len - at, &used, &piece);
			hx_text_span(content, piece);
			at += used;
		}
		free(copy);
		*taken += at;
		if (error < 0 || body->done)
			return error < 0 ? error : 1;
		if (arrived == input.len)
			return 0;
		arrived = next_arrival(arrived, input.len, split);
	}
}

static void run_body(struct hx_text *out, const struct hx_framing *framing, struct hatch_span input,
	size_t head_len, size_t arrived, struct request_split split)
{
	static char room[65536];
	struct hx_text head = *out, content;
	struct hx_body body;
	size_t taken = head_len;

	hx_text_init(&content, room, sizeof(room));
	hx_body_init(&body, framing, HATCH_MAX_TRAILERS, HATCH_MAX_FIELDS);

	int end = read_body(&body, &content, input, &taken, arrived, split);

	if (end <= 0) {
		head.len = 0; /* a head before a body that is refused is no outcome */
		if (end < 0)
			put_refusal(&head, end, " in body\n");
		else
			hx_text_str(&head, "incomplete in body\n");
		*out = head;
		return;
	}
	if (content.len > 0)
		put_labelled(out, "body: ", hx_span(content.ptr, content.len));
	if (taken < input.len)
		put_labelled(out, "left: ", hx_span(input.ptr + taken, input.len - taken));
}

void request_run(struct hx_text *out, struct hatch_span input, struct request_split split)
{
	struct hx_head_scan scan = { 0 };
	struct hx_framing framing = { 0 };
	size_t arrived = 0;
	long head_len = scan_head(&scan, input, &arrived, split);

	if (head_len < 0) {
		put_refusal(out, (int)head_len, " in head\n");
		return;
	}
	if (head_len == 0) {
		hx_text_str(out, "incomplete in head\n");
		return;
	}

	char *copy = exact_copy(input.ptr, (size_t)head_len);
	int error = put_head(out, &framing, copy, &scan);

	free(copy);
	if (error == 0)
		run_body(out, &framing, input, (size_t)head_len, arrived, split);
}
