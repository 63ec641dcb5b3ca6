/*
 * cpu.h - see cpu.S
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_CPU_H
#define VIRT_CPU_H

/* Leaves this stack, whose pointer goes to *save, for one that was left so before.  A fresh one
 * has CPU_FRAME bytes on it, the first word being where to begin. */
enum { CPU_FRAME = 64 };
void cpu_switch(void **save, void *load);

void cpu_trap(void); /* not to be called: the address for mtvec */

#endif
