/* SPDX-License-Identifier: MIT */
/* What an owner of such a server would want to know; see report.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/report.h"

enum {
	LONG_CHAIN = 3000, /* bytes: more than two flights of a slow start */
	SOON_DAYS = 30,
};

static void add(struct hints *hints, const char *format, ...)
{
	va_list list;

	if (hints->count == HINTS_MAX)
		return;
	va_start(list, format);
	vsnprintf(hints->text[hints->count++], sizeof(hints->text[0]), format, list);
	va_end(list);
}

static void about_trust(struct hints *hints, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	if (!verdict->store)
		add(hints, "no file of CAs was found on this machine: name one with --ca");
	else if (!verdict->trusted && verdict->self_signed)
		add(hints, "self-signed: browsers warn of it on every device anew; a local CA "
			   "(hatch-cert server) is installed once");
	else if (!verdict->trusted)
		add(hints,
			"not signed by a CA of %s: if it is your own, name it with --ca, and "
			"install it with hatch-cert trust",
			verdict->store);
	if (!verdict->has_names)
		add(hints, "no subjectAltName: browsers ignore the common name and refuse the "
			   "certificate for every address");
	else if (!verdict->name_good)
		add(hints, "the certificate is for other names: a browser refuses it for %s",
			report->target->host);
	if (!verdict->dates_good && verdict->days_left < 0)
		add(hints, "the certificate expired %ld days ago", -verdict->days_left);
	else if (!verdict->dates_good)
		add(hints, "a certificate of the chain is not valid today: clocks that are wrong, "
			   "or a CA that expired");
	else if (verdict->days_left < SOON_DAYS)
		add(hints, "the certificate expires in %ld days", verdict->days_left);
}

static void about_cost(struct hints *hints, const struct verdict *verdict)
{
	if (verdict->is_rsa)
		add(hints,
			"%s certificate: a microcontroller signs with it about ten times slower "
			"than with P-256, in every full handshake",
			verdict->key);
	if (verdict->bytes > LONG_CHAIN)
		add(hints,
			"the chain has %zu bytes in every full handshake: a P-256 certificate "
			"signed by a local CA has about 500",
			verdict->bytes);
}

static void about_resumption(struct hints *hints, const struct measure *measure)
{
	double full = samples_median(&measure->full_ms);

	if (!measure->resumes && measure->full.got_session)
		add(hints,
			"%s does not resume: it hands out sessions but did not take one back in "
			"%zu tries; every reconnect costs the full %.1f ms",
			measure->name, measure->tried, full);
	else if (!measure->resumes)
		add(hints, "%s does not resume: every reconnect costs the full %.1f ms",
			measure->name, full);
	else if (measure->resumed_ms.count < measure->tried - measure->tried / 4)
		add(hints, "%s resumed only %zu of %zu times", measure->name,
			measure->resumed_ms.count, measure->tried);
}

static void about_version(struct hints *hints, const struct measure *measure)
{
	if (!measure->offered)
		return;
	about_resumption(hints, measure);
	if (measure->full.hello.retried)
		add(hints,
			"%s asks for another group first (HelloRetryRequest): one round trip "
			"more in every full handshake",
			measure->name);
	if (measure->failed > 0)
		add(hints, "%s: %zu connections failed; the last: %s", measure->name,
			measure->failed, measure->failure);
}

void hints_make(struct hints *hints, const struct report *report)
{
	hints->count = 0;
	if (report->verdict) {
		about_trust(hints, report);
		about_cost(hints, report->verdict);
	}
	for (size_t i = 0; i < report->measure_count; i++)
		about_version(hints, &report->measures[i]);
}
