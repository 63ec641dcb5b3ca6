/*
 * board.c - see board.h
 * SPDX-License-Identifier: MIT
 */
#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the linker script: the main stack lies between them, at the end of the memory. */
extern unsigned char __stack[], __heap_end[];

enum { PAINT = 0xa5, IRQ_LINES = 16, UART_THR = 0, UART_LSR = 5, LSR_READY = 0x01 };

static struct {
	board_irq *call;
	void *arg;
} irqs[IRQ_LINES];

static uint64_t slept;

/* ---- console: picolibc's stdin, stdout and stderr ---- */

static int put(char c, FILE *file)
{
	(void)file;
	*board_reg8(BOARD_UART + UART_THR) = (uint8_t)c;
	return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

int board_console_read(void)
{
	if ((*board_reg8(BOARD_UART + UART_LSR) & LSR_READY) == 0)
		return -1;
	return *board_reg8(BOARD_UART);
}

/* ---- the end ---- */

void board_exit(int status)
{
	/* QEMU's test device: "pass", or "fail" with a number (hw/misc/sifive_test.c). */
	*board_reg(BOARD_FINISHER) = status == 0 ? 0x5555 : (uint32_t)status << 16 | 0x3333;
	for (;;)
		__asm__ volatile("wfi");
}

void board_fail(const char *what)
{
	printf("board: %s\n", what);
	board_exit(BOARD_EXIT_BOOT);
}

/* What a failed assertion ends in: there are no signals here. */
void abort(void)
{
	printf("\nABORT called from 0x%08lx\n",
		(unsigned long)(uintptr_t)__builtin_return_address(0));
	board_exit(BOARD_EXIT_ASSERT);
}

/* What exit() of the C library ends in. */
_Noreturn void _exit(int status);
void _exit(int status)
{
	board_exit(status);
}

/* ---- time ---- */

static uint64_t read_wide(uintptr_t low)
{
	uint32_t high, value;
	do {
		high = *board_reg(low + 4);
		value = *board_reg(low);
	} while (high != *board_reg(low + 4));
	return (uint64_t)high << 32 | value;
}

uint64_t board_ticks(void)
{
	return read_wide(BOARD_CLINT + 0xbff8);
}

uint64_t board_busy_ticks(void)
{
	return board_ticks() - slept;
}

/* Goldfish RTC: nanoseconds; reading the low word latches the high one. */
uint64_t board_unix_ns(void)
{
	uint32_t low = *board_reg(BOARD_RTC), high = *board_reg(BOARD_RTC + 4);
	return (uint64_t)high << 32 | low;
}

void board_sleep(uint64_t until)
{
	uint64_t before = board_ticks();
	*board_reg(BOARD_CLINT + 0x4004) = 0xffffffff; /* no early alarm between the two halves */
	*board_reg(BOARD_CLINT + 0x4000) = (uint32_t)until;
	*board_reg(BOARD_CLINT + 0x4004) = (uint32_t)(until >> 32);
	/* Interrupts stay masked: a line that is enabled and raised ends WFI all the same. */
	__asm__ volatile("wfi" ::: "memory");
	slept += board_ticks() - before;
}

/* ---- interrupt lines ---- */

enum { PLIC_ENABLE = 0x2000, PLIC_CLAIM = 0x200004 };

void board_on_irq(unsigned line, board_irq *call, void *arg)
{
	irqs[line].call = call;
	irqs[line].arg = arg;
	*board_reg(BOARD_PLIC + 4 * line) = 1; /* its priority: over the threshold of 0 */
	*board_reg(BOARD_PLIC + PLIC_ENABLE) |= 1u << line;
}

void board_poll(void)
{
	uint32_t line;
	while ((line = *board_reg(BOARD_PLIC + PLIC_CLAIM)) != 0) {
		irqs[line].call(irqs[line].arg);
		*board_reg(BOARD_PLIC + PLIC_CLAIM) = line;
	}
}

/* ---- the main stack ---- */

size_t board_stack_size(void)
{
	return (size_t)(__stack - __heap_end) - BOARD_STACK_GUARD;
}

/* Everything below the caller's frame but the guard. */
static void paint_stack(void)
{
	unsigned char *here = __builtin_frame_address(0);
	for (unsigned char *at = __heap_end + BOARD_STACK_GUARD; at < here - 64; at++)
		*(volatile unsigned char *)at = PAINT;
}

size_t board_stack_left(void)
{
	const unsigned char *at = __heap_end + BOARD_STACK_GUARD;
	while (at < __stack && *at == PAINT)
		at++;
	return (size_t)(at - __heap_end) - BOARD_STACK_GUARD;
}

void board_init(void)
{
	/* The machine timer's and the outer devices' lines wake the core. */
	__asm__ volatile("csrw mie, %0" ::"r"(1u << 7 | 1u << 11));
	paint_stack();
	board_protect();
}
