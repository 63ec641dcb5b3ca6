/*
 * HMAC in steps, with contexts used again, against the library's in one call, which is not wrapped.
 * SPDX-License-Identifier: MIT
 */
#include "fast.h"

#include <mbedtls/md.h>

static const mbedtls_md_type_t types[] = { MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA224,
	MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512 };

static void feed(mbedtls_md_context_t *ctx, const unsigned char *bytes, size_t len, size_t piece)
{
	for (size_t i = 0; i < len; i += piece)
		assert_int_equal(
			mbedtls_md_hmac_update(ctx, bytes + i, len - i < piece ? len - i : piece),
			0);
}

static void agrees_with_the_library(void **state)
{
	struct source source = { .state = 1 };
	unsigned char key[150], bytes[300], expected[64], found[64];
	(void)state;
	for (unsigned t = 0; t < 5; t++) {
		const mbedtls_md_info_t *info = mbedtls_md_info_from_type(types[t]);
		size_t size = mbedtls_md_get_size(info);
		mbedtls_md_context_t ctx;
		mbedtls_md_init(&ctx);
		assert_int_equal(mbedtls_md_setup(&ctx, info, 1), 0);
		for (size_t key_len = 0; key_len <= sizeof(key); key_len++) {
			(void)source_random(&source, key, sizeof(key));
			assert_int_equal(mbedtls_md_hmac_starts(&ctx, key, key_len), 0);
			for (unsigned again = 0; again < 4; again++) {
				size_t len = (key_len * 7 + again * 63) % sizeof(bytes);
				(void)source_random(&source, bytes, sizeof(bytes));
				if (again == 3) /* also after bytes that count for nothing */
					feed(&ctx, key, 100, 9);
				if (again > 0)
					assert_int_equal(mbedtls_md_hmac_reset(&ctx), 0);
				feed(&ctx, bytes, len, 1 + key_len % 70);
				assert_int_equal(mbedtls_md_hmac_finish(&ctx, found), 0);
				assert_int_equal(
					mbedtls_md_hmac(info, key, key_len, bytes, len, expected),
					0);
				assert_memory_equal(found, expected, size);
			}
		}
		mbedtls_md_free(&ctx);
	}
}

static void without_a_context(void **state)
{
	mbedtls_md_context_t ctx;
	unsigned char out[64];
	(void)state;
	mbedtls_md_init(&ctx);
	assert_int_equal(mbedtls_md_hmac_starts(&ctx, out, 1), MBEDTLS_ERR_MD_BAD_INPUT_DATA);
	assert_int_equal(mbedtls_md_hmac_reset(&ctx), MBEDTLS_ERR_MD_BAD_INPUT_DATA);
	assert_int_equal(mbedtls_md_hmac_finish(&ctx, out), MBEDTLS_ERR_MD_BAD_INPUT_DATA);
	/* a hash without HMAC */
	assert_int_equal(
		mbedtls_md_setup(&ctx, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 0), 0);
	assert_int_equal(mbedtls_md_hmac_starts(&ctx, out, 1), MBEDTLS_ERR_MD_BAD_INPUT_DATA);
	assert_int_equal(mbedtls_md_hmac_finish(&ctx, out), MBEDTLS_ERR_MD_BAD_INPUT_DATA);
	mbedtls_md_free(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_library),
		cmocka_unit_test(without_a_context),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
