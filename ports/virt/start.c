/*
 * start.c - see start.h
 * SPDX-License-Identifier: MIT
 */
#include "start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/hatch_port.h"
#include "board.h"
#include "entropy.h"
#include "network.h"
#include "settings.h"
#include "store.h"
#include "task.h"

extern unsigned char __ram_start[], __ram_end[], __heap_start[], __heap_end[];

static char *cert, *key, *hostname;

void board_start(void)
{
	board_init();
	printf("\nboard: %lu kB of memory, %lu of heap, main stack %lu bytes\n",
		(unsigned long)(__ram_end - __ram_start) / 1024,
		(unsigned long)(__heap_end - __heap_start) / 1024,
		(unsigned long)board_stack_size());
	entropy_open();
	store_open();
	network_open();
}

const struct hatch_identity *board_identity(void)
{
	static struct hatch_identity identity;
	cert = settings_text("cert");
	key = settings_text("key");
	if ((cert == NULL) != (key == NULL))
		board_fail(
			"half an identity: flash.py IMAGE cert=@FILE key=@FILE puts both into the flash");
	if (cert != NULL) {
		identity = (struct hatch_identity)HATCH_PEM(cert, key);
		return &identity;
	}
	hostname = settings_text("hostname");
	identity = (struct hatch_identity)HATCH_SELF_SIGNED(hostname == NULL ? "hatch" : hostname);
	return &identity;
}

void board_forget_identity(void)
{
	if (key != NULL) {
		memset(key, 0, strlen(key));
		__asm__ volatile("" ::"r"(key)
				 : "memory"); /* nobody reads it, yet it is to happen */
	}
	free(cert);
	free(key);
	cert = key = NULL;
}

void board_report(void)
{
	struct hatch_heap heap;
	size_t size, left;
	const char *name;
	for (unsigned n = 0; (name = task_stack_of(n, &size, &left)) != NULL; n++)
		printf("board: stack of %s: %lu of %lu bytes\n", name, (unsigned long)(size - left),
			(unsigned long)size);
	hatch_default_port.heap(&heap);
	printf("board: heap: %lu bytes free, largest block %lu\n", (unsigned long)heap.free,
		(unsigned long)heap.largest);
}
