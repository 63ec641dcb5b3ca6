/*
 * stack.c - does an operation leave anything of its secret on the stack?
 * SPDX-License-Identifier: MIT
 *
 * Runs each operation on a stack of its own, for two secrets, and counts the bytes of the stack
 * that differ afterwards.  Prints a line for each; the last is of a function that leaves its
 * secret. Compiled with src/crypto/ by test_constant_time.py.
 */
#define _XOPEN_SOURCE 700
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "crypto/p256.h"
#include "crypto/x25519.h"

static _Alignas(64) unsigned char stack[65536], first[65536];
static ucontext_t back, there;
static int which;
static uint8_t secret[32], nonce[32], hash[32] = { 1 }, out[64];
static const uint8_t g[64] = { 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
	0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
	0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e,
	0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
	0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5 };

static void leave_it(void)
{
	volatile uint8_t copy[64];

	for (int i = 0; i < 64; i++)
		copy[i] = secret[i % 32];
}

static const char *const names[] = { "x25519 public", "x25519 shared", "p256 public", "p256 shared",
	"p256 sign", "planted" };

static void run(void)
{
	switch (which) {
	case 0: hx_x25519_public(out, secret); break;
	case 1: (void)hx_x25519_shared(out, secret, g); break;
	case 2: (void)hx_p256_public(out, secret); break;
	case 3: (void)hx_p256_shared(out, secret, g); break;
	case 4: (void)hx_p256_sign(out, secret, hash, 32, nonce); break;
	default: leave_it(); break;
	}
}

static void on_clean_stack(uint8_t fill)
{
	memset(secret, fill, sizeof secret);
	memset(nonce, fill + 1, sizeof nonce);
	memset(stack, 0, sizeof stack);
	getcontext(&there);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = sizeof stack;
	there.uc_link = &back;
	makecontext(&there, run, 0);
	swapcontext(&back, &there);
}

int main(void)
{
	for (which = 0; which < 6; which++) {
		unsigned different = 0;
		on_clean_stack(0x11);
		memcpy(first, stack, sizeof stack);
		on_clean_stack(0x35);
		for (size_t i = 0; i < sizeof stack; i++)
			different += stack[i] != first[i];
		printf("%s: %u\n", names[which], different);
	}
	return 0;
}
