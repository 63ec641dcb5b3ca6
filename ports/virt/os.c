/*
 * os.c - the port: clock, heap, tasks, and the table
 * SPDX-License-Identifier: MIT
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include <lwip/opt.h>
#include <mbedtls/platform_time.h>

#include "../../src/hatch_port.h"
#include "../../src/port/bsd_sockets.h"
#include "board.h"
#include "entropy.h"
#include "network.h"
#include "store.h"
#include "task.h"

extern unsigned char __heap_start[], __heap_end[]; /* from the linker script */

/* ---- time ---- */

static uint32_t now_ms(void)
{
	return (uint32_t)(board_ticks() / BOARD_TICKS_PER_MS);
}

static int64_t unix_time(void)
{
	return (int64_t)(board_unix_ns() / 1000000000u);
}

static uint64_t cpu_ns(void)
{
	return board_busy_ticks() * BOARD_NS_PER_TICK;
}

/* What time() of the C library asks. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	uint64_t ns = board_unix_ns();
	now->tv_sec = (time_t)(ns / 1000000000u);
	now->tv_usec = (suseconds_t)(ns / 1000u % 1000000u);
	return 0;
}

/* The TLS library's own clock.  As on most devices it begins with the start. */
mbedtls_ms_time_t mbedtls_ms_time(void)
{
	return (mbedtls_ms_time_t)(board_ticks() / BOARD_TICKS_PER_MS);
}

/* ---- memory ---- */

/* Tries, by halves: the allocator itself does not say. */
static uint32_t largest_block(uint32_t below)
{
	uint32_t fits = 0, fails = below + 1;
	while (fails - fits > 64) {
		uint32_t middle = fits + (fails - fits) / 2;
		void *block = malloc(middle);
		if (block == NULL)
			fails = middle;
		else
			fits = middle;
		free(block);
	}
	return fits;
}

static void heap(struct hatch_heap *out)
{
	struct mallinfo info = mallinfo();
	out->free = (uint32_t)(__heap_end - __heap_start) - (uint32_t)info.uordblks;
	out->largest = largest_block(out->free);
}

size_t hatch_block_size(void *block)
{
	return malloc_usable_size(block);
}

/* ---- secrets ---- */

static int random_bytes(void *buf, size_t len)
{
	entropy_read(buf, len);
	return 0;
}

/* ---- tasks ---- */

static int spawn(void **out, void (*run)(void *arg), void *arg, const struct hatch_task *how)
{
	*out = task_start("server", how->stack, run, arg);
	return *out == NULL ? HATCH_ENOMEM : 0;
}

static void join(void *task)
{
	task_join(task);
}

struct lock {
	bool held;
};

static int lock_open(void **out)
{
	*out = calloc(1, sizeof(struct lock));
	return *out == NULL ? HATCH_ENOMEM : 0;
}

static void lock(void *self)
{
	struct lock *lock = self;
	while (lock->held)
		(void)task_wait(lock, TASK_FOREVER);
	lock->held = true;
}

static void unlock(void *self)
{
	struct lock *lock = self;
	lock->held = false;
	task_wake(lock);
}

/* ---- network ---- */

size_t hx_sockets_max(void)
{
	return MEMP_NUM_NETCONN;
}

/* A server with work at hand does not wait, and nobody else would have a turn. */
static int wait(void *net, struct hatch_wait *set, size_t count, uint32_t ms)
{
	task_yield();
	return hx_bsd_wait(net, set, count, ms);
}

static void log_line(enum hatch_level level, const char *line)
{
	const char *mark = level == HATCH_ERROR  ? "error: "
			   : level == HATCH_WARN ? "warning: "
						 : "";
	printf("hatch: %s%s\n", mark, line);
}

const struct hatch_port hatch_default_port = {
	HX_BSD_NET,
	.wait = wait,
	.now_ms = now_ms,
	.unix_time = unix_time,
	.alloc = malloc,
	.free = free,
	.heap = heap,
	.random = random_bytes,
	.store_get = store_get,
	.store_put = store_put,
	.spawn = spawn,
	.join = join,
	.lock_open = lock_open,
	.lock = lock,
	.unlock = unlock,
	.lock_close = free,
	.addresses = network_addresses,
	.log = log_line,
	.cpu_ns = cpu_ns,
};
