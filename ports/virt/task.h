/*
 * task.h - cooperative tasks
 * SPDX-License-Identifier: MIT
 *
 * A task runs until it waits or yields; nothing interrupts it.  To wait is to name an address
 * that somebody else will wake; whoever returns looks again whether what it waits for is there.
 * While nobody can run, the core sleeps.
 */
#ifndef VIRT_TASK_H
#define VIRT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

#define TASK_FOREVER 0xffffffffu

/* stack: bytes, from the heap.  NULL: no memory.  name is kept, not copied. */
struct task *task_start(const char *name, size_t stack, void (*run)(void *arg), void *arg);
void task_join(struct task *task); /* waits for its end, and frees it */

/* Gives the others their turn, and the devices theirs. */
void task_yield(void);

/* Until task_wake() with the same address: true; or until the time is up: false. */
bool task_wait(const void *on, uint32_t ms);
void task_wake(const void *on);

/* How much of each stack is in use at the most: what of the n-th task; NULL: there is none.
 * The first is the one that main() runs in. */
const char *task_stack_of(unsigned n, size_t *size, size_t *left);

#endif
