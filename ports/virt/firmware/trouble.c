/*
 * trouble.c - see trouble.h
 * SPDX-License-Identifier: MIT
 */
#include "trouble.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "task.h"

extern unsigned char __ram_end[];

typedef void mistake(void);

static void write_to(uintptr_t address)
{
	*(volatile uint8_t *)address = 1;
}

static void null(void)
{
	write_to(0);
}

static void past(void)
{
	write_to((uintptr_t)__ram_end);
}

static void code(void)
{
	write_to((uintptr_t)code);
}

static void data(void)
{
	static uint32_t ret = 0x00008067; /* the instruction that returns */
	mistake *call;
	uintptr_t address = (uintptr_t)&ret;
	memcpy(&call, &address, sizeof(call));
	call();
}

/* Nothing is to come of the sum: it keeps the compiler from seeing a loop. */
static unsigned deeper(unsigned n)
{
	volatile unsigned char frame[256];
	frame[0] = (unsigned char)n;
	return n > 1000000 ? frame[0] : deeper(n + 1) + frame[0];
}

static void stack(void)
{
	printf("%u\n", deeper(0));
}

static void fill_frame(void *arg)
{
	volatile unsigned char frame[600];
	(void)arg;
	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = 0;
	task_yield();
}

static void task(void)
{
	struct task *task = task_start("small", 600, fill_frame, NULL);
	if (task != NULL)
		task_join(task);
}

bool trouble(const char *word)
{
	static const struct {
		const char *name;
		mistake *make;
	} all[] = { { "trouble=null", null }, { "trouble=past", past }, { "trouble=code", code },
		{ "trouble=data", data }, { "trouble=stack", stack }, { "trouble=task", task } };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(word, all[i].name) != 0)
			continue;
		all[i].make();
		printf("trouble: nothing caught it\n");
		exit(3);
	}
	return false;
}
