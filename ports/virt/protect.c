/*
 * protect.c - physical memory protection, and what happens when it bites
 * SPDX-License-Identifier: MIT
 *
 * RISC-V privileged architecture, section 3.7.  Locked entries bind machine mode too, and the
 * first entry that matches decides: so first the exceptions, then what is allowed, then nothing.
 * There are sixteen entries; these are nine:
 *
 *	0      the guard below the main stack: nothing
 *	1      flash: read, run
 *	2, 3   memory, exactly as much as the budget: read, write
 *	4      test device and clock
 *	5      timer
 *	6      interrupt controller
 *	7      console, virtio
 *	8      everything, so also address 0: nothing
 */
#include <stdio.h>

#include "board.h"
#include "cpu.h"

extern unsigned char __flash_start[], __flash_end[], __ram_start[], __ram_end[], __heap_end[];

enum { READ = 1, WRITE = 2, RUN = 4, TOP_OF_RANGE = 1 << 3, POWER_OF_TWO = 3 << 3, LOCK = 1 << 7 };

/* Entry n's address, in units of four bytes. */
static void set_address(unsigned n, uint32_t value)
{
	switch (n) { /* the register's number is part of the instruction */
	case 0: __asm__ volatile("csrw pmpaddr0, %0" ::"r"(value)); break;
	case 1: __asm__ volatile("csrw pmpaddr1, %0" ::"r"(value)); break;
	case 2: __asm__ volatile("csrw pmpaddr2, %0" ::"r"(value)); break;
	case 3: __asm__ volatile("csrw pmpaddr3, %0" ::"r"(value)); break;
	case 4: __asm__ volatile("csrw pmpaddr4, %0" ::"r"(value)); break;
	case 5: __asm__ volatile("csrw pmpaddr5, %0" ::"r"(value)); break;
	case 6: __asm__ volatile("csrw pmpaddr6, %0" ::"r"(value)); break;
	case 7: __asm__ volatile("csrw pmpaddr7, %0" ::"r"(value)); break;
	default: __asm__ volatile("csrw pmpaddr8, %0" ::"r"(value)); break;
	}
}

/* start is a multiple of size, size a power of two and at least 8. */
static uint32_t block(uintptr_t start, uint32_t size)
{
	return (uint32_t)(start >> 2) | (size / 8 - 1);
}

void board_protect(void)
{
	static const uint8_t how[12] = {
		LOCK | POWER_OF_TWO,
		LOCK | POWER_OF_TWO | READ | RUN,
		LOCK, /* only the start of the range that the next entry ends */
		LOCK | TOP_OF_RANGE | READ | WRITE,
		LOCK | POWER_OF_TWO | READ | WRITE,
		LOCK | POWER_OF_TWO | READ | WRITE,
		LOCK | POWER_OF_TWO | READ | WRITE,
		LOCK | POWER_OF_TWO | READ | WRITE,
		LOCK | POWER_OF_TWO,
	};
	__asm__ volatile("csrw mtvec, %0" ::"r"(cpu_trap));
	set_address(0, block((uintptr_t)__heap_end, BOARD_STACK_GUARD));
	set_address(1, block((uintptr_t)__flash_start, (uint32_t)(__flash_end - __flash_start)));
	set_address(2, (uint32_t)((uintptr_t)__ram_start >> 2));
	set_address(3, (uint32_t)((uintptr_t)__ram_end >> 2));
	set_address(4, block(BOARD_FINISHER, 0x2000));
	set_address(5, block(BOARD_CLINT, 0x10000));
	set_address(6, block(BOARD_PLIC, 0x4000000));
	set_address(7, block(BOARD_UART, 0x200000));
	set_address(8, 0xffffffff);
	for (unsigned n = 0; n < 3; n++) {
		uint32_t four = (uint32_t)how[4 * n] | (uint32_t)how[4 * n + 1] << 8 |
				(uint32_t)how[4 * n + 2] << 16 | (uint32_t)how[4 * n + 3] << 24;
		switch (n) {
		case 0: __asm__ volatile("csrw pmpcfg0, %0" ::"r"(four)); break;
		case 1: __asm__ volatile("csrw pmpcfg1, %0" ::"r"(four)); break;
		default: __asm__ volatile("csrw pmpcfg2, %0" ::"r"(four)); break;
		}
	}
}

/* ---- exceptions ---- */

static const char *name_of(uint32_t cause)
{
	switch (cause) {
	case 0: return "the program counter is misaligned";
	case 1: return "no right to run here";
	case 2: return "no such instruction";
	case 3: return "a breakpoint";
	case 5: return "no right to read there";
	case 7: return "no right to write there";
	default: return "another exception";
	}
}

/* From cpu.S, on a stack of its own. */
_Noreturn void board_trap(uint32_t cause, uint32_t at, uint32_t value)
{
	uintptr_t guard = (uintptr_t)__heap_end;
	printf("\nTRAP %s: mcause=%lu mepc=0x%08lx mtval=0x%08lx%s\n", name_of(cause),
		(unsigned long)cause, (unsigned long)at, (unsigned long)value,
		value >= guard && value < guard + BOARD_STACK_GUARD ? " (the main stack is full)"
								    : "");
	board_exit(BOARD_EXIT_TRAP);
}
