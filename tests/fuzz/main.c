/*
 * main.c - runs a fuzz target without a fuzzing engine
 * SPDX-License-Identifier: MIT
 *
 *	fuzz_head [ROUNDS [SEED]]
 *
 * Each round takes one of the target's seeds, changes a few of its bytes, cuts
 * and doubles parts of it, and calls the target.  The same SEED makes the same
 * rounds on every machine.  It finds less than an engine with coverage does,
 * and it runs wherever the sanitizers run.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 200000, INPUT_MAX = 4096 };

static uint64_t state;

/* splitmix64 */
static uint64_t next_random(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t below(size_t limit)
{
	return limit > 0 ? (size_t)(next_random() % limit) : 0;
}

static uint8_t interesting_byte(void)
{
	static const char bytes[] = "\r\n\t \0:;,=\"\\/.%?#*&+-0159afAFxg\x7f\x80\xfe\xff";

	return next_random() % 4 == 0 ? (uint8_t)next_random()
				      : (uint8_t)bytes[below(sizeof(bytes) - 1)];
}

/* Doubles, moves or drops a part. */
static size_t change_part(uint8_t *input, size_t len)
{
	size_t from = below(len), part = below(len - from) + 1, to = below(len);

	if (next_random() % 2 == 0) {
		memmove(input + from, input + from + part, len - from - part);
		return len - part;
	}
	if (len + part > INPUT_MAX)
		return len;

	uint8_t copy[INPUT_MAX];

	memcpy(copy, input + from, part);
	memmove(input + to + part, input + to, len - to);
	memcpy(input + to, copy, part);
	return len + part;
}

static size_t mutate(uint8_t *input, size_t len)
{
	for (size_t changes = below(6); changes > 0 && len > 0; changes--) {
		size_t at = below(len);

		switch (next_random() % 5) {
		case 0: input[at] = interesting_byte(); break;
		case 1: input[at] ^= (uint8_t)(1u << below(8)); break;
		case 2: /* one more */
			if (len == INPUT_MAX)
				break;
			memmove(input + at + 1, input + at, len - at);
			input[at] = interesting_byte();
			len++;
			break;
		case 3: /* one less */
			memmove(input + at, input + at + 1, len - at - 1);
			len--;
			break;
		default: len = change_part(input, len); break;
		}
	}
	return len;
}

static void run(const uint8_t *input, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1); /* so that a sanitizer sees its end */

	if (exact == NULL)
		abort();
	memcpy(exact, input, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
	size_t seeds = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	while (fuzz_seeds[seeds] != NULL)
		seeds++;
	for (unsigned long round = 0; round < rounds; round++) {
		const char *seed = fuzz_seeds[round % seeds];
		uint8_t input[INPUT_MAX];
		size_t len = strlen(seed);

		memcpy(input, seed, len);
		run(input, round < seeds ? len : mutate(input, len));
	}
	printf("%lu rounds\n", rounds);
	return 0;
}
