/* SPDX-License-Identifier: MIT */
/* TCP with deadlines, and the clock that they are measured by. */
#ifndef TOOLS_PROBE_DIAL_H
#define TOOLS_PROBE_DIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/target.h"

double clock_ms(void); /* since some moment in the past; never runs backwards */

struct dial {
	int fd; /* -1 if it did not work */
	bool looked_up;
	double tcp_ms; /* of the attempt that worked */
	char peer[64]; /* the address */
};

/* Tries the addresses of the host one after the other. On failure why holds a sentence. */
void dial_open(struct dial *dial, const struct target *target, double timeout_ms, char *why,
	size_t why_size);

/* Until the socket can be read (or written); false when the deadline is over. */
bool dial_wait(int fd, bool to_write, double deadline_ms);

#endif
