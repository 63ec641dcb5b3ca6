/*
 * The key exchange of TLS 1.2: what is wrapped, and mbedTLS's own, with each other.
 * SPDX-License-Identifier: MIT
 */
#include "fast.h"

#include <mbedtls/ecdh.h>
#include <mbedtls/platform.h>

typedef int random_source(void *state, unsigned char *out, size_t len);
typedef int make_function(mbedtls_ecdh_context *ctx, size_t *olen, unsigned char *buf, size_t blen,
	random_source *f_rng, void *p_rng);
make_function __real_mbedtls_ecdh_make_params, __real_mbedtls_ecdh_make_public,
	__real_mbedtls_ecdh_calc_secret;

static const mbedtls_ecp_group_id groups[] = { MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1 };

/* Both ways to the secret agree, in both contexts. */
static void check_secrets(mbedtls_ecdh_context *a, mbedtls_ecdh_context *b, struct source *source)
{
	make_function *ways[] = { mbedtls_ecdh_calc_secret, __real_mbedtls_ecdh_calc_secret };
	unsigned char first[66], next[66];
	size_t first_len = 0, len = 0;
	assert_int_equal(ways[0](a, &first_len, first, sizeof(first), source_random, source), 0);
	for (unsigned i = 0; i < 4; i++) {
		mbedtls_ecdh_context *who = i % 2 == 0 ? a : b;
		memset(next, 0, sizeof(next));
		assert_int_equal(
			ways[i / 2](who, &len, next, sizeof(next), source_random, source), 0);
		assert_int_equal(len, first_len);
		assert_memory_equal(next, first, len);
	}
}

static void exchange(
	mbedtls_ecp_group_id id, make_function *params, make_function *public, uint64_t seed)
{
	mbedtls_ecdh_context server, client;
	struct source source = { .state = seed };
	unsigned char buf[160];
	const unsigned char *at = buf;
	size_t len = 0;
	mbedtls_ecdh_init(&server);
	mbedtls_ecdh_init(&client);
	assert_int_equal(mbedtls_ecdh_setup(&server, id), 0);
	assert_int_equal(params(&server, &len, buf, sizeof(buf), source_random, &source), 0);
	assert_int_equal(mbedtls_ecdh_read_params(&client, &at, buf + len), 0);
	assert_ptr_equal(at, buf + len);
	assert_int_equal(mbedtls_ecdh_get_grp_id(&client), id);
	assert_int_equal(public(&client, &len, buf, sizeof(buf), source_random, &source), 0);
	assert_int_equal(mbedtls_ecdh_read_public(&server, buf, len), 0);
	check_secrets(&server, &client, &source);
	mbedtls_ecdh_free(&server);
	mbedtls_ecdh_free(&client);
}

static void agrees_with_the_library(void **state)
{
	(void)state;
	for (unsigned i = 0; i < rounds(20); i++) {
		for (unsigned g = 0; g < 3; g++) {
			exchange(groups[g], mbedtls_ecdh_make_params, mbedtls_ecdh_make_public, i);
			exchange(groups[g], __real_mbedtls_ecdh_make_params,
				mbedtls_ecdh_make_public, i);
			exchange(groups[g], mbedtls_ecdh_make_params,
				__real_mbedtls_ecdh_make_public, i);
		}
	}
}

/* The server's context with this as the client's share; what both ways say of it. */
static void refused(mbedtls_ecp_group_id id, const unsigned char *share, size_t len)
{
	mbedtls_ecdh_context ctx;
	struct source source = { .state = 7 };
	unsigned char buf[160], secret[32];
	size_t olen = 99;
	mbedtls_ecdh_init(&ctx);
	assert_int_equal(mbedtls_ecdh_setup(&ctx, id), 0);
	assert_int_equal(
		mbedtls_ecdh_make_params(&ctx, &olen, buf, sizeof(buf), source_random, &source), 0);
	buf[0] = (unsigned char)len;
	memcpy(buf + 1, share, len);
	if (mbedtls_ecdh_read_public(&ctx, buf, len + 1) == 0) {
		memset(secret, 0xaa, sizeof(secret));
		assert_int_equal(mbedtls_ecdh_calc_secret(&ctx, &olen, secret, sizeof(secret),
					 source_random, &source),
			MBEDTLS_ERR_ECP_INVALID_KEY);
		for (unsigned i = 0; i < sizeof(secret); i++)
			assert_int_equal(secret[i], 0);
		assert_int_equal(__real_mbedtls_ecdh_calc_secret(&ctx, &olen, secret,
					 sizeof(secret), source_random, &source),
			MBEDTLS_ERR_ECP_INVALID_KEY);
	}
	mbedtls_ecdh_free(&ctx);
}

static void bad_shares_are_refused(void **state)
{
	unsigned char point[65] = { 4 };
	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		from_hex(point, low_order[i]);
		refused(MBEDTLS_ECP_DP_CURVE25519, point, 32);
	}
	point[0] = 4;
	for (unsigned i = 0; i < 5; i++) {
		from_hex(point + 1, no_point[i]);
		refused(MBEDTLS_ECP_DP_SECP256R1, point, 65);
	}
	point[0] = 0; /* the identity */
	refused(MBEDTLS_ECP_DP_SECP256R1, point, 1);
}

static void errors_are_passed_on(void **state)
{
	(void)state;
	for (unsigned g = 0; g < 2; g++) {
		make_function *ways[] = { mbedtls_ecdh_make_params, mbedtls_ecdh_make_public };
		for (unsigned i = 0; i < 2; i++) {
			mbedtls_ecdh_context ctx;
			struct source broken = { .fail_at = 1 }, good = { .state = 3 };
			unsigned char buf[160];
			size_t len;
			mbedtls_ecdh_init(&ctx);
			assert_int_equal(mbedtls_ecdh_setup(&ctx, groups[g]), 0);
			assert_int_equal(
				ways[i](&ctx, &len, buf, sizeof(buf), source_random, &broken),
				SOURCE_ERROR);
			assert_int_equal(ways[i](&ctx, &len, buf, 32, source_random, &good),
				MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL);
			assert_int_equal(ways[i](&ctx, &len, buf, 2, source_random, &good),
				MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL);
			mbedtls_ecdh_free(&ctx);
		}
	}
}

/* Nothing but numbers beyond n: no key is better than a bad one. */
static void a_stuck_source(void **state)
{
	mbedtls_ecdh_context ctx;
	struct source stuck = { .ones = true };
	unsigned char buf[160];
	size_t len;
	(void)state;
	mbedtls_ecdh_init(&ctx);
	assert_int_equal(mbedtls_ecdh_setup(&ctx, MBEDTLS_ECP_DP_SECP256R1), 0);
	assert_int_equal(
		mbedtls_ecdh_make_params(&ctx, &len, buf, sizeof(buf), source_random, &stuck),
		MBEDTLS_ERR_ECP_RANDOM_FAILED);
	mbedtls_ecdh_free(&ctx);
}

static unsigned left;

static void *failing_calloc(size_t count, size_t size)
{
	return left > 0 && --left == 0 ? NULL : calloc(count, size);
}

/* The nth allocation fails: an error of memory, and no answer. */
static void without_memory(void **state)
{
	(void)state;
	for (unsigned g = 0; g < 2; g++) {
		int ret = -1;
		unsigned n;
		for (n = 1; ret != 0; n++) {
			mbedtls_ecdh_context ctx;
			struct source source = { .state = n };
			unsigned char buf[160];
			size_t len;
			mbedtls_ecdh_init(&ctx);
			assert_int_equal(mbedtls_ecdh_setup(&ctx, groups[g]), 0);
			assert_int_equal(mbedtls_platform_set_calloc_free(failing_calloc, free), 0);
			left = n;
			ret = mbedtls_ecdh_make_params(
				&ctx, &len, buf, sizeof(buf), source_random, &source);
			left = 0;
			if (ret != 0)
				assert_int_equal(ret, MBEDTLS_ERR_MPI_ALLOC_FAILED);
			mbedtls_ecdh_free(&ctx);
			assert_int_equal(mbedtls_platform_set_calloc_free(calloc, free), 0);
		}
		assert_true(n > 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_library),
		cmocka_unit_test(bad_shares_are_refused),
		cmocka_unit_test(errors_are_passed_on),
		cmocka_unit_test(a_stuck_source),
		cmocka_unit_test(without_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
