/* SPDX-License-Identifier: MIT */
/* A TCP connection to a host by its name, with a deadline. */
#ifndef TOOLS_PROBE_DIAL_H
#define TOOLS_PROBE_DIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/net.h"
#include "probe/target.h"

struct dial {
	net_sock sock; /* NET_NONE if it did not work */
	bool looked_up;
	double tcp_ms;            /* of the attempt that worked */
	char peer[NET_NAME_SIZE]; /* the address */
};

/* Tries the addresses of the host one after the other. On failure why holds a sentence. */
void dial_open(struct dial *dial, const struct target *target, double timeout_ms, char *why,
	size_t why_size);

#endif
