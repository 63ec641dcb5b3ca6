/*
 * sys_arch.h - lwIP's semaphores, mailboxes and threads, see sys_arch.c
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_ARCH_SYS_ARCH_H
#define VIRT_ARCH_SYS_ARCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t count;
	bool valid;
} sys_sem_t;

typedef struct {
	void **slots;
	uint32_t size, first, count;
} sys_mbox_t;

typedef struct task *sys_thread_t;

#define sys_sem_valid(sem)         ((sem)->valid)
#define sys_sem_set_invalid(sem)   ((sem)->valid = false)
#define sys_mbox_valid(mbox)       ((mbox)->slots != NULL)
#define sys_mbox_set_invalid(mbox) ((mbox)->slots = NULL)

#endif
