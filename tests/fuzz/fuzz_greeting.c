/*
 * fuzz_greeting.c - ClientHellos as they are read from the wire
 * SPDX-License-Identifier: MIT
 *
 * Must hold: the same end whole, byte by byte and in two pieces; complete once; nothing read behind
 * the end.
 */
#include <string.h>

#include "fuzz.h"
#include "tls/greeting.h"

#define RANDOM "\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1"

/* Text has no zeros: @ stands for one. */
const char *const fuzz_seeds[] = {
	"\26\3\1@G\1@@C\3\3" RANDOM "@@\4\23\3\23\1\1@@\26@\33@\2\1\2@\63@\14@\12@\35@\6uuuuuu",
	"\26\3\1@G\1@@C\3\3" RANDOM "@@\4\23\3\23\1\1@@\26@\63@\22@\20@\27@\2uu@\35@\6uuuuuu",
	"\26\3\1@/\1@@+\3\3" RANDOM "@@\4\23\3\23\1\1@",
	"\26\3\1@\1\1\26\3\1@.@@+\3\3" RANDOM "@@\4\23\3\23\1\1@",
	NULL,
};

/* Where it was complete, 0 for never. */
static size_t feed(struct hx_greeting *g, const uint8_t *data, size_t len, size_t piece)
{
	size_t complete = 0;
	hx_greeting_begin(g);
	for (size_t i = 0; i < len; i += piece) {
		size_t here = len - i < piece ? len - i : piece;
		uint8_t *copy = malloc(here); /* the sanitizer sees its end */
		FUZZ_MUST(copy != NULL);
		memcpy(copy, data + i, here);
		if (hx_greeting_got(g, copy, here)) {
			FUZZ_MUST(complete == 0);
			complete = i + here;
		}
		free(copy);
	}
	return complete;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct hx_greeting whole, one;
	uint8_t bytes[512] = { 0 };
	len = len < sizeof(bytes) ? len : sizeof(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = data[i] == '@' ? 0 : data[i];
	size_t complete = feed(&whole, bytes, len, len);
	size_t where = feed(&one, bytes, len, 1);
	FUZZ_MUST((complete > 0) == (where > 0));
	FUZZ_MUST(whole.chacha == one.chacha && whole.x25519 == one.x25519);
	if (len > 1)
		FUZZ_MUST((feed(&one, bytes, len, len / 2) > 0) == (where > 0));
	return 0;
}
