/*
 * fast.c - see fast.h
 * SPDX-License-Identifier: MIT
 */
#include "fast.h"

/* splitmix64 */
int source_random(void *self, unsigned char *out, size_t len)
{
	struct source *source = self;
	if (source->fail_at > 0 && --source->fail_at == 0)
		return SOURCE_ERROR;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = source->state += 0x9e3779b97f4a7c15;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		out[i] = source->ones ? 0xff : (unsigned char)(z ^ z >> 31);
	}
	return 0;
}

unsigned rounds(unsigned quick)
{
	return getenv("HATCH_LONG") != NULL ? quick * 50 : quick;
}

void from_hex(uint8_t *out, const char *hex)
{
	for (size_t i = 0; hex[2 * i] != '\0'; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

const char *const low_order[12] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	/* the same with the bit that is ignored */
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P  "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define O  "0000000000000000000000000000000000000000000000000000000000000000"

const char *const no_point[5] = {
	O O,
	/* beside the curve by one */
	GX "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f6",
	/* x = p and x = 2^256 - 1 */
	P GY,
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" GY,
	/* coordinates exchanged */
	GY GX,
};
