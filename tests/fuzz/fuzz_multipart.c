/*
 * fuzz_multipart.c - multipart/form-data
 * SPDX-License-Identifier: MIT
 *
 * Must hold: the same parts, content and refusal whole, byte by byte and in pieces whose lengths
 * the input itself decides; progress in every call; no more content than there were bytes; names
 * within the head.
 */
#include <string.h>

#include "fuzz.h"
#include "http/multipart.h"

const char *const fuzz_seeds[] = {
	"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
	"--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"C:\\x%22\"\r\n"
	"Content-Type: image/png\r\n\r\n\r\n--\r\n--b\r\nContent-Disposition: form-data; name=b"
	"\r\n\r\n--b--",
	"pre\r\n--b \t\r\nContent-Disposition:form-data;name=\"\\\"\\\\\"\r\n\r\n\r\r\n--c\r\n--b--",
	NULL,
};

struct outcome {
	int error;
	unsigned heads, ends;
	size_t content;
	uint32_t sum;
};

static void mix(struct outcome *out, struct hatch_span text)
{
	for (size_t i = 0; i < text.len; i++)
		out->sum = out->sum * 31 + (unsigned char)text.ptr[i];
	out->sum = out->sum * 31 + 256;
}

static void check_within(const struct hx_multi *multi, struct hatch_span text)
{
	FUZZ_MUST(
		text.ptr == NULL ||
		(text.ptr >= multi->head && text.ptr + text.len <= multi->head + multi->head_len));
}

static void got_head(struct outcome *out, struct hx_multi *multi)
{
	struct hx_part_head head;
	out->heads++;
	out->error = hx_multi_head(multi, &head);
	FUZZ_MUST(out->error == 0 || out->error == -400);
	if (out->error != 0)
		return;
	FUZZ_MUST(head.name.ptr != NULL);
	check_within(multi, head.name);
	check_within(multi, head.filename);
	check_within(multi, head.type);
	mix(out, head.name);
	mix(out, head.filename);
	mix(out, head.type);
}

static void feed(struct outcome *out, struct hx_multi *multi, const char *in, size_t len)
{
	unsigned idle = 0;
	for (size_t at = 0, used; at < len && out->error == 0; at += used) {
		struct hatch_span data;
		int event = hx_multi_take(multi, in + at, len - at, &used, &data);
		FUZZ_MUST(used <= len - at);
		idle = used == 0 ? idle + 1 : 0;
		FUZZ_MUST(idle <= 1); /* a delimiter that was none is given out by itself */
		if (event < 0) {
			FUZZ_MUST(event == -400 || event == -431);
			out->error = event;
		}
		if (event == HX_MULTI_HEAD)
			got_head(out, multi);
		if (event == HX_MULTI_END)
			out->ends++;
		if (event != HX_MULTI_DATA)
			continue;
		FUZZ_MUST(data.len > 0);
		out->content += data.len;
		for (size_t i = 0; i < data.len; i++)
			out->sum = out->sum * 31 + (unsigned char)data.ptr[i];
	}
}

/* step 0: as long as the byte at hand says. */
static struct outcome run(const char *in, size_t len, size_t step)
{
	struct outcome out = { 0 };
	struct hx_multi multi;
	size_t at = 0;
	FUZZ_MUST(hx_multi_init(&multi, hatch_str("multipart/form-data; boundary=b")) == 0);
	while (at < len && out.error == 0) {
		size_t piece = step > 0 ? step : ((unsigned char)in[at] % 7u) + 1;
		if (piece > len - at)
			piece = len - at;
		feed(&out, &multi, in + at, piece);
		at += piece;
	}
	FUZZ_MUST(out.content <= len && out.ends <= out.heads);
	FUZZ_MUST(out.heads - out.ends <= 1);
	return out;
}

static void must_agree(const struct outcome *a, const struct outcome *b)
{
	FUZZ_MUST(a->error == b->error && a->heads == b->heads && a->ends == b->ends);
	FUZZ_MUST(a->content == b->content && a->sum == b->sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *in = (const char *)data;
	struct outcome whole = run(in, len, len + 1), bytes = run(in, len, 1),
		       pieces = run(in, len, 0);
	must_agree(&whole, &bytes);
	must_agree(&whole, &pieces);
	return 0;
}
