/* SPDX-License-Identifier: MIT */
/* What to connect to: https://host[:port]/path, host:port, host, [v6]:port. */
#ifndef TOOLS_PROBE_TARGET_H
#define TOOLS_PROBE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct target {
	char host[254]; /* without brackets */
	char port[6];
	char path[1024]; /* begins with a slash */
	bool is_ip;
	unsigned char address[16]; /* if is_ip */
	size_t address_len;
};

/* NULL if it fits, else what is wrong, as the end of a sentence. */
const char *target_parse(struct target *target, const char *url);

#endif
