/*
 * threads.c - see threads.h
 * SPDX-License-Identifier: MIT
 */
#include "threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "cpu.h"

enum { PAINT = 0xa5, CANARY_LEN = 32, STACK_ALIGN = 16 };

struct thread {
	struct thread *next; /* in a ring, in the order of turns */
	const char *name;
	void *sp;       /* while it does not run */
	const void *on; /* what it waits for; NULL: it can run */
	uint64_t until; /* or for how long */
	bool timed_out;
	void (*run)(void *arg);
	void *arg;
	bool ended;
	size_t stack_size; /* 0: the main stack, which protect.c guards */
	unsigned char *stack;
};

static struct thread first = { .next = &first, .name = "main" };
static struct thread *current = &first;

/* A stack that came from the heap has no guard that traps; its last bytes are looked at instead,
 * each time that its thread gives up its turn. */
static void check_stack(const struct thread *thread)
{
	for (size_t i = 0; thread->stack_size != 0 && i < CANARY_LEN; i++)
		if (thread->stack[i] != PAINT) {
			printf("\nTRAP the stack of task %s is full\n", thread->name);
			board_exit(BOARD_EXIT_TRAP);
		}
}

/* ---- turns ---- */

static bool can_run(struct thread *thread, uint64_t now)
{
	if (thread->ended)
		return false;
	if (thread->on != NULL && thread->until <= now) {
		thread->on = NULL;
		thread->timed_out = true;
	}
	return thread->on == NULL;
}

static struct thread *find_next(void)
{
	uint64_t now = board_ticks();
	struct thread *thread = current;
	do {
		thread = thread->next;
		if (can_run(thread, now))
			return thread;
	} while (thread != current);
	return NULL;
}

static uint64_t first_deadline(void)
{
	uint64_t least = UINT64_MAX;
	const struct thread *thread = current;
	do {
		thread = thread->next;
		if (!thread->ended && thread->on != NULL && thread->until < least)
			least = thread->until;
	} while (thread != current);
	return least;
}

static void schedule(void)
{
	struct thread *before = current, *next;
	board_poll();
	while ((next = find_next()) == NULL) {
		board_sleep(first_deadline());
		board_poll();
	}
	check_stack(before);
	if (next == before)
		return;
	current = next;
	cpu_switch(&before->sp, next->sp);
}

void thread_yield(void)
{
	schedule();
}

bool thread_wait(const void *on, uint32_t ms)
{
	struct thread *self = current;
	self->on = on;
	self->timed_out = false;
	self->until = ms == THREAD_FOREVER ? UINT64_MAX
					   : board_ticks() + (uint64_t)ms * BOARD_TICKS_PER_MS;
	schedule();
	return !self->timed_out;
}

void thread_wake(const void *on)
{
	struct thread *thread = current;
	do {
		if (thread->on == on)
			thread->on = NULL;
		thread = thread->next;
	} while (thread != current);
}

/* ---- beginning and end ---- */

static void begin(void)
{
	struct thread *self = current;
	self->run(self->arg);
	self->ended = true;
	thread_wake(self);
	schedule();
	abort(); /* an ended thread has no more turn */
}

struct thread *thread_start(const char *name, size_t stack, void (*run)(void *arg), void *arg)
{
	size_t size = (stack + STACK_ALIGN - 1) & ~(size_t)(STACK_ALIGN - 1);
	struct thread *thread = calloc(1, sizeof(*thread));
	unsigned char *bytes = malloc(size);
	if (thread == NULL || bytes == NULL) {
		free(thread);
		free(bytes);
		return NULL;
	}
	uintptr_t top = ((uintptr_t)bytes + size) & ~(uintptr_t)(STACK_ALIGN - 1);
	memset(bytes, PAINT, size);
	thread->name = name;
	thread->run = run;
	thread->arg = arg;
	thread->stack = bytes;
	thread->stack_size = size;
	thread->sp = (void *)(top - CPU_FRAME);
	memset(thread->sp, 0, CPU_FRAME);
	*(uintptr_t *)thread->sp = (uintptr_t)begin;
	thread->next = current->next;
	current->next = thread;
	return thread;
}

void thread_join(struct thread *thread)
{
	struct thread *before = thread;
	while (!thread->ended)
		(void)thread_wait(thread, THREAD_FOREVER);
	while (before->next != thread)
		before = before->next;
	before->next = thread->next;
	free(thread->stack);
	free(thread);
}

const char *thread_stack_of(unsigned n, size_t *size, size_t *left)
{
	const struct thread *thread = &first;
	for (; n > 0; n--)
		if ((thread = thread->next) == &first)
			return NULL;
	*size = board_stack_size();
	*left = board_stack_left();
	if (thread->stack_size != 0) {
		*size = thread->stack_size;
		for (*left = 0; *left < *size && thread->stack[*left] == PAINT;)
			++*left;
	}
	return thread->name;
}
