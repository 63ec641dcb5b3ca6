/*
 * standin.h - what a test can tell the stand-ins for ESP-IDF's calls, and ask them
 * SPDX-License-Identifier: MIT
 *
 * Zero is how a healthy board behaves.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <esp_err.h>
#include <esp_netif.h>

enum { STANDIN_NETIFS = 4, STANDIN_IP6 = CONFIG_LWIP_IPV6_NUM_ADDRESSES, STANDIN_LOG = 4096 };

struct standin_netif {
	bool up;
	const char *ip4; /* NULL: none */
	const char *ip6[STANDIN_IP6];
};

struct standin {
	/* What fails. */
	bool random_stuck;  /* the same word again and again */
	bool no_semaphores; /* there is no memory for one */
	bool no_tasks;      /* nor for a task */
	esp_err_t nvs_open, nvs_get, nvs_set, nvs_commit, tcpip_exec;
	size_t nvs_room; /* bytes for all values; 0: enough */

	/* Heap: 0 is 64 MB. */
	uint32_t heap_free, heap_largest, heap_caps; /* heap_caps: out, what was asked for */

	/* Interfaces; none: those of this machine. */
	struct standin_netif netif[STANDIN_NETIFS];
	size_t netifs;

	/* Out: the last task that was made, and what is alive. */
	struct {
		char name[16];
		uint32_t stack, priority;
		int core;
	} task;
	int tasks, semaphores, nvs_handles;
	char log[STANDIN_LOG]; /* what was logged: "E hatch: ...\n" */
};

extern struct standin standin;

/* Forgets what was told, and what NVS holds in memory but its files: a reboot, before app_main().
 */
void standin_reboot(void);

/* Whether the caller is in the network's own task: within esp_netif_tcpip_exec(). */
bool standin_in_tcpip(void);

#endif
