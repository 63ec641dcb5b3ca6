/*
 * threads.h - cooperative threads
 * SPDX-License-Identifier: MIT
 *
 * A thread runs until it waits or yields; nothing interrupts it.  To wait is to name an address
 * that somebody else will wake; whoever returns looks again whether what it waits for is there.
 * While nobody can run, the core sleeps.
 */
#ifndef VIRT_THREADS_H
#define VIRT_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thread;

#define THREAD_FOREVER 0xffffffffu

/* stack: bytes, from the heap.  NULL: no memory.  name is kept, not copied. */
struct thread *thread_start(const char *name, size_t stack, void (*run)(void *arg), void *arg);
void thread_join(struct thread *thread); /* waits for its end, and frees it */

/* Gives the others their turn, and the devices theirs. */
void thread_yield(void);

/* Until thread_wake() with the same address: true; or until the time is up: false. */
bool thread_wait(const void *on, uint32_t ms);
void thread_wake(const void *on);

/* How much of each stack is in use at the most: what of the n-th thread; NULL: there is none.
 * The first is the one that main() runs in. */
const char *thread_stack_of(unsigned n, size_t *size, size_t *left);

#endif
