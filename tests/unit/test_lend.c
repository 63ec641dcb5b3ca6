/*
 * test_lend.c - pairs of record buffers, and a context that is moved from one to another
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/platform.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include "tls/heap.h"
#include "tls/lend.h"
#include "tls/mbedtls_version.h"

enum { IN = 1001, OUT = 300 };

static int set_up(void **state)
{
	(void)state;
	return hx_heap_install() && psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

/* Somebody who does not stay in the queue. */
static struct hx_lend_pair *take(struct hx_lend *lend, bool established)
{
	struct hx_lend_wait wait = { .queued = false };
	struct hx_lend_pair *pair = hx_lend_take(lend, &wait, established);
	hx_lend_leave(lend, &wait);
	return pair;
}

static void taken_and_given_back(void **state)
{
	struct hx_heap_account account = { 0 };
	struct hx_lend lend = { .reserve = 1 };
	(void)state;
	(void)hx_heap_enter(&account);
	assert_true(hx_lend_open(&lend, 3, IN, OUT));
	assert_int_equal(lend.count, 3);
	assert_true(lend.in_len >= IN && lend.out_len >= OUT);
	assert_true(account.now >= 3 * (IN + OUT));
	struct hx_lend_pair *a = take(&lend, false), *b = take(&lend, false);
	assert_non_null(a);
	assert_non_null(b);
	assert_true(a->out >= a->in + IN || a->in >= a->out + OUT);
	assert_null(take(&lend, false)); /* the last one is not for handshakes */
	struct hx_lend_pair *c = take(&lend, true);
	assert_non_null(c);
	assert_null(take(&lend, true));
	hx_lend_give(&lend, b);
	assert_null(take(&lend, false));
	assert_ptr_equal(take(&lend, true), b);
	hx_lend_give(&lend, a);
	hx_lend_give(&lend, b);
	hx_lend_give(&lend, c);
	assert_int_equal(lend.left, 3);
	hx_lend_close(&lend);
	assert_int_equal(account.now, 0);
	hx_heap_leave(NULL);
}

/* In order; but for a handshake, which needs two free, only one of the others may go on. */
static void in_the_order_of_coming(void **state)
{
	struct hx_heap_account account = { 0 };
	struct hx_lend lend = { .reserve = 1 };
	struct hx_lend_wait first = { .queued = false }, second = first, third = first,
			    hello = first;
	(void)state;
	(void)hx_heap_enter(&account);
	assert_true(hx_lend_open(&lend, 3, IN, OUT));
	struct hx_lend_pair *a = take(&lend, true), *b = take(&lend, true), *c = take(&lend, true);
	assert_null(hx_lend_take(&lend, &first, true));
	assert_null(hx_lend_take(&lend, &second, true));
	hx_lend_give(&lend, a);
	assert_null(hx_lend_take(&lend, &second, true)); /* it is the first one's */
	assert_null(take(&lend, true));
	a = hx_lend_take(&lend, &first, true);
	assert_non_null(a);
	assert_false(first.queued);
	hx_lend_leave(&lend, &second);
	assert_null(lend.first);
	assert_null(lend.last);
	/* A handshake waits for two. */
	assert_null(hx_lend_take(&lend, &hello, false));
	assert_null(hx_lend_take(&lend, &third, true));
	hx_lend_give(&lend, a);
	assert_null(hx_lend_take(&lend, &hello, false));
	assert_null(hx_lend_take(&lend, &third, true)); /* two of those have one */
	hx_lend_give(&lend, b);
	assert_null(hx_lend_take(&lend, &third, true)); /* it would be the handshake's */
	a = hx_lend_take(&lend, &hello, false);
	assert_non_null(a);
	b = hx_lend_take(&lend, &third, true);
	assert_non_null(b);
	/* Handshakes in a row do not keep the reserve from the others. */
	hx_lend_give(&lend, b);
	hx_lend_give(&lend, c);
	c = take(&lend, false);
	assert_non_null(c);
	assert_null(hx_lend_take(&lend, &hello, false));
	b = take(&lend, true);
	assert_non_null(b);
	hx_lend_leave(&lend, &hello);
	hx_lend_give(&lend, a);
	hx_lend_give(&lend, b);
	hx_lend_give(&lend, c);
	assert_int_equal(lend.established, 0);
	hx_lend_close(&lend);
	assert_int_equal(account.now, 0);
	hx_heap_leave(NULL);
}

static void what_was_used_is_wiped(void **state)
{
	struct hx_lend lend = { 0 };
	(void)state;
	assert_true(hx_lend_open(&lend, 1, IN, OUT));
	struct hx_lend_pair *pair = take(&lend, false);
	memset(pair->in, 1, lend.in_len);
	memset(pair->out, 1, lend.out_len);
	hx_lend_used_in(pair, pair->in + 100, 20);
	hx_lend_used_in(pair, pair->in + 50, 10);
	hx_lend_used_out(pair, pair->out, 8);
	hx_lend_give(&lend, pair);
	for (size_t i = 0; i < lend.in_len; i++)
		assert_int_equal(pair->in[i], i < 120 ? 0 : 1);
	for (size_t i = 0; i < lend.out_len; i++)
		assert_int_equal(pair->out[i], i < 8 ? 0 : 1);
	assert_ptr_equal(take(&lend, true), pair);
	hx_lend_used_all(&lend, pair);
	hx_lend_give(&lend, pair);
	for (size_t i = 0; i < lend.in_len; i++)
		assert_int_equal(pair->in[i], 0);
	for (size_t i = 0; i < lend.out_len; i++)
		assert_int_equal(pair->out[i], 0);
	lend.poison = true;
	(void)take(&lend, true);
	hx_lend_give(&lend, pair);
	assert_int_not_equal(pair->in[0], 0);
	assert_int_not_equal(pair->out[OUT - 1], 0);
	hx_lend_close(&lend);
}

static void no_memory(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 4; n++) {
		struct hx_heap_account account = { .fail_at = n };
		struct hx_lend lend = { 0 };
		(void)hx_heap_enter(&account);
		assert_int_equal(hx_lend_open(&lend, 3, IN, OUT), n == 4);
		if (n < 4)
			assert_int_equal(lend.count + lend.left, 0);
		hx_lend_close(&lend);
		assert_int_equal(account.now, 0);
		hx_heap_leave(NULL);
	}
}

static void set_up_context(mbedtls_ssl_context *ssl, mbedtls_ssl_config *conf)
{
	mbedtls_ssl_init(ssl);
	mbedtls_ssl_config_init(conf);
	assert_int_equal(mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_SERVER,
				 MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

/* Its first two blocks are seen; and where there is a place for them, they are not allocated. */
static void a_context_in_other_buffers(void **state)
{
	struct hx_heap_account account = { 0 };
	struct hx_heap_watch watch = { 0 };
	struct hx_mbed_kept kept;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	(void)state;
	if (!hx_mbed_can_lend())
		skip();
	(void)hx_heap_enter(&account);
	set_up_context(&ssl, &conf);
	hx_heap_watch(&watch);
	assert_int_equal(mbedtls_ssl_setup(&ssl, &conf), 0);
	hx_heap_watch(NULL);
	assert_true(watch.size[0] > MBEDTLS_SSL_IN_CONTENT_LEN);
	assert_true(watch.size[1] > MBEDTLS_SSL_OUT_CONTENT_LEN);
	assert_true(hx_mbed_layout_ok(&ssl, watch.block[0], watch.block[1]));
	assert_false(hx_mbed_layout_ok(&ssl, watch.block[1], watch.block[0]));
	assert_true(account.now > watch.size[0] + watch.size[1]);
	mbedtls_ssl_free(&ssl);
	uint32_t alone = account.now;

	unsigned char *in = malloc(watch.size[0]), *out = malloc(watch.size[1]);
	unsigned char *moved_in = malloc(watch.size[0]), *moved_out = malloc(watch.size[1]);
	watch = (struct hx_heap_watch){ .place = { in, out } };
	mbedtls_ssl_init(&ssl);
	hx_heap_watch(&watch);
	assert_int_equal(mbedtls_ssl_setup(&ssl, &conf), 0);
	hx_heap_watch(NULL);
	assert_true(account.now - alone < 4096);
	assert_true(hx_mbed_layout_ok(&ssl, in, out));
	memcpy(in, "in count", 8);
	memcpy(out, "outcount", 8);
	hx_mbed_detach(&ssl, &kept);
	hx_mbed_attach(&ssl, &kept, moved_in, moved_out);
	assert_true(hx_mbed_layout_ok(&ssl, moved_in, moved_out));
	assert_memory_equal(moved_in, "in count", 8);
	assert_memory_equal(moved_out, "outcount", 8);
	assert_true(hx_mbed_at_rest(&ssl));
	hx_mbed_detach(&ssl, &kept);
	mbedtls_ssl_free(&ssl); /* it has none: nothing of ours is freed */
	mbedtls_ssl_config_free(&conf);
	hx_heap_leave(NULL);
	free(in);
	free(out);
	free(moved_in);
	free(moved_out);
}

/* Setting up fails behind its buffers: those that stood in for them are not freed. */
static void a_failed_context(void **state)
{
	struct hx_heap_account account = { 0 };
	static unsigned char in[20000], out[20000];
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	(void)state;
	if (!hx_mbed_can_lend())
		skip();
	(void)hx_heap_enter(&account);
	set_up_context(&ssl, &conf);
	unsigned fails = 0;
	for (uint32_t n = 1; n < 20; n++) {
		struct hx_heap_watch watch = { .place = { in, out } };
		account.fail_at = n;
		mbedtls_ssl_init(&ssl);
		hx_heap_watch(&watch);
		bool failed = mbedtls_ssl_setup(&ssl, &conf) != 0;
		hx_heap_watch(NULL);
		if (!failed) {
			struct hx_mbed_kept kept;
			hx_mbed_detach(&ssl, &kept);
		}
		fails += failed;
		hx_mbed_free_unset(&ssl, &conf);
		account.fail_at = 0;
		assert_int_equal(account.now, 0);
	}
	assert_true(fails > 0);
	mbedtls_ssl_config_free(&conf);
	hx_heap_leave(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_and_given_back),
		cmocka_unit_test(in_the_order_of_coming),
		cmocka_unit_test(what_was_used_is_wiped),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(a_context_in_other_buffers),
		cmocka_unit_test(a_failed_context),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
