/*
 * ECDSA with P-256: what is wrapped, and mbedTLS's own, sign for each other.
 * SPDX-License-Identifier: MIT
 */
#include "fast.h"

#include <mbedtls/ecdsa.h>
#include <psa/crypto.h>

#include "../../src/tls/fast.h"

typedef int random_source(void *state, unsigned char *out, size_t len);
typedef int write_function(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
	const unsigned char *hash, size_t hlen, unsigned char *sig, size_t sig_size, size_t *slen,
	random_source *f_rng, void *p_rng);
typedef int read_function(mbedtls_ecdsa_context *ctx, const unsigned char *hash, size_t hlen,
	const unsigned char *sig, size_t slen);
write_function __real_mbedtls_ecdsa_write_signature;
read_function __real_mbedtls_ecdsa_read_signature;
psa_status_t __real_mbedtls_psa_ecdsa_sign_hash(const psa_key_attributes_t *attributes,
	const uint8_t *key, size_t key_len, psa_algorithm_t alg, const uint8_t *hash,
	size_t hash_len, uint8_t *signature, size_t room, size_t *len);
psa_status_t mbedtls_psa_ecdsa_sign_hash(const psa_key_attributes_t *attributes, const uint8_t *key,
	size_t key_len, psa_algorithm_t alg, const uint8_t *hash, size_t hash_len,
	uint8_t *signature, size_t room, size_t *len);

/* RFC 6979 appendix A.2.5, with SHA-256. */
static const char key_6979[] = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
static const struct {
	const char *message, *signature;
} vectors[] = {
	{ "sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
		    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
	{ "test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
		  "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083" },
};

static void make_key(mbedtls_ecdsa_context *ctx, mbedtls_ecp_group_id id, uint64_t seed)
{
	struct source source = { .state = seed };
	mbedtls_ecdsa_init(ctx);
	assert_int_equal(mbedtls_ecdsa_genkey(ctx, id, source_random, &source), 0);
}

static void rfc_6979(void **state)
{
	uint8_t secret[32], hash[32], expected[64], signature[64];
	(void)state;
	from_hex(secret, key_6979);
	for (unsigned i = 0; i < 2; i++) {
		const char *message = vectors[i].message;
		size_t len;
		from_hex(expected, vectors[i].signature);
		assert_int_equal(psa_hash_compute(PSA_ALG_SHA_256, (const uint8_t *)message,
					 strlen(message), hash, 32, &len),
			PSA_SUCCESS);
		assert_int_equal(hx_fast_sign(signature, secret, hash, 32, NULL, 0), 0);
		assert_memory_equal(signature, expected, 64);
	}
}

/* PSA's deterministic algorithm through the store, and its random one. */
static void opaque_keys(void **state)
{
	const psa_algorithm_t deterministic = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256),
			      any = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
	struct source source = { .state = 11 };
	(void)state;
	for (unsigned i = 0; i < rounds(10); i++) {
		psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
		uint8_t secret[32], hash[32], one[64], other[64];
		psa_key_id_t id;
		size_t len;
		psa_algorithm_t alg = i % 2 == 0 ? deterministic : any;
		(void)source_random(&source, secret, 32);
		(void)source_random(&source, hash, 32);
		secret[0] = 1;
		psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
		psa_set_key_bits(&attributes, 256);
		psa_set_key_algorithm(&attributes, alg);
		psa_set_key_usage_flags(
			&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH);
		assert_int_equal(psa_import_key(&attributes, secret, 32, &id), PSA_SUCCESS);
		assert_int_equal(psa_sign_hash(id, alg, hash, 32, one, 64, &len), PSA_SUCCESS);
		assert_int_equal(psa_verify_hash(id, alg, hash, 32, one, 64), PSA_SUCCESS);
		assert_int_equal(__real_mbedtls_psa_ecdsa_sign_hash(
					 &attributes, secret, 32, alg, hash, 32, other, 64, &len),
			PSA_SUCCESS);
		if (alg == deterministic)
			assert_memory_equal(one, other, 64);
		else
			assert_memory_not_equal(one, other, 64);
		assert_int_equal(psa_destroy_key(id), PSA_SUCCESS);
	}
}

static void opaque_errors(void **state)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
	};
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	uint8_t secret[32], hash[32] = { 1 }, out[64];
	size_t len = 0;
	(void)state;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&attributes, 256);
	for (unsigned i = 0; i < 2; i++) {
		from_hex(secret, bad[i]);
		psa_status_t status = __real_mbedtls_psa_ecdsa_sign_hash(
			&attributes, secret, 32, PSA_ALG_ECDSA_ANY, hash, 32, out, 64, &len);
		assert_int_not_equal(status, PSA_SUCCESS);
		assert_int_equal(mbedtls_psa_ecdsa_sign_hash(&attributes, secret, 32,
					 PSA_ALG_ECDSA_ANY, hash, 32, out, 64, &len),
			status);
	}
	from_hex(secret, key_6979);
	assert_int_equal(mbedtls_psa_ecdsa_sign_hash(&attributes, secret, 32, PSA_ALG_ECDSA_ANY,
				 hash, 32, out, 63, &len),
		PSA_ERROR_BUFFER_TOO_SMALL);
}

/* Hashes of all lengths, and each other's signatures. */
static void sign_for_each_other(void **state)
{
	write_function *writers[] = { mbedtls_ecdsa_write_signature,
		__real_mbedtls_ecdsa_write_signature };
	static const size_t lengths[] = { 0, 1, 20, 31, 32, 33, 48, 64 };
	(void)state;
	for (unsigned i = 0; i < rounds(16); i++) {
		mbedtls_ecdsa_context ctx;
		struct source source = { .state = i };
		unsigned char hash[64], sig[MBEDTLS_ECDSA_MAX_LEN];
		size_t len, hash_len = lengths[i % 8];
		make_key(&ctx, MBEDTLS_ECP_DP_SECP256R1, i);
		(void)source_random(&source, hash, sizeof(hash));
		for (unsigned w = 0; w < 2; w++) {
			assert_int_equal(writers[w](&ctx, MBEDTLS_MD_SHA256, hash, hash_len, sig,
						 sizeof(sig), &len, source_random, &source),
				0);
			assert_int_equal(
				mbedtls_ecdsa_read_signature(&ctx, hash, hash_len, sig, len), 0);
			assert_int_equal(
				__real_mbedtls_ecdsa_read_signature(&ctx, hash, hash_len, sig, len),
				0);
			hash[0] ^= 1; /* not if it has no byte */
			assert_int_equal(
				mbedtls_ecdsa_read_signature(&ctx, hash, hash_len, sig, len),
				hash_len == 0 ? 0 : MBEDTLS_ERR_ECP_VERIFY_FAILED);
		}
		mbedtls_ecdsa_free(&ctx);
	}
}

/* The random bytes decide, together with key and hash; nothing else does. */
static void hedged(void **state)
{
	mbedtls_ecdsa_context ctx;
	unsigned char hash[32] = { 1, 2, 3 }, sig[3][MBEDTLS_ECDSA_MAX_LEN];
	size_t len[3];
	static const uint64_t seeds[3] = { 5, 5, 6 };
	(void)state;
	make_key(&ctx, MBEDTLS_ECP_DP_SECP256R1, 1);
	for (unsigned i = 0; i < 3; i++) {
		struct source source = { .state = seeds[i] };
		assert_int_equal(mbedtls_ecdsa_write_signature(&ctx, MBEDTLS_MD_SHA256, hash, 32,
					 sig[i], sizeof(sig[i]), &len[i], source_random, &source),
			0);
	}
	assert_int_equal(len[0], len[1]);
	assert_memory_equal(sig[0], sig[1], len[0]);
	assert_memory_not_equal(sig[0] + 5, sig[2] + 5, 31); /* r: another nonce */
	mbedtls_ecdsa_free(&ctx);
}

/* Every bit, every length: the same answer as the library's, and 0 for the right one alone. */
static void damaged_signatures(void **state)
{
	mbedtls_ecdsa_context ctx;
	struct source source = { .state = 9 };
	unsigned char hash[32] = { 9 }, sig[MBEDTLS_ECDSA_MAX_LEN + 2] = { 0 };
	size_t len;
	(void)state;
	make_key(&ctx, MBEDTLS_ECP_DP_SECP256R1, 2);
	assert_int_equal(mbedtls_ecdsa_write_signature(&ctx, MBEDTLS_MD_SHA256, hash, 32, sig,
				 MBEDTLS_ECDSA_MAX_LEN, &len, source_random, &source),
		0);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
		int ret = mbedtls_ecdsa_read_signature(&ctx, hash, 32, sig, len);
		assert_int_not_equal(ret, 0);
		assert_int_equal(
			ret, __real_mbedtls_ecdsa_read_signature(&ctx, hash, 32, sig, len));
		sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t n = 0; n <= len + 2; n++) {
		int ret = mbedtls_ecdsa_read_signature(&ctx, hash, 32, sig, n);
		assert_int_equal(ret == 0, n == len);
		assert_int_equal(ret, __real_mbedtls_ecdsa_read_signature(&ctx, hash, 32, sig, n));
	}
	sig[1]++; /* one byte behind s */
	assert_int_equal(mbedtls_ecdsa_read_signature(&ctx, hash, 32, sig, len + 1),
		MBEDTLS_ERR_ECP_SIG_LEN_MISMATCH);
	mbedtls_ecdsa_free(&ctx);
}

static int write_with(mbedtls_ecdsa_context *ctx, struct source *source, size_t room)
{
	unsigned char hash[32] = { 9 }, sig[MBEDTLS_ECDSA_MAX_LEN];
	size_t len, real_len;
	struct source copy = *source;
	int ret = mbedtls_ecdsa_write_signature(
		ctx, MBEDTLS_MD_SHA256, hash, 32, sig, room, &len, source_random, source);
	assert_int_equal(ret, __real_mbedtls_ecdsa_write_signature(ctx, MBEDTLS_MD_SHA256, hash, 32,
				      sig, room, &real_len, source_random, &copy));
	return ret;
}

static void errors_are_the_same(void **state)
{
	mbedtls_ecdsa_context ctx;
	struct source good = { .state = 1 }, broken = { .fail_at = 1 };
	mbedtls_mpi *d = &ctx.MBEDTLS_PRIVATE(d);
	(void)state;
	make_key(&ctx, MBEDTLS_ECP_DP_SECP256R1, 3);
	assert_int_equal(write_with(&ctx, &good, MBEDTLS_ECDSA_MAX_LEN), 0);
	assert_int_equal(write_with(&ctx, &good, 40), MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL);
	assert_int_equal(write_with(&ctx, &broken, MBEDTLS_ECDSA_MAX_LEN), SOURCE_ERROR);
	assert_int_equal(mbedtls_mpi_lset(d, 0), 0);
	assert_int_equal(
		write_with(&ctx, &good, MBEDTLS_ECDSA_MAX_LEN), MBEDTLS_ERR_ECP_INVALID_KEY);
	assert_int_equal(mbedtls_mpi_copy(d, &ctx.MBEDTLS_PRIVATE(grp).N), 0);
	assert_int_equal(
		write_with(&ctx, &good, MBEDTLS_ECDSA_MAX_LEN), MBEDTLS_ERR_ECP_INVALID_KEY);
	mbedtls_ecdsa_free(&ctx);
}

static void another_curve_falls_through(void **state)
{
	mbedtls_ecdsa_context ctx;
	struct source source = { .state = 4 };
	unsigned char hash[48] = { 1 }, sig[MBEDTLS_ECDSA_MAX_LEN], expected[MBEDTLS_ECDSA_MAX_LEN];
	size_t len, expected_len;
	(void)state;
	make_key(&ctx, MBEDTLS_ECP_DP_SECP384R1, 4);
	assert_int_equal(mbedtls_ecdsa_write_signature(&ctx, MBEDTLS_MD_SHA384, hash, 48, sig,
				 sizeof(sig), &len, source_random, &source),
		0);
	assert_int_equal(__real_mbedtls_ecdsa_write_signature(&ctx, MBEDTLS_MD_SHA384, hash, 48,
				 expected, sizeof(expected), &expected_len, source_random, &source),
		0);
	assert_int_equal(len, expected_len);
	assert_memory_equal(sig, expected, len); /* the library's are not hedged */
	assert_int_equal(mbedtls_ecdsa_read_signature(&ctx, hash, 48, sig, len), 0);
	sig[len - 1] ^= 1;
	assert_int_equal(mbedtls_ecdsa_read_signature(&ctx, hash, 48, sig, len),
		MBEDTLS_ERR_ECP_VERIFY_FAILED);
	mbedtls_ecdsa_free(&ctx);
}

static int start(void **state)
{
	(void)state;
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_6979),
		cmocka_unit_test(opaque_keys),
		cmocka_unit_test(opaque_errors),
		cmocka_unit_test(sign_for_each_other),
		cmocka_unit_test(hedged),
		cmocka_unit_test(damaged_signatures),
		cmocka_unit_test(errors_are_the_same),
		cmocka_unit_test(another_curve_falls_through),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
