/*
 * test_heap.c - whose memory the TLS library allocates
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include <mbedtls/platform.h>

#include "tls/heap.h"

static int set_up(void **state)
{
	(void)state;
	return hx_heap_install() && hx_heap_install() ? 0 : -1;
}

static void counted(void **state)
{
	struct hx_heap_account account = { 0 };
	(void)state;
	void *nobodys = mbedtls_calloc(1, 1000);
	struct hx_heap_account *before = hx_heap_enter(&account);
	void *a = mbedtls_calloc(10, 100), *b = mbedtls_calloc(1, 500);
	assert_true(account.now >= 1500 && account.now < 1600);
	uint32_t both = account.now;
	mbedtls_free(a);
	assert_true(account.now >= 500 && account.now < 550);
	assert_int_equal(account.peak, both);
	mbedtls_free(NULL);
	mbedtls_free(b);
	assert_int_equal(account.now, 0);
	assert_int_equal(account.refused, 0);
	hx_heap_leave(before);
	mbedtls_free(nobodys);
	assert_int_equal(account.now, 0);
}

static void nested(void **state)
{
	struct hx_heap_account outer = { 0 }, inner = { 0 };
	(void)state;
	assert_null(hx_heap_enter(&outer));
	struct hx_heap_account *before = hx_heap_enter(&inner);
	assert_ptr_equal(before, &outer);
	void *a = mbedtls_calloc(1, 100);
	hx_heap_leave(before);
	void *b = mbedtls_calloc(1, 300);
	assert_true(inner.now >= 100 && inner.now < 300 && outer.now >= 300);
	mbedtls_free(b);
	/* Given back by somebody who never took so much: no account goes below nothing. */
	mbedtls_free(a);
	assert_int_equal(outer.now, 0);
	hx_heap_leave(NULL);
}

static void limited(void **state)
{
	struct hx_heap_account account = { .max = 1010 };
	(void)state;
	(void)hx_heap_enter(&account);
	assert_null(mbedtls_calloc(1, 1011));
	assert_null(mbedtls_calloc(SIZE_MAX / 2, 4)); /* the product does not fit a size_t */
	assert_int_equal(account.refused, 2);
	assert_int_equal(hx_heap_refused(), 2);
	assert_int_equal(account.now, 0);
	void *all = mbedtls_calloc(10, 101);
	assert_non_null(all);
	assert_int_equal(account.now, 1010); /* never over the limit, however blocks are rounded */
	assert_null(mbedtls_calloc(1, 1));
	assert_int_equal(account.refused, 3);
	mbedtls_free(all);
	assert_int_equal(account.now, 0);
	account.max = 0;
	assert_null(mbedtls_calloc(SIZE_MAX / 2, 4));
	hx_heap_leave(NULL);
	assert_int_equal(hx_heap_refused(), 0); /* nobody's turn */
}

static void fails_when_told(void **state)
{
	struct hx_heap_account account = { .fail_at = 3 };
	void *blocks[4];
	(void)state;
	(void)hx_heap_enter(&account);
	for (unsigned i = 0; i < 4; i++)
		blocks[i] = mbedtls_calloc(1, 10);
	assert_non_null(blocks[0]);
	assert_non_null(blocks[1]);
	assert_null(blocks[2]);
	assert_non_null(blocks[3]);
	assert_int_equal(account.refused, 1);
	for (unsigned i = 0; i < 4; i++)
		mbedtls_free(blocks[i]);
	hx_heap_leave(NULL);
}

static void *allocate(void *arg)
{
	(void)arg;
	mbedtls_free(mbedtls_calloc(1, 5000));
	return NULL;
}

/* Somebody else in the same program, at the same time: not ours. */
static void another_thread(void **state)
{
	struct hx_heap_account account = { 0 };
	pthread_t thread;
	(void)state;
	(void)hx_heap_enter(&account);
	assert_int_equal(pthread_create(&thread, NULL, allocate, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(account.peak, 0);
	hx_heap_leave(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counted),
		cmocka_unit_test(nested),
		cmocka_unit_test(limited),
		cmocka_unit_test(fails_when_told),
		cmocka_unit_test(another_thread),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
