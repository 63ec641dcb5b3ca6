/*
 * heap.c - see heap.h
 * SPDX-License-Identifier: MIT
 */
#include "heap.h"

#include <stdlib.h>

#include <mbedtls/platform.h>

#include "../hatch_port.h"

static _Thread_local struct hx_heap_account *current;
static _Thread_local struct hx_heap_watch *watching;

struct hx_heap_account *hx_heap_enter(struct hx_heap_account *account)
{
	struct hx_heap_account *before = current;
	current = account;
	return before;
}

void hx_heap_leave(struct hx_heap_account *before)
{
	current = before;
}

void hx_heap_watch(struct hx_heap_watch *watch)
{
	watching = watch;
}

uint32_t hx_heap_refused(void)
{
	return current == NULL ? 0 : current->refused;
}

#if defined(MBEDTLS_PLATFORM_MEMORY) && !defined(MBEDTLS_PLATFORM_CALLOC_MACRO)

static bool refuse(struct hx_heap_account *account, size_t count, size_t size)
{
	if (account->fail_at > 0 && --account->fail_at == 0)
		return true;
	/* calloc() itself looks after the overflow. */
	return account->max > 0 && size > 0 && count > (account->max - account->now) / size;
}

static void *account_calloc(size_t count, size_t size)
{
	struct hx_heap_account *account = current;
	if (account == NULL)
		return calloc(count, size);
	void *block = refuse(account, count, size) ? NULL : calloc(count, size);
	if (block == NULL) {
		account->refused++;
		return NULL;
	}
	uint32_t taken = (uint32_t)hatch_block_size(block);
	account->now += taken;
	if (taken > account->largest)
		account->largest = taken;
	if (account->max > 0 && account->now > account->max)
		account->now = account->max; /* the allocator's rounding */
	if (account->now > account->peak)
		account->peak = account->now;
	return block;
}

static void *counted_calloc(size_t count, size_t size)
{
	struct hx_heap_watch *watch = watching;
	if (watch == NULL || watch->count >= 2 || count != 1)
		return account_calloc(count, size);
	unsigned n = watch->count++;
	watch->size[n] = size;
	watch->block[n] = watch->place[n] != NULL ? watch->place[n] : account_calloc(1, size);
	return watch->block[n];
}

static void counted_free(void *block)
{
	struct hx_heap_account *account = current;
	if (watching != NULL && block != NULL &&
		(block == watching->place[0] || block == watching->place[1]))
		return;
	if (block != NULL && account != NULL) {
		uint32_t size = (uint32_t)hatch_block_size(block);
		/* What one connection leaves in the shared cache another may give back. */
		account->now = size < account->now ? account->now - size : 0;
	}
	free(block);
}

bool hx_heap_install(void)
{
	return mbedtls_platform_set_calloc_free(counted_calloc, counted_free) == 0;
}

#else

bool hx_heap_install(void)
{
	return false;
}

#endif
