/*
 * atomic.c - what the compiler calls for counters that tasks share: rv32imc has no such instruction
 * SPDX-License-Identifier: MIT
 *
 * Tasks give their turn away by themselves and nothing interrupts them, so that whatever one does
 * is one step to the others.  ESP-IDF has the same functions for the ESP32-C3, with interrupts off.
 */

unsigned int __atomic_fetch_add_4(volatile void *at, unsigned int value, int order);

unsigned int __atomic_fetch_add_4(volatile void *at, unsigned int value, int order)
{
	volatile unsigned int *number = at;
	unsigned int before = *number;
	(void)order;
	*number = before + value;
	return before;
}
