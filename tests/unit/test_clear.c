/*
 * test_clear.c - the engine that does nothing; and the arena
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "tls/engine.h"

static struct hx_flight flight;
static struct hx_wire wire;
static struct hx_clear clear;
static struct hx_engine *const engine = &clear.engine;

static int set_up(void **state)
{
	(void)state;
	memset(&flight, 0, sizeof(flight));
	hx_wire_init(&wire, &flight);
	hx_clear_init(&clear, &wire);
	return 0;
}

/* The network brings these bytes, as many as there is a place for. */
static size_t arrive(const char *text)
{
	size_t room, len = strlen(text);
	void *place = hx_wire_rx_buf(&wire, &room);
	assert_non_null(place);
	len = len < room ? len : room;
	memcpy(place, text, len);
	hx_wire_rx_ack(&wire, len);
	return len;
}

static void reading(void **state)
{
	char buf[32];
	(void)state;
	assert_int_equal(engine->ops->handshake(engine), 0);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), HATCH_LATER);
	assert_int_equal(arrive("hello"), 5);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), HATCH_LATER);
	hx_wire_rx_end(&wire, 0);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), 0);
}

/* What peek() has taken comes first, and to whoever reads, however little at a time. */
static void peeking(void **state)
{
	char buf[32];
	(void)state;
	assert_int_equal(engine->ops->peek(engine), HATCH_LATER);
	assert_int_equal(arrive("abcde"), 5);
	assert_int_equal(engine->ops->peek(engine), 1);
	assert_int_equal(engine->ops->peek(engine), 1);
	assert_int_equal(engine->ops->read(engine, buf, 2), 2);
	assert_memory_equal(buf, "ab", 2);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "cde", 3);
	assert_int_equal(engine->ops->peek(engine), HATCH_LATER);
	hx_wire_rx_end(&wire, HATCH_EGONE);
	assert_int_equal(engine->ops->peek(engine), HATCH_EGONE);
}

/* Asked to look, and then read before anybody looked again: the bytes lie in the first place. */
static void read_after_a_peek_that_waits(void **state)
{
	char buf[32];
	(void)state;
	assert_int_equal(engine->ops->peek(engine), HATCH_LATER);
	size_t len = arrive("a line that is longer than what is looked at");
	assert_int_equal(len, sizeof(clear.ahead));
	assert_int_equal(engine->ops->read(engine, buf, 5), 5);
	assert_memory_equal(buf, "a lin", 5);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), (int)len - 5);
	assert_memory_equal(buf, "e that is l", 11);
	/* And with nothing there yet the place moves to the reader. */
	assert_int_equal(engine->ops->peek(engine), HATCH_LATER);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), HATCH_LATER);
	assert_int_equal(arrive("more"), 4);
	assert_int_equal(engine->ops->read(engine, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "more", 4);
}

static void writing(void **state)
{
	static const char text[100] = "as it is";
	struct hatch_tls_facts facts;
	size_t len;
	(void)state;
	assert_int_equal(engine->ops->write(engine, text, sizeof(text)), HATCH_LATER);
	assert_ptr_equal(hx_wire_tx_buf(&wire, &len), text); /* nothing was copied */
	assert_int_equal(len, sizeof(text));
	hx_wire_tx_ack(&wire, 60);
	assert_int_equal(engine->ops->write(engine, text, sizeof(text)), 60);
	assert_int_equal(engine->ops->write(engine, text + 60, 40), HATCH_LATER);
	assert_ptr_equal(hx_wire_tx_buf(&wire, &len), text + 60); /* however few they are */
	hx_wire_tx_ack(&wire, 40);
	assert_int_equal(engine->ops->write(engine, text + 60, 40), 40);
	assert_int_equal(engine->ops->close(engine), 0);
	engine->ops->facts(engine, &facts);
	assert_string_equal(facts.version, "");
	assert_false(facts.resumed);
	hx_wire_tx_end(&wire, HATCH_EGONE);
	assert_int_equal(engine->ops->write(engine, text, sizeof(text)), HATCH_EGONE);
}

static void freed(void **state)
{
	(void)state;
	assert_int_equal(engine->ops->peek(engine), HATCH_LATER);
	(void)arrive("secret");
	assert_int_equal(engine->ops->peek(engine), 1);
	engine->ops->free(engine);
	for (size_t i = 0; i < sizeof(clear.ahead); i++)
		assert_int_equal(clear.ahead[i], 0);
}

static void arena(void **state)
{
	static _Alignas(max_align_t) unsigned char block[256];
	static const size_t sizes[] = { 1, 0, 16, 17, 3, 64 };
	struct hx_arena measure = { NULL, 0 }, real = { block, 0 };
	unsigned char *end = block;
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_null(hx_arena_take(&measure, sizes[i]));
		unsigned char *at = hx_arena_take(&real, sizes[i]);
		assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
		assert_true(at >= end);
		end = at + sizes[i];
	}
	assert_int_equal(measure.used, real.used);
	assert_ptr_equal(end, block + real.used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reading, set_up),
		cmocka_unit_test_setup(peeking, set_up),
		cmocka_unit_test_setup(read_after_a_peek_that_waits, set_up),
		cmocka_unit_test_setup(writing, set_up),
		cmocka_unit_test_setup(freed, set_up),
		cmocka_unit_test(arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
