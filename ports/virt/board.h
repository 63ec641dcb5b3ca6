/*
 * board.h - QEMU's riscv32 "virt" machine as a microcontroller: what is where, and its basics
 * SPDX-License-Identifier: MIT
 *
 * One core, rv32imc, no interrupt handlers: devices raise their lines, the line wakes the core,
 * and whoever schedules asks board_poll() which they were.  So nothing here is re-entered.
 */
#ifndef VIRT_BOARD_H
#define VIRT_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hw/riscv/virt.c of QEMU. */
enum {
	BOARD_FINISHER = 0x00100000,
	BOARD_RTC = 0x00101000,
	BOARD_CLINT = 0x02000000,
	BOARD_PLIC = 0x0c000000,
	BOARD_UART = 0x10000000,
	BOARD_VIRTIO = 0x10001000, /* eight, 4 kB apart; interrupt lines 1 to 8 */
	BOARD_VIRTIO_COUNT = 8,
	BOARD_TICKS_PER_MS = 10000, /* of the machine timer */
	BOARD_NS_PER_TICK = 100,
};

/* How QEMU ends: 0, what main() returns, or one of these. */
enum {
	BOARD_EXIT_TRAP = 77,   /* an exception; the console has cause and address */
	BOARD_EXIT_ASSERT = 78, /* an assertion failed, ours or lwIP's */
	BOARD_EXIT_BOOT = 79,   /* a device is missing: QEMU's command line is not ours */
};

/* Console, protection, interrupts; the first thing main() does. */
void board_init(void);
_Noreturn void board_exit(int status);
_Noreturn void board_fail(const char *what); /* BOARD_EXIT_BOOT, with a sentence */

/* The next byte typed on the console, or -1. */
int board_console_read(void);

/* The machine timer: since the start, and of that what the core has not slept. */
uint64_t board_ticks(void);
uint64_t board_busy_ticks(void);
uint64_t board_unix_ns(void); /* of the battery-backed clock */

/* Sleeps until an interrupt line is raised, or the timer has reached that. */
void board_sleep(uint64_t until);

/* Calls those whose interrupt line is raised. */
typedef void board_irq(void *arg);
void board_on_irq(unsigned line, board_irq *call, void *arg);
void board_poll(void);

/*
 * Of the main stack: its size, and how much of it was never touched.  Below it lies the guard,
 * which traps; a frame larger than that could step over it.
 */
enum { BOARD_STACK_GUARD = 1024 };
size_t board_stack_size(void);
size_t board_stack_left(void);

/* protect.c: which memory may be read, written and run; anything else traps. */
void board_protect(void);

static inline volatile uint32_t *board_reg(uintptr_t address)
{
	return (volatile uint32_t *)address;
}

static inline volatile uint8_t *board_reg8(uintptr_t address)
{
	return (volatile uint8_t *)address;
}

#endif
