/*
 * bench.c - instruction counts of src/crypto/, and that they do not depend on secrets
 * SPDX-License-Identifier: MIT
 *
 * Runs bare metal under qemu-system-riscv32 with `-icount shift=0`, where minstret counts what the
 * core retires.  Each operation is done for ROUNDS random secrets and some at the edges; its line
 * has the smallest and the largest count, which must be the same.  Ends with 1 if one is not, or if
 * a known answer is wrong.  A line `planted branch`, of code that does depend on its input, shows
 * that the comparison can fail.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/fe25519.h"
#include "crypto/fn256.h"
#include "crypto/fp256.h"
#include "crypto/nonce.h"
#include "crypto/p256.h"
#include "crypto/p256_point.h"
#include "crypto/x25519.h"

#ifndef ROUNDS
#define ROUNDS 4
#endif

static uint32_t instructions(void)
{
	uint32_t count;
	__asm__ volatile("csrr %0, minstret" : "=r"(count)::"memory");
	return count;
}

/* xorshift64*: the same numbers in each run. */
static uint64_t seed = 0x9e3779b97f4a7c15;

static uint8_t random_byte(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint8_t)(seed * 0x2545f4914f6cdd1d >> 56);
}

static void random_fill(void *buf, size_t len)
{
	uint8_t *byte = buf;
	while (len-- > 0)
		*byte++ = random_byte();
}

/* What an operation reads and writes. */
static uint8_t secret[32], nonce[32], hash[32], output[64], peer_x[32], peer_p[64], signature[64];
static uint32_t a[8], b[8], r[8], wide[16];
static struct hx_p256_point point;
static struct hx_p256_affine affine;

static int no_hmac(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	(void)context;
	(void)count;
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)((key[i] ^ parts[0].ptr[i & 7]) & 0x7f);
	return 0;
}

static const struct hx_nonce_hmac hmac = { .sha256 = no_hmac };

static void empty(void)
{
}

static void planted(void)
{
	for (int i = 0; i < 32; i++)
		if (secret[i] & 1)
			((volatile uint8_t *)output)[i]++;
}

static void fe_mul(void)
{
	hx_fe25519_mul(r, a, b);
}

static void fe_sqr(void)
{
	hx_fe25519_sqr(r, a);
}

static void fe_add(void)
{
	hx_fe25519_add(r, a, b);
}

static void fe_sub(void)
{
	hx_fe25519_sub(r, a, b);
}

static void fe_invert(void)
{
	hx_fe25519_invert(r, a);
}

static void u256_mul(void)
{
	hx_u256_mul(wide, a, b);
}

static void u256_sqr(void)
{
	hx_u256_sqr(wide, a);
}

static void fp_mul(void)
{
	hx_fp256_mul(r, a, b);
}

static void fp_sqr(void)
{
	hx_fp256_sqr(r, a);
}

static void fp_add(void)
{
	hx_fp256_add(r, a, b);
}

static void fp_sub(void)
{
	hx_fp256_sub(r, a, b);
}

static void fp_combine(void)
{
	hx_fp256_combine(r, 4, a, 1, b);
}

static void fp_invert(void)
{
	hx_fp256_invert(r, a);
}

static void fn_mul(void)
{
	hx_fn256_mul(r, a, b);
}

static void point_double(void)
{
	hx_p256_point_double(&point);
}

static void point_add(void)
{
	hx_p256_point_add(&point, &affine, r);
}

static void x25519_public(void)
{
	hx_x25519_public(output, secret);
}

static void x25519_shared(void)
{
	hx_x25519_shared(output, secret, peer_x);
}

static void p256_public(void)
{
	hx_p256_public(output, secret);
}

static void p256_shared(void)
{
	hx_p256_shared(output, secret, peer_p);
}

static void p256_sign(void)
{
	hx_p256_sign(output, secret, hash, 32, nonce);
}

static void p256_verify(void)
{
	hx_p256_verify(peer_p, hash, 32, signature);
}

static void nonce_sign(void)
{
	struct hx_nonce_part part = { hash, 32 };
	hx_nonce_sign(output, &hmac, secret, &part, NULL);
}

static const struct operation {
	const char *name;
	void (*run)(void);
	int varies;
} operations[] = {
	{ "planted branch", planted, 1 },
	{ "u256 mul", u256_mul, 0 },
	{ "u256 sqr", u256_sqr, 0 },
	{ "25519 mul", fe_mul, 0 },
	{ "25519 sqr", fe_sqr, 0 },
	{ "25519 add", fe_add, 0 },
	{ "25519 sub", fe_sub, 0 },
	{ "25519 invert", fe_invert, 0 },
	{ "P-256 mul", fp_mul, 0 },
	{ "P-256 sqr", fp_sqr, 0 },
	{ "P-256 add", fp_add, 0 },
	{ "P-256 sub", fp_sub, 0 },
	{ "P-256 combine", fp_combine, 0 },
	{ "P-256 invert", fp_invert, 0 },
	{ "mod n mul", fn_mul, 0 },
	{ "P-256 point double", point_double, 0 },
	{ "P-256 point add", point_add, 0 },
	{ "X25519 public", x25519_public, 0 },
	{ "X25519 shared", x25519_shared, 0 },
	{ "P-256 public", p256_public, 0 },
	{ "P-256 shared", p256_shared, 0 },
	{ "P-256 sign, given nonce", p256_sign, 0 },
	{ "P-256 sign, RFC 6979 less HMAC", nonce_sign, 0 },
	{ "P-256 verify (public)", p256_verify, -1 },
};

/* n = order of P-256's base point, p = its field's prime */
static const uint8_t edge[][32] = {
	{ 0 },
	{ [31] = 1 },
	{ [31] = 2 },
	{ [0] = 1 },
	{ [0] = 0xff,
		0xff,
		0xff,
		0xff,
		0,
		0,
		0,
		0,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xbc,
		0xe6,
		0xfa,
		0xad,
		0xa7,
		0x17,
		0x9e,
		0x84,
		0xf3,
		0xb9,
		0xca,
		0xc2,
		0xfc,
		0x63,
		0x25,
		0x4f }, /* n - 2: the last addition is a doubling */
	{ [0] = 0xff,
		0xff,
		0xff,
		0xff,
		0,
		0,
		0,
		0,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xbc,
		0xe6,
		0xfa,
		0xad,
		0xa7,
		0x17,
		0x9e,
		0x84,
		0xf3,
		0xb9,
		0xca,
		0xc2,
		0xfc,
		0x63,
		0x25,
		0x50 }, /* n - 1 */
	{ [0] = 0xff,
		0xff,
		0xff,
		0xff,
		0,
		0,
		0,
		0,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xbc,
		0xe6,
		0xfa,
		0xad,
		0xa7,
		0x17,
		0x9e,
		0x84,
		0xf3,
		0xb9,
		0xca,
		0xc2,
		0xfc,
		0x63,
		0x25,
		0x51 }, /* n */
	{ [0] = 0xff,
		0xff,
		0xff,
		0xff,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff }, /* p */
	{ [0] = 0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff,
		0xff },
};
#define EDGES (sizeof edge / sizeof edge[0])

static void prepare(unsigned round)
{
	uint8_t other[32];

	random_fill(secret, 32);
	random_fill(nonce, 32);
	random_fill(hash, 32);
	random_fill(peer_x, 32);
	random_fill(a, sizeof a);
	random_fill(b, sizeof b);
	if (round < EDGES) {
		memcpy(secret, edge[round], 32);
		memcpy(nonce, edge[(round + 1) % EDGES], 32);
		memcpy(hash, edge[(round + 2) % EDGES], 32);
		hx_u256_from_be(a, edge[round]);
		hx_u256_from_be(b, edge[(round * 2 + 1) % EDGES]);
	}
	random_fill(other, 32);
	hx_p256_public(peer_p, other);
	hx_p256_sign(signature, other, hash, 32, other);
	hx_p256_point_from_bytes(&affine, peer_p);
	point = (struct hx_p256_point){ { 1 }, { 5 }, { 7 } };
}

static uint32_t count(void (*run)(void))
{
	uint32_t before = instructions();
	run();
	return instructions() - before;
}

/*
 * How many words of the stack differ after the operation for two secrets.  Nothing else runs here,
 * so that what is below the stack pointer stays as it was left.
 */
#define LOOKED_AT 1024 /* words, twice what the deepest operation uses */

static uint32_t left_on_stack(void (*run)(void))
{
	static uint32_t first[LOOKED_AT];
	uint32_t different = 0;

	for (int turn = 0; turn < 2; turn++) {
		volatile uint32_t *below = (uint32_t *)__builtin_frame_address(0) - LOOKED_AT - 32;
		for (int i = 0; i < 32; i++)
			((volatile uint8_t *)secret)[i] = (uint8_t)(i * 37 + turn * 90 + 1);
		for (int i = 0; i < LOOKED_AT; i++)
			below[i] = 0;
		run();
		for (int i = 0; i < LOOKED_AT; i++)
			if (turn == 0)
				((volatile uint32_t *)first)[i] = below[i];
			else
				different += first[i] != below[i];
	}
	return different;
}

/* Leaves its copy, which must be found. */
static void leave_secret(void)
{
	volatile uint32_t copy[40];

	for (unsigned i = 0; i < 40; i++)
		copy[i] = secret[i % 32];
}

static int nothing_is_left(void)
{
	static void (*const run[])(
		void) = { x25519_public, x25519_shared, p256_public, p256_shared, p256_sign };
	int good = 1;

	for (unsigned i = 0; i < sizeof run / sizeof run[0]; i++) {
		uint32_t words = left_on_stack(run[i]);
		printf("stack left by operation %u: %lu words\n", i, (unsigned long)words);
		good &= words == 0;
	}
	if (left_on_stack(leave_secret) < 8)
		good = 0;
	return good;
}

static int answers_are_right(void)
{
	/* RFC 7748 section 6.1: Alice's keys; and 2 G, whose x everybody knows. */
	static const uint8_t alice[32] = { 0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c,
		0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99,
		0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a };
	static const uint8_t public_start[4] = { 0x85, 0x20, 0xf0, 0x09 };
	static const uint8_t two_g_start[4] = { 0x7c, 0xf2, 0x7b, 0x18 };
	uint8_t by_comb[32], by_ladder[32], point_a[64], shared[32];

	hx_x25519_public(by_comb, alice);
	hx_x25519_shared(by_ladder, alice, (const uint8_t[32]){ 9 });
	if (memcmp(by_comb, public_start, 4) != 0 || memcmp(by_comb, by_ladder, 32) != 0)
		return 0;
	if (hx_p256_public(point_a, edge[2]) != 0 || memcmp(point_a, two_g_start, 4) != 0)
		return 0;
	hx_p256_public(point_a, edge[1]);
	if (hx_p256_shared(shared, edge[4], point_a) != 0 || memcmp(shared, two_g_start, 4) != 0)
		return 0;
	return 1;
}

int main(void)
{
	enum { OPERATIONS = sizeof operations / sizeof operations[0] };
	static uint32_t least[OPERATIONS], most[OPERATIONS];
	int bad = !answers_are_right();
	uint32_t overhead = count(empty);

	if (bad)
		printf("wrong answers\n");
	prepare(EDGES);
	if (!nothing_is_left())
		bad = 1;
	for (unsigned round = 0; round < EDGES + ROUNDS; round++) {
		prepare(round);
		for (unsigned i = 0; i < OPERATIONS; i++) {
			uint32_t taken = count(operations[i].run) - overhead;
			if (round == 0 || taken < least[i])
				least[i] = taken;
			if (round == 0 || taken > most[i])
				most[i] = taken;
		}
	}
	for (unsigned i = 0; i < OPERATIONS; i++) {
		const struct operation *op = &operations[i];
		int differs = least[i] != most[i];
		printf("%-32s %9lu %9lu %s\n", op->name, (unsigned long)least[i],
			(unsigned long)most[i],
			op->varies < 0          ? ""
			: differs == op->varies ? "ok"
						: "WRONG");
		if (op->varies >= 0 && differs != op->varies)
			bad = 1;
	}
	printf("%u inputs: %s\n", (unsigned)EDGES + ROUNDS, bad ? "FAILED" : "constant");
	exit(bad);
}
