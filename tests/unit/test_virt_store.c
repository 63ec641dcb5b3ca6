/* SPDX-License-Identifier: MIT */
/*
 * The virtual board's store over a medium that fails, and that loses power at any of its writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../ports/virt/block.h"
#include "../../ports/virt/board.h"
#include "../../ports/virt/store.h"
#include "hatch.h"

enum { SECTORS = 16 * 8 };

static unsigned char medium[SECTORS][BLOCK_SECTOR];
static uint64_t sectors;
static unsigned writes_left; /* then the power is gone */
static bool power_tears;     /* the last write gets half way */
static bool broken;          /* every access fails */

uint64_t block_open(void)
{
	return sectors;
}

bool block_read(uint32_t sector, void *buf)
{
	assert_true(sector < sectors);
	memcpy(buf, medium[sector], BLOCK_SECTOR);
	return !broken;
}

bool block_write(uint32_t sector, const void *buf)
{
	assert_true(sector < sectors);
	if (broken)
		return false;
	if (writes_left == 0)
		return true; /* nobody is there to see it fail */
	writes_left--;
	memcpy(medium[sector], buf,
		power_tears && writes_left == 0 ? BLOCK_SECTOR / 2 : BLOCK_SECTOR);
	return true;
}

static jmp_buf failed;

void board_fail(const char *what)
{
	(void)what;
	longjmp(failed, 1);
}

static void fresh(void)
{
	memset(medium, 0xff, sizeof(medium)); /* as flash is when erased */
	sectors = SECTORS;
	writes_left = 1000000;
	power_tears = broken = false;
	store_open();
}

static void expect(const char *key, const void *value, size_t len)
{
	unsigned char buf[STORE_VALUE_MAX];
	size_t got = sizeof(buf);
	assert_int_equal(store_get(key, buf, &got), 0);
	assert_int_equal(got, len);
	assert_memory_equal(buf, value, len);
}

static bool on_medium(const char *text)
{
	const unsigned char *at = medium[0];
	for (size_t i = 0; i + strlen(text) <= sizeof(medium); i++)
		if (memcmp(at + i, text, strlen(text)) == 0)
			return true;
	return false;
}

/* ---- what it keeps ---- */

static void values_come_back(void **state)
{
	static unsigned char large[STORE_VALUE_MAX];
	unsigned char buf[4];
	size_t len = sizeof(buf);
	(void)state;
	fresh();
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (unsigned char)(i * 7);
	assert_int_equal(store_get("none", buf, &len), HATCH_EGONE);
	assert_int_equal(store_put("one", "first", 5), 0);
	assert_int_equal(store_put("empty", "", 0), 0);
	assert_int_equal(store_put("large", large, sizeof(large)), 0);
	store_open(); /* a reboot */
	expect("one", "first", 5);
	expect("empty", "", 0);
	expect("large", large, sizeof(large));
	for (char n = '0'; n <= '9'; n++) {
		assert_int_equal(store_put("one", &n, 1), 0);
		store_open();
		expect("one", &n, 1);
	}
	assert_int_equal(store_put("one", "second", 6), 0);
	expect("large", large, sizeof(large));
	assert_int_equal(store_get("one", buf, &len), HATCH_EBIG);
}

static void limits(void **state)
{
	static const unsigned char large[STORE_VALUE_MAX + 1];
	size_t len = 0;
	(void)state;
	fresh();
	assert_int_equal(store_put("", "x", 1), HATCH_EINVAL);
	assert_int_equal(store_get("", NULL, &len), HATCH_EINVAL);
	assert_int_equal(store_put("fifteen-letters", "x", 1), 0);
	assert_int_equal(store_put("sixteen--letters", "x", 1), HATCH_EINVAL);
	assert_int_equal(store_put("a", large, sizeof(large)), HATCH_EBIG);
	assert_int_equal(store_put("a", large, sizeof(large) - 1), 0);
}

/* One slot stays free, or nothing could be replaced. */
static void it_fills_up(void **state)
{
	char key[2] = "a";
	(void)state;
	fresh();
	for (; key[0] < 'a' + 15; key[0]++)
		assert_int_equal(store_put(key, key, 1), 0);
	assert_int_equal(store_put("z", "z", 1), HATCH_EFULL);
	assert_int_equal(store_put("a", "new", 3), 0);
	expect("a", "new", 3);
	expect("o", "o", 1);
}

static void what_is_replaced_is_gone(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(store_put("key", "an old secret", 13), 0);
	assert_true(on_medium("an old secret"));
	assert_int_equal(store_put("key", "another", 7), 0);
	assert_false(on_medium("an old secret"));
}

/* ---- what fails ---- */

/* After any number of writes, whole or torn, the old value is there or the new one. */
static void power_is_lost_at_every_write(void **state)
{
	static unsigned char before[2000], after[3000];
	(void)state;
	memset(before, 'b', sizeof(before));
	memset(after, 'a', sizeof(after));
	unsigned old = 0, new = 0;
	for (unsigned n = 0; n < 40; n++) {
		unsigned char buf[STORE_VALUE_MAX];
		size_t len = sizeof(buf);
		fresh();
		assert_int_equal(store_put("other", "o", 1), 0);
		assert_int_equal(store_put("key", before, sizeof(before)), 0);
		writes_left = n / 2;
		power_tears = n % 2 == 1;
		(void)store_put("key", after, sizeof(after));
		writes_left = 1000000;
		power_tears = false;
		store_open();
		expect("other", "o", 1);
		assert_int_equal(store_get("key", buf, &len), 0);
		bool is_old = len == sizeof(before);
		assert_memory_equal(buf, is_old ? before : after, len);
		old += is_old ? 1 : 0;
		new += is_old ? 0 : 1;
		assert_int_equal(store_put("key", "x", 1), 0); /* and it goes on */
		expect("key", "x", 1);
	}
	assert_true(old > 5 && new > 5);
}

static void a_medium_that_fails(void **state)
{
	unsigned char buf[8];
	size_t len = sizeof(buf);
	(void)state;
	fresh();
	assert_int_equal(store_put("key", "value", 5), 0);
	broken = true;
	assert_int_equal(store_get("key", buf, &len), HATCH_EPORT);
	assert_int_equal(store_put("key", "other", 5), HATCH_EPORT);
	broken = false;
	expect("key", "value", 5);
}

/* A flipped bit anywhere in a slot loses its value at most: it is never taken for another one. */
static void damage_is_seen(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 44 * 8; bit++) {
		unsigned char buf[STORE_VALUE_MAX];
		size_t len = sizeof(buf);
		fresh();
		assert_int_equal(store_put("key", "value", 5), 0);
		medium[0][bit / 8] ^= (unsigned char)(1u << bit % 8);
		store_open();
		int error = store_get("key", buf, &len);
		assert_true(error == HATCH_EGONE || (error == 0 && bit >= 36 * 8));
		fresh();
		assert_int_equal(store_put("key", "value", 5), 0);
		medium[1][bit / 8 % 5] ^= (unsigned char)(1u << bit % 8);
		store_open();
		len = sizeof(buf);
		assert_int_equal(store_get("key", buf, &len), HATCH_EPORT);
	}
}

static void without_a_medium(void **state)
{
	(void)state;
	sectors = 7;
	if (setjmp(failed) == 0) {
		store_open();
		fail();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(limits),
		cmocka_unit_test(it_fills_up),
		cmocka_unit_test(what_is_replaced_is_gone),
		cmocka_unit_test(power_is_lost_at_every_write),
		cmocka_unit_test(a_medium_that_fails),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(without_a_medium),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
