/*
 * task.c - see task.h
 * SPDX-License-Identifier: MIT
 */
#include "task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "cpu.h"

enum { PAINT = 0xa5, CANARY_LEN = 32, STACK_ALIGN = 16 };

struct task {
	struct task *next; /* in a ring, in the order of turns */
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

static struct task first = { .next = &first, .name = "main" };
static struct task *current = &first;

/* A stack that came from the heap has no guard that traps; its last bytes are looked at instead,
 * each time that its task gives up its turn. */
static void check_stack(const struct task *task)
{
	for (size_t i = 0; task->stack_size != 0 && i < CANARY_LEN; i++)
		if (task->stack[i] != PAINT) {
			printf("\nTRAP the stack of task %s is full\n", task->name);
			board_exit(BOARD_EXIT_TRAP);
		}
}

/* ---- turns ---- */

static bool can_run(struct task *task, uint64_t now)
{
	if (task->ended)
		return false;
	if (task->on != NULL && task->until <= now) {
		task->on = NULL;
		task->timed_out = true;
	}
	return task->on == NULL;
}

static struct task *find_next(void)
{
	uint64_t now = board_ticks();
	struct task *task = current;
	do {
		task = task->next;
		if (can_run(task, now))
			return task;
	} while (task != current);
	return NULL;
}

static uint64_t first_deadline(void)
{
	uint64_t least = UINT64_MAX;
	const struct task *task = current;
	do {
		task = task->next;
		if (!task->ended && task->on != NULL && task->until < least)
			least = task->until;
	} while (task != current);
	return least;
}

static void schedule(void)
{
	struct task *before = current, *next;
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

void task_yield(void)
{
	schedule();
}

bool task_wait(const void *on, uint32_t ms)
{
	struct task *self = current;
	self->on = on;
	self->timed_out = false;
	self->until = ms == TASK_FOREVER ? UINT64_MAX
					 : board_ticks() + (uint64_t)ms * BOARD_TICKS_PER_MS;
	schedule();
	return !self->timed_out;
}

void task_wake(const void *on)
{
	struct task *task = current;
	do {
		if (task->on == on)
			task->on = NULL;
		task = task->next;
	} while (task != current);
}

/* ---- beginning and end ---- */

static void begin(void)
{
	struct task *self = current;
	self->run(self->arg);
	self->ended = true;
	task_wake(self);
	schedule();
	abort(); /* an ended task has no more turn */
}

/* One block: the stack, and above it what describes it, so that an overflow cannot hide itself. */
struct task *task_start(const char *name, size_t stack, void (*run)(void *arg), void *arg)
{
	size_t size = (stack + STACK_ALIGN - 1) & ~(size_t)(STACK_ALIGN - 1);
	unsigned char *bytes = malloc(size + sizeof(struct task));
	if (bytes == NULL)
		return NULL;
	struct task *task = (struct task *)(void *)(bytes + size);
	uintptr_t top = ((uintptr_t)bytes + size) & ~(uintptr_t)(STACK_ALIGN - 1);
	memset(bytes, PAINT, size);
	memset(task, 0, sizeof(*task));
	task->name = name;
	task->run = run;
	task->arg = arg;
	task->stack = bytes;
	task->stack_size = size;
	task->sp = (void *)(top - CPU_FRAME);
	memset(task->sp, 0, CPU_FRAME);
	*(uintptr_t *)task->sp = (uintptr_t)begin;
	task->next = current->next;
	current->next = task;
	return task;
}

void task_join(struct task *task)
{
	struct task *before = task;
	while (!task->ended)
		(void)task_wait(task, TASK_FOREVER);
	while (before->next != task)
		before = before->next;
	before->next = task->next;
	free(task->stack);
}

const char *task_stack_of(unsigned n, size_t *size, size_t *left)
{
	const struct task *task = &first;
	for (; n > 0; n--)
		if ((task = task->next) == &first)
			return NULL;
	*size = board_stack_size();
	*left = board_stack_left();
	if (task->stack_size != 0) {
		*size = task->stack_size;
		for (*left = 0; *left < *size && task->stack[*left] == PAINT;)
			++*left;
	}
	return task->name;
}
