/*
 * calls.c - src/crypto/ over standard input and output, for tests in Python
 * SPDX-License-Identifier: MIT
 *
 * A line is a name and arguments in hexadecimal, `-` for none; the answer is the returned number
 * and the output in hexadecimal:
 *
 *   x25519 SECRET PEER            p256 SECRET POINT           verify POINT HASH SIGNATURE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/p256.h"
#include "crypto/x25519.h"

#define MOST 256

static size_t from_hex(uint8_t *out, const char *digits)
{
	size_t len = strlen(digits) / 2;

	if (len > MOST)
		exit(1);
	for (size_t i = 0; i < len; i++) {
		char pair[3] = { digits[2 * i], digits[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

int main(void)
{
	char name[16], word[3][2 * MOST + 1], line[3 * (2 * MOST + 2)];

	while (fgets(line, sizeof line, stdin) != NULL) {
		uint8_t a[MOST], b[MOST], c[MOST], out[64] = { 0 };
		int status;
		word[2][0] = 0;
		if (sscanf(line, "%15s %512s %512s %512s", name, word[0], word[1], word[2]) < 3)
			return 1;
		from_hex(a, word[0]);
		size_t b_len = from_hex(b, word[1]);
		from_hex(c, word[2]);
		if (strcmp(name, "x25519") == 0)
			status = hx_x25519_shared(out, a, b);
		else if (strcmp(name, "p256") == 0)
			status = hx_p256_shared(out, a, b);
		else if (strcmp(name, "verify") == 0)
			status = hx_p256_verify(a, b, b_len, c);
		else
			return 1;
		printf("%d ", status);
		for (int i = 0; i < 32; i++)
			printf("%02x", out[i]);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
