/*
 * fuzz_ws.c - frames of a WebSocket, and UTF-8
 * SPDX-License-Identifier: MIT
 *
 * Must hold: the same frames, payload and refusal whole, byte by byte and in pieces whose lengths
 * the input itself decides; progress in every call; no more payload than there were bytes; control
 * frames short and whole; a message neither begun within another nor continued without one.
 */
#include <string.h>

#include "fuzz.h"
#include "live/frame.h"
#include "live/utf8.h"

const char *const fuzz_seeds[] = {
	"\x81\x85\x01\x02\x03\x04Idojn",
	"\x01\x83\x01\x01\x01\x01Idm\x89\x80\x01\x01\x01\x01\x80\x82\x01\x01\x01\x01mn",
	"\xc1\x81\x01\x01\x01\x01Z\x88\x82\x01\x01\x01\x01\x02\xe9",
	"\x82\xfe\x01\x2c\x01\x01\x01\x01payload",
	"\x82\xff\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01payload",
	NULL,
};

struct outcome {
	int error;
	unsigned begun, ended;
	size_t payload;
	uint32_t sum;
	bool text_ok, in_message;
};

static void mix(struct outcome *out, unsigned char byte)
{
	out->sum = out->sum * 31 + byte;
}

static void began(struct outcome *out, const struct hx_frame *frame)
{
	out->begun++;
	mix(out, frame->opcode);
	mix(out, (unsigned char)(frame->fin + 2 * frame->first + 4 * frame->rsv1));
	if (hx_frame_is_control(frame)) {
		FUZZ_MUST(frame->fin && frame->left <= HX_CONTROL_MAX && !frame->rsv1);
		FUZZ_MUST(frame->opcode >= HX_OP_CLOSE && frame->opcode <= HX_OP_PONG);
		return;
	}
	FUZZ_MUST(frame->opcode == HX_OP_TEXT || frame->opcode == HX_OP_BINARY);
	FUZZ_MUST(frame->first != out->in_message);
	FUZZ_MUST(frame->left >> 63 == 0);
	out->in_message = !frame->fin;
}

static void feed(struct outcome *out, struct hx_frame *frame, struct hx_utf8 *utf8,
	unsigned char *bytes, size_t len)
{
	size_t at = 0, used, data;
	unsigned idle = 0;
	for (;;) {
		int event = hx_frame_take(frame, bytes + at, len - at, &used, &data);
		FUZZ_MUST(used <= len - at && data <= used);
		FUZZ_MUST((event == HX_FRAME_DATA) == (data > 0));
		idle = used == 0 ? idle + 1 : 0;
		FUZZ_MUST(idle <= 2);
		at += used;
		if (event < 0) {
			FUZZ_MUST(event == -HX_CLOSE_PROTOCOL);
			out->error = event;
		}
		if (event == HX_FRAME_BEGIN)
			began(out, frame);
		out->ended += event == HX_FRAME_END;
		out->payload += data;
		for (size_t i = at - data; i < at; i++)
			mix(out, bytes[i]);
		if (data > 0 && !hx_utf8_take(utf8, bytes + at - data, data))
			out->text_ok = false;
		if (event <= HX_FRAME_MORE)
			break;
	}
	FUZZ_MUST(out->error < 0 || at == len);
}

/* step 0: as long as the byte at hand says. */
static struct outcome run(const unsigned char *in, size_t len, size_t step)
{
	struct outcome out = { .text_ok = true };
	struct hx_frame frame = { .may_rsv1 = len % 2 == 0 };
	struct hx_utf8 utf8 = { 0 };
	unsigned char *copy = malloc(len + 1);
	FUZZ_MUST(copy != NULL);
	memcpy(copy, in, len);
	for (size_t at = 0, piece; at < len && out.error == 0; at += piece) {
		piece = step > 0 ? step : (in[at] % 7u) + 1;
		if (piece > len - at)
			piece = len - at;
		feed(&out, &frame, &utf8, copy + at, piece);
	}
	free(copy);
	FUZZ_MUST(out.payload <= len && out.ended <= out.begun && out.begun - out.ended <= 1);
	return out;
}

static void must_agree(const struct outcome *a, const struct outcome *b)
{
	FUZZ_MUST(a->error == b->error && a->begun == b->begun && a->ended == b->ended);
	FUZZ_MUST(a->payload == b->payload && a->sum == b->sum);
	FUZZ_MUST(a->text_ok == b->text_ok && a->in_message == b->in_message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct outcome whole = run(data, len, len + 1), bytes = run(data, len, 1),
		       pieces = run(data, len, 0);
	must_agree(&whole, &bytes);
	must_agree(&whole, &pieces);
	return 0;
}
