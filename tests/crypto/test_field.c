/*
 * test_field.c - the fields, the order and inversion against mbedTLS's big integers
 * SPDX-License-Identifier: MIT
 *
 * Every operation on every pair of edges, then on random numbers of which many words are zeros or
 * ones.  Operands are anything below 2^256 where the headers allow it.
 */
#include "help.h"

#include <mbedtls/bignum.h>

#include "crypto/fe25519.h"
#include "crypto/fn256.h"
#include "crypto/fp256.h"

static mbedtls_mpi prime, x, y, t, u;

static void setup_prime(const char *digits)
{
	mbedtls_mpi_init(&prime);
	mbedtls_mpi_init(&x);
	mbedtls_mpi_init(&y);
	mbedtls_mpi_init(&t);
	mbedtls_mpi_init(&u);
	assert_int_equal(mbedtls_mpi_read_string(&prime, 16, digits), 0);
}

static void end_prime(void)
{
	mbedtls_mpi_free(&prime);
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	mbedtls_mpi_free(&t);
	mbedtls_mpi_free(&u);
}

static void read(mbedtls_mpi *out, const uint32_t a[8])
{
	uint8_t bytes[32];

	hx_u256_to_le(bytes, a);
	assert_int_equal(mbedtls_mpi_read_binary_le(out, bytes, 32), 0);
}

/* r times 2^shift is t, modulo the prime. */
static void assert_is_t(const uint32_t r[8], size_t shift)
{
	read(&u, r);
	assert_int_equal(mbedtls_mpi_shift_l(&u, shift), 0);
	assert_int_equal(mbedtls_mpi_mod_mpi(&u, &u, &prime), 0);
	assert_int_equal(mbedtls_mpi_mod_mpi(&t, &t, &prime), 0);
	assert_int_equal(mbedtls_mpi_cmp_mpi(&u, &t), 0);
}

/* m x - n y */
static void set_t(int m, int n)
{
	mbedtls_mpi_mul_int(&t, &x, (mbedtls_mpi_uint)m);
	mbedtls_mpi_mul_int(&u, &y, (mbedtls_mpi_uint)n);
	mbedtls_mpi_sub_mpi(&t, &t, &u);
}

typedef void pair_check(const uint32_t a[8], const uint32_t b[8]);

static void for_pairs(pair_check *check, unsigned random)
{
	uint32_t a[8], b[8];

	for (unsigned i = 0; i < help_edge_count; i++)
		for (unsigned j = 0; j < help_edge_count; j++)
			check(help_edges[i], help_edges[j]);
	for (unsigned i = 0; i < random; i++) {
		help_random_with_edges(a);
		help_random_with_edges(b);
		check(a, b);
	}
}

/* ---- 2^255 - 19 ---- */

static void check_fe25519(const uint32_t a[8], const uint32_t b[8])
{
	hx_fe25519 r;
	uint8_t bytes[32];

	read(&x, a);
	read(&y, b);
	hx_fe25519_add(r, a, b);
	mbedtls_mpi_add_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	hx_fe25519_sub(r, a, b);
	set_t(1, 1);
	assert_is_t(r, 0);
	hx_fe25519_mul(r, a, b);
	mbedtls_mpi_mul_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	hx_fe25519_sqr(r, a);
	mbedtls_mpi_mul_mpi(&t, &x, &x);
	assert_is_t(r, 0);
	hx_fe25519_add_times(r, a, b, 121665);
	mbedtls_mpi_mul_int(&t, &y, 121665);
	mbedtls_mpi_add_mpi(&t, &t, &x);
	assert_is_t(r, 0);
	/* An operand may be the result. */
	hx_u256_copy(r, a);
	hx_fe25519_mul(r, r, b);
	mbedtls_mpi_mul_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	/* Bytes are below the prime, whatever the form. */
	hx_fe25519_to_bytes(bytes, a);
	mbedtls_mpi_mod_mpi(&t, &x, &prime);
	mbedtls_mpi_read_binary_le(&u, bytes, 32);
	assert_int_equal(mbedtls_mpi_cmp_mpi(&u, &t), 0);
	/* And may be negated, or left. */
	hx_u256_from_le(r, bytes);
	hx_fe25519_negate_where(r, 0);
	assert_is_t(r, 0);
	hx_fe25519_negate_where(r, 0xffffffff);
	mbedtls_mpi_sub_mpi(&t, &prime, &x);
	assert_is_t(r, 0);
}

static void test_fe25519(void **state)
{
	(void)state;
	setup_prime("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED");
	for_pairs(check_fe25519, help_rounds(40000, 1000000));
	end_prime();
}

/* ---- P-256's p ---- */

static void check_fp256(const uint32_t a[8], const uint32_t b[8])
{
	hx_fp256 r;
	uint32_t plain[8];

	read(&x, a);
	read(&y, b);
	hx_fp256_add(r, a, b);
	mbedtls_mpi_add_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	hx_fp256_sub(r, a, b);
	set_t(1, 1);
	assert_is_t(r, 0);
	hx_fp256_mul(r, a, b);
	mbedtls_mpi_mul_mpi(&t, &x, &y);
	assert_is_t(r, 256);
	hx_fp256_sqr(r, a);
	mbedtls_mpi_mul_mpi(&t, &x, &x);
	assert_is_t(r, 256);
	for (int i = 0; i < 4; i++) {
		static const uint32_t m[4] = { 1, 4, 3, 8 }, n[4] = { 8, 1, 0, 8 };
		hx_fp256_combine(r, m[i], a, n[i], b);
		set_t((int)m[i], (int)n[i]);
		assert_is_t(r, 0);
	}
	hx_u256_copy(r, b);
	hx_fp256_combine(r, 1, a, 2, r);
	set_t(1, 2);
	assert_is_t(r, 0);
	hx_u256_copy(r, a);
	hx_fp256_negate_where(r, 0xffffffff);
	set_t(0, 0);
	mbedtls_mpi_sub_mpi(&t, &t, &x);
	assert_is_t(r, 0);
	hx_fp256_to_u256(plain, a);
	mbedtls_mpi_mod_mpi(&t, &x, &prime);
	assert_is_t(plain, 256);
	assert_int_not_equal(hx_u256_sub(r, plain, hx_fp256_p), 0);
	hx_fp256_from_u256(r, a);
	hx_fp256_to_u256(r, r);
	assert_is_t(r, 0);
	mbedtls_mpi_mod_mpi(&t, &x, &prime);
	assert_int_equal(hx_fp256_is_zero(a) != 0, mbedtls_mpi_cmp_int(&t, 0) == 0);
}

static void test_fp256(void **state)
{
	(void)state;
	setup_prime("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
	for_pairs(check_fp256, help_rounds(30000, 1000000));
	end_prime();
}

/* ---- P-256's n ---- */

static void check_fn256(const uint32_t a[8], const uint32_t b[8])
{
	uint32_t c[8], d[8], r[8];

	hx_fn256_reduce(c, a);
	hx_fn256_reduce(d, b);
	read(&t, a);
	assert_is_t(c, 0);
	read(&x, c);
	read(&y, d);
	hx_fn256_add(r, c, d);
	mbedtls_mpi_add_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	assert_int_not_equal(hx_u256_sub(c, r, hx_fn256_n), 0);
	hx_fn256_reduce(c, a);
	hx_fn256_mul(r, c, d);
	mbedtls_mpi_mul_mpi(&t, &x, &y);
	assert_is_t(r, 0);
	assert_int_not_equal(hx_u256_sub(c, r, hx_fn256_n), 0);
}

static void test_fn256(void **state)
{
	(void)state;
	setup_prime("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
	for_pairs(check_fn256, help_rounds(40000, 1000000));
	end_prime();
}

/* ---- inversion, for the three ---- */

static void check_inverse(const struct hx_modulus *m, const uint32_t a[8])
{
	uint32_t small[8], r[8];

	/* below the modulus: 2^256 - 1 less it may be more than it once */
	hx_u256_reduce_once(small, a, m->word);
	hx_u256_reduce_once(small, small, m->word);
	hx_u256_reduce_once(small, small, m->word);
	hx_inverse(r, small, m);
	assert_int_not_equal(hx_u256_sub((uint32_t[8]){ 0 }, r, m->word), 0);
	read(&x, r);
	read(&y, small);
	if (hx_u256_is_zero(small)) {
		assert_int_equal(hx_u256_is_zero(r), 0xffffffff);
		return;
	}
	mbedtls_mpi_mul_mpi(&t, &x, &y);
	read(&prime, m->word);
	assert_is_t((const uint32_t[8]){ 1 }, 0);
}

static void test_inverse(void **state)
{
	static const struct hx_modulus p25519 = { { 0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff,
							  0xffffffff, 0xffffffff, 0xffffffff,
							  0x7fffffff },
		0x179435e5 };
	const struct hx_modulus *moduli[] = { &p25519, &hx_fp256_modulus, &hx_fn256_modulus };
	uint32_t a[8], one[8] = { 1 };

	(void)state;
	setup_prime("3");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(moduli[i]->word[0] * moduli[i]->inverse30 & 0x3fffffff, 1);
		for (unsigned j = 0; j < help_edge_count; j++)
			check_inverse(moduli[i], help_edges[j]);
		for (unsigned j = 0; j < 256; j++) {
			memset(a, 0, sizeof a);
			a[j / 32] = 1u << j % 32;
			check_inverse(moduli[i], a);
			hx_u256_sub(a, moduli[i]->word, a);
			check_inverse(moduli[i], a);
			hx_u256_sub(a, a, one);
			check_inverse(moduli[i], a);
		}
		for (unsigned j = 0; j < help_rounds(8000, 1000000); j++) {
			help_random_with_edges(a);
			check_inverse(moduli[i], a);
		}
	}
	end_prime();
}

/* In Montgomery's form and through the fields' own functions. */
static void test_field_inverse(void **state)
{
	uint32_t a[8], r[8];
	uint8_t bytes[32];

	(void)state;
	for (unsigned i = 0; i < help_edge_count + 200; i++) {
		if (i < help_edge_count)
			hx_u256_copy(a, help_edges[i]);
		else
			help_random_with_edges(a);
		hx_fp256_invert(r, a);
		hx_fp256_mul(r, r, a);
		hx_fp256_sub(r, r, hx_fp256_one);
		assert_true(hx_fp256_is_zero(r) || hx_fp256_is_zero(a));
		hx_fe25519_invert(r, a);
		hx_fe25519_mul(r, r, a);
		hx_fe25519_to_bytes(bytes, r);
		hx_u256_from_le(r, bytes);
		r[0] ^= 1;
		if (!hx_u256_is_zero(r)) {
			r[0] ^= 1;
			assert_true(hx_u256_is_zero(r));
			hx_fe25519_to_bytes(bytes, a);
			hx_u256_from_le(r, bytes);
			assert_true(hx_u256_is_zero(r));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fe25519),
		cmocka_unit_test(test_fp256),
		cmocka_unit_test(test_fn256),
		cmocka_unit_test(test_inverse),
		cmocka_unit_test(test_field_inverse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
