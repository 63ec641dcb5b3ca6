/*
 * sys_arch.c - lwIP's semaphores, mailboxes and threads over cooperative ones
 * SPDX-License-Identifier: MIT
 *
 * Who finds nothing waits on the object's address and looks again: so waking too many is harmless.
 */
#include <stdio.h>
#include <stdlib.h>

#include <lwip/sys.h>

#include "board.h"
#include "entropy.h"
#include "task.h"

void sys_init(void)
{
}

u32_t sys_now(void)
{
	return (u32_t)(board_ticks() / BOARD_TICKS_PER_MS);
}

uint32_t virt_random32(void)
{
	uint32_t number;
	entropy_read(&number, sizeof(number));
	return number;
}

void virt_assert_failed(const char *what, const char *file, int line)
{
	printf("\nASSERT lwIP: %s (%s:%d)\n", what, file, line);
	board_exit(BOARD_EXIT_ASSERT);
}

/* lwIP's timeouts: 0 is for ever. */
static uint64_t deadline_of(u32_t ms)
{
	return ms == 0 ? UINT64_MAX : board_ticks() + (uint64_t)ms * BOARD_TICKS_PER_MS;
}

/* False: the deadline has passed. */
static bool wait_on(const void *on, uint64_t deadline)
{
	uint64_t now = board_ticks();
	if (deadline == UINT64_MAX)
		return task_wait(on, TASK_FOREVER);
	if (now >= deadline)
		return false;
	(void)task_wait(on, (uint32_t)((deadline - now) / BOARD_TICKS_PER_MS) + 1);
	return true;
}

/* ---- semaphores ---- */

err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
	sem->count = count;
	sem->valid = true;
	return ERR_OK;
}

void sys_sem_free(sys_sem_t *sem)
{
	sem->valid = false;
}

void sys_sem_signal(sys_sem_t *sem)
{
	sem->count++;
	task_wake(sem);
}

u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout)
{
	uint64_t deadline = deadline_of(timeout);
	while (sem->count == 0)
		if (!wait_on(sem, deadline))
			return SYS_ARCH_TIMEOUT;
	sem->count--;
	return 0;
}

/* ---- mailboxes ---- */

err_t sys_mbox_new(sys_mbox_t *mbox, int size)
{
	mbox->size = (uint32_t)size;
	mbox->first = mbox->count = 0;
	mbox->slots = malloc((size_t)size * sizeof(*mbox->slots));
	return mbox->slots == NULL ? ERR_MEM : ERR_OK;
}

void sys_mbox_free(sys_mbox_t *mbox)
{
	free(mbox->slots);
	mbox->slots = NULL;
}

err_t sys_mbox_trypost(sys_mbox_t *mbox, void *message)
{
	if (mbox->count == mbox->size)
		return ERR_MEM;
	mbox->slots[(mbox->first + mbox->count++) % mbox->size] = message;
	task_wake(mbox);
	return ERR_OK;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *message)
{
	return sys_mbox_trypost(mbox, message);
}

void sys_mbox_post(sys_mbox_t *mbox, void *message)
{
	while (sys_mbox_trypost(mbox, message) != ERR_OK)
		(void)task_wait(mbox, TASK_FOREVER);
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **message)
{
	if (mbox->count == 0)
		return SYS_MBOX_EMPTY;
	void *first = mbox->slots[mbox->first];
	mbox->first = (mbox->first + 1) % mbox->size;
	mbox->count--;
	task_wake(mbox);
	if (message != NULL)
		*message = first;
	return 0;
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **message, u32_t timeout)
{
	uint64_t deadline = deadline_of(timeout);
	while (sys_arch_mbox_tryfetch(mbox, message) == SYS_MBOX_EMPTY)
		if (!wait_on(mbox, deadline))
			return SYS_ARCH_TIMEOUT;
	return 0;
}

/* ---- threads ---- */

sys_thread_t sys_thread_new(
	const char *name, lwip_thread_fn run, void *arg, int stack, int priority)
{
	(void)priority;
	struct task *task = task_start(name, (size_t)stack, run, arg);
	if (task == NULL)
		board_fail("no memory for a thread of lwIP");
	return task;
}
