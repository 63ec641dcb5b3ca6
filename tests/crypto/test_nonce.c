/*
 * test_nonce.c - RFC 6979 appendix A.2.5, added randomness, and an HMAC that fails
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <openssl/evp.h>

#include "crypto/p256.h"
#include "hatch.h"

#define SECRET "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"

static const struct vector {
	const char *hash, *message, *k, *r, *s;
} vectors[] = {
	{ "SHA1", "sample", "882905F1227FD620FBF2ABF21244F0BA83D0DC3A9103DBBEE43A1FB858109DB4",
		"61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
		"6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB" },
	{ "SHA224", "sample", "103F90EE9DC52E5E7FB5132B7033C63066D194321491862059967C715985D473",
		"53B2FFF5D1752B2C689DF257C04C40A587FABABB3F6FC2702F1343AF7CA9AA3F",
		"B9AFB64FDC03DC1A131C7D2386D11E349F070AA432A4ACC918BEA988BF75C74C" },
	{ "SHA256", "sample", "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
		"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
		"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
	{ "SHA384", "sample", "09F634B188CEFD98E7EC88B1AA9852D734D0BC272F7D2A47DECC6EBEB375AAD4",
		"0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
		"4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954" },
	{ "SHA512", "sample", "5FA81C63109BADB88C1F367B47DA606DA28CAD69AA22C4FE6AD7DF73A7173AA5",
		"8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
		"2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE" },
	{ "SHA1", "test", "8C9520267C55D6B980DF741E56B4ADEE114D84FBFA2E62137954164028632A2E",
		"0CBCC86FD6ABD1D99E703E1EC50069EE5C0B4BA4B9AC60E409E8EC5910D81A89",
		"01B9D7B73DFAA60D5651EC4591A0136F87653E0FD780C3B1BC872FFDEAE479B1" },
	{ "SHA256", "test", "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
		"F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
		"019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083" },
};

/* The signature with the RFC's nonce, for each hash; the nonce itself for SHA-256. */
static void test_rfc6979_vectors(void **state)
{
	uint8_t secret[32], point[64];

	(void)state;
	help_hex(secret, SECRET);
	assert_int_equal(hx_p256_public(point, secret), 0);
	help_assert_hex(point, "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
			       "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
	for (unsigned i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const struct vector *v = &vectors[i];
		uint8_t hash[64], k[32], signature[64];
		unsigned len;
		EVP_Digest(v->message, strlen(v->message), hash, &len,
			EVP_get_digestbyname(v->hash), NULL);
		help_hex(k, v->k);
		assert_int_equal(hx_p256_sign(signature, secret, hash, len, k), 0);
		help_assert_hex(signature, v->r);
		help_assert_hex(signature + 32, v->s);
		assert_int_equal(hx_p256_verify(point, hash, len, signature), 0);
		if (strcmp(v->hash, "SHA256") == 0) {
			const struct hx_nonce_part part = { hash, len };
			struct hx_nonce nonce;
			assert_int_equal(
				hx_nonce_begin(&nonce, &help_hmac, secret, &part, NULL), 0);
			assert_int_equal(hx_nonce_next(&nonce, k), 0);
			help_assert_hex(k, v->k);
			hx_nonce_end(&nonce);
			memset(signature, 0, 64);
			assert_int_equal(
				hx_nonce_sign(signature, &help_hmac, secret, &part, NULL), 0);
			help_assert_hex(signature, v->r);
			help_assert_hex(signature + 32, v->s);
		}
	}
}

/* Random bytes change the nonce, and no bytes are as none. */
static void test_added_randomness(void **state)
{
	uint8_t secret[32], hash[32] = { 1 }, added[16] = { 7 }, point[64];
	uint8_t plain[64], none[64], one[64], other[64];
	const struct hx_nonce_part part = { hash, 32 }, empty = { added, 0 },
				   random = { added, 16 };

	(void)state;
	help_hex(secret, SECRET);
	assert_int_equal(hx_p256_public(point, secret), 0);
	assert_int_equal(hx_nonce_sign(plain, &help_hmac, secret, &part, NULL), 0);
	assert_int_equal(hx_nonce_sign(none, &help_hmac, secret, &part, &empty), 0);
	assert_int_equal(hx_nonce_sign(one, &help_hmac, secret, &part, &random), 0);
	added[15] = 1;
	assert_int_equal(hx_nonce_sign(other, &help_hmac, secret, &part, &random), 0);
	assert_memory_equal(plain, none, 64);
	assert_memory_not_equal(plain, one, 64);
	assert_memory_not_equal(one, other, 64);
	assert_int_equal(hx_p256_verify(point, hash, 32, plain), 0);
	assert_int_equal(hx_p256_verify(point, hash, 32, one), 0);
	assert_int_equal(hx_p256_verify(point, hash, 32, other), 0);
}

/* The second candidate after a first that is refused: section 3.2 h.3, written down again. */
static void test_second_candidate(void **state)
{
	uint8_t secret[32], hash[32] = { 2 }, first[32], second[32], zero = 0, k[32], v[32];
	const struct hx_nonce_part part = { hash, 32 };
	struct hx_nonce nonce;

	(void)state;
	help_hex(secret, SECRET);
	assert_int_equal(hx_nonce_begin(&nonce, &help_hmac, secret, &part, NULL), 0);
	assert_int_equal(hx_nonce_next(&nonce, first), 0);
	memcpy(k, nonce.k, 32);
	memcpy(v, nonce.v, 32);
	const struct hx_nonce_part again[] = { { v, 32 }, { &zero, 1 } };
	help_hmac.sha256(NULL, k, k, again, 2);
	help_hmac.sha256(NULL, v, k, again, 1);
	help_hmac.sha256(NULL, v, k, again, 1);
	assert_int_equal(hx_nonce_next(&nonce, second), 0);
	assert_memory_equal(second, v, 32);
	assert_memory_not_equal(first, second, 32);
	hx_nonce_end(&nonce);
}

/* An HMAC that fails at the call number *context, and one that is all ones and so out of range. */
static int failing(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	int *left = context;

	if ((*left)-- == 0)
		return HATCH_ENOMEM;
	return help_hmac.sha256(NULL, out, key, parts, count);
}

static int ones_first(void *context, uint8_t out[32], const uint8_t key[32],
	const struct hx_nonce_part *parts, size_t count)
{
	int *left = context;

	if ((*left)-- > 0) {
		memset(out, 0xff, 32);
		return 0;
	}
	return help_hmac.sha256(NULL, out, key, parts, count);
}

static void test_hmac_fails(void **state)
{
	uint8_t secret[32], hash[32] = { 3 }, signature[64], point[64];
	const struct hx_nonce_part part = { hash, 32 };
	int left;
	const struct hx_nonce_hmac fails = { failing, &left }, ones = { ones_first, &left };

	(void)state;
	help_hex(secret, SECRET);
	hx_p256_public(point, secret);
	for (int at = 0; at < 5; at++) {
		left = at;
		assert_int_equal(
			hx_nonce_sign(signature, &fails, secret, &part, NULL), HATCH_ENOMEM);
	}
	left = 5;
	assert_int_equal(hx_nonce_sign(signature, &fails, secret, &part, NULL), 0);
	/* Seven calls are all ones: the first candidate and half of the way to the second. */
	left = 7;
	assert_int_equal(hx_nonce_sign(signature, &ones, secret, &part, NULL), 0);
	assert_int_equal(hx_p256_verify(point, hash, 32, signature), 0);
	left = 1000;
	assert_int_equal(hx_nonce_sign(signature, &ones, secret, &part, NULL), HATCH_EPORT);
	memset(secret, 0, 32);
	assert_int_equal(hx_nonce_sign(signature, &help_hmac, secret, &part, NULL), HATCH_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc6979_vectors),
		cmocka_unit_test(test_added_randomness),
		cmocka_unit_test(test_second_candidate),
		cmocka_unit_test(test_hmac_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
