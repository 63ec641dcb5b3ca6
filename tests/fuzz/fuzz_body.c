/*
 * fuzz_body.c - bodies in chunks
 * SPDX-License-Identifier: MIT
 *
 * Must hold: the same content, end and refusal whole, byte by byte and in
 * pieces whose lengths the input itself decides; pieces that lie in what was
 * given; progress in every call.
 */
#include <string.h>

#include "fuzz.h"
#include "http/body.h"

const char *const fuzz_seeds[] = {
	"0\r\n\r\n",
	"5\r\nhello\r\n00b\r\n wide world\r\n0\r\n\r\nGET",
	"1 ; a = \"b\\\"c\" ;d=e;f\r\nx\r\n0;g\r\nA: b\r\nC:\r\n\r\n",
	"4000000000000000\r\nx",
	"00000000000000001\r\nx\r\n0\r\n\r\n",
	NULL,
};

struct outcome {
	int error;
	bool done;
	size_t used, content;
	uint32_t sum; /* over the content */
};

/* Returns false when the body wants no more. */
static bool feed(struct outcome *out, struct hx_body *body, const char *in, size_t len)
{
	for (size_t at = 0, used; at < len && !body->done; at += used) {
		struct hatch_span piece;

		out->error = hx_body_take(body, in + at, len - at, &used, &piece);
		FUZZ_MUST(out->error == 0 || out->error == -400 || out->error == -431);
		FUZZ_MUST(used <= len - at);
		if (out->error != 0)
			return false;
		FUZZ_MUST(used > 0);
		FUZZ_MUST(piece.ptr >= in + at && piece.ptr + piece.len <= in + at + used);
		for (size_t i = 0; i < piece.len; i++)
			out->sum = out->sum * 31 + (unsigned char)piece.ptr[i];
		out->content += piece.len;
		out->used += used;
	}
	return !body->done;
}

/* step 0: as long as the byte at hand says. */
static struct outcome run(const char *in, size_t len, size_t step)
{
	static const struct hx_framing chunked = { .kind = HX_BODY_CHUNKED };
	struct outcome out = { 0 };
	struct hx_body body;
	size_t at = 0;

	hx_body_init(&body, &chunked, 30, 2);
	while (at < len) {
		size_t piece = step > 0 ? step : ((unsigned char)in[at] % 7u) + 1;

		if (piece > len - at)
			piece = len - at;
		if (!feed(&out, &body, in + at, piece))
			break;
		at += piece;
	}
	out.done = body.done;
	return out;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	FUZZ_MUST(a->error == b->error && a->done == b->done);
	FUZZ_MUST(a->content == b->content && a->sum == b->sum);
	FUZZ_MUST(a->error != 0 || a->used == b->used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *in = (const char *)data;
	struct outcome whole = run(in, len, len), bytes = run(in, len, 1), odd = run(in, len, 0);

	check_same(&whole, &bytes);
	check_same(&whole, &odd);
	if (whole.done) {
		FUZZ_MUST(whole.used <= len && whole.content < whole.used);
		FUZZ_MUST(memcmp(in + whole.used - 2, "\r\n", 2) == 0);
	}
	return 0;
}
