/* SPDX-License-Identifier: MIT */
/* What was found, for people and for machines. */
#ifndef TOOLS_PROBE_REPORT_H
#define TOOLS_PROBE_REPORT_H

#include "probe/measure.h"
#include "probe/target.h"
#include "probe/verdict.h"

enum {
	VERSIONS_MAX = 2,
	HINTS_MAX = 16,
};

struct hints {
	size_t count;
	char text[HINTS_MAX][320];
};

struct report {
	const struct target *target;
	const struct link_result *first; /* with all versions offered */
	const struct verdict *verdict;   /* NULL if there was no certificate */
	const mbedtls_x509_crt *chain;
	const struct measure *measures;
	size_t measure_count;
};

/* hints.c: what an owner of such a server would want to know. */
void hints_make(struct hints *hints, const struct report *report);

void report_text(const struct report *report, const struct hints *hints);
void report_json(const struct report *report, const struct hints *hints);

#endif
