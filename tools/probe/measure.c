/* SPDX-License-Identifier: MIT */
/* Many connections; see measure.h. */
#include "probe/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/system.h"

enum {
	TRIES_TO_RESUME = 3, /* a farm of servers may not share its keys: not the first try alone */
};

void samples_add(struct samples *samples, double ms)
{
	if (samples->count < SAMPLES_MAX)
		samples->ms[samples->count++] = ms;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

void samples_sort(struct samples *samples)
{
	qsort(samples->ms, samples->count, sizeof(samples->ms[0]), compare);
}

double samples_median(const struct samples *samples)
{
	size_t middle = samples->count / 2;

	if (samples->count % 2)
		return samples->ms[middle];
	return (samples->ms[middle - 1] + samples->ms[middle]) / 2;
}

/* A microcontroller takes a second for each: show that something happens. */
static void progress(const struct measure *measure, const char *what, size_t done, size_t count)
{
	if (!system_shows_progress())
		return;
	if (done < count)
		fprintf(stderr, "\r%s, %s %zu of %zu...", measure->name, what, done + 1, count);
	else
		fprintf(stderr, "\r%40s\r", "");
}

static bool keep(struct measure *measure, const struct link_result *result)
{
	if (result->stage < LINK_ANSWER) {
		measure->failed++;
		memcpy(measure->failure, result->why, sizeof(measure->failure));
		return false;
	}
	samples_add(&measure->tcp, result->tcp_ms);
	if (result->stage == LINK_DONE)
		samples_add(&measure->answer, result->answer_ms);
	return true;
}

/* A server that does not answer GET will not do so the next time: do not wait for it again. */
static void learn(struct link_setup *setup, const struct link_result *result)
{
	const double short_wait_ms = 500;

	if (result->stage == LINK_ANSWER && setup->answer_timeout_ms > short_wait_ms)
		setup->answer_timeout_ms = short_wait_ms;
}

static void run_full(struct measure *measure, struct link_setup *setup, size_t count,
	mbedtls_ssl_session *session)
{
	struct link_result result;

	for (size_t i = 0; i < count; i++) {
		progress(measure, "full", i, count);
		link_run(&result, setup, NULL, session, NULL);
		learn(setup, &result);
		if (i == 0)
			measure->full = result;
		if (keep(measure, &result)) {
			samples_add(&measure->full_ms, result.tls_ms);
			measure->offered = true;
			measure->full = result;
		} else if (!measure->offered) {
			break;
		}
	}
	progress(measure, "full", count, count);
}

static void run_resumed(struct measure *measure, struct link_setup *setup, size_t count,
	mbedtls_ssl_session session[2])
{
	struct link_result result;
	size_t now = 0;

	for (size_t i = 0; i < count && (measure->resumes || i < TRIES_TO_RESUME); i++) {
		progress(measure, "resumed", i, count);
		link_run(&result, setup, &session[now], &session[!now], NULL);
		measure->tried++;
		/* RFC 8446 appendix C.4: a ticket is used once, if there is another. */
		if (result.got_session)
			now = !now;
		if (!keep(measure, &result) || !result.hello.resumed)
			continue;
		measure->resumes = true;
		measure->last_resumed = result;
		samples_add(&measure->resumed_ms, result.tls_ms);
	}
	progress(measure, "resumed", count, count);
}

void measure_run(struct measure *measure, struct link_setup *setup, size_t count)
{
	mbedtls_ssl_session session[2];

	mbedtls_ssl_session_init(&session[0]);
	mbedtls_ssl_session_init(&session[1]);
	setup->min = measure->version;
	setup->max = measure->version;
	run_full(measure, setup, count, &session[0]);
	if (measure->offered && measure->full.got_session)
		run_resumed(measure, setup, count, session);
	samples_sort(&measure->tcp);
	samples_sort(&measure->full_ms);
	samples_sort(&measure->resumed_ms);
	samples_sort(&measure->answer);
	mbedtls_ssl_session_free(&session[0]);
	mbedtls_ssl_session_free(&session[1]);
}
