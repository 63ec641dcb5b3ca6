/* SPDX-License-Identifier: MIT */
/* Many connections, and what they have in common. */
#ifndef TOOLS_PROBE_MEASURE_H
#define TOOLS_PROBE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/link.h"

enum {
	SAMPLES_MAX = 100,
};

struct samples {
	size_t count;
	double ms[SAMPLES_MAX]; /* in order once they are all there */
};

void samples_add(struct samples *samples, double ms);
void samples_sort(struct samples *samples);
double samples_median(const struct samples *samples); /* sorted, and not empty */

/* One version of TLS. */
struct measure {
	const char *name; /* "TLS 1.3" */
	mbedtls_ssl_protocol_version version;
	bool offered;            /* by the server */
	struct link_result full; /* a full handshake; says why if it is not offered */
	struct link_result last_resumed;
	struct samples tcp, full_ms, resumed_ms, answer;
	size_t failed;               /* connections that did not work after one that did */
	size_t tried;                /* resumptions tried */
	bool resumes;                /* at least one of them was taken */
	char failure[LINK_WHY_SIZE]; /* the last that failed */
};

/* Fills what comes after name and version. setup->min and max are set here. */
void measure_run(struct measure *measure, struct link_setup *setup, size_t count);

#endif
