/* SPDX-License-Identifier: MIT */
/* What was found, for people; see report.h. The server's bytes come out escaped. */
#include <stdio.h>
#include <string.h>

#include "common/mbed.h"
#include "common/say.h"
#include "probe/report.h"

enum {
	NAMES_SHOWN = 12,
};

static void print_names(const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	char text[256];
	size_t count = 0;

	printf("  names       ");
	for (; san && san->buf.p; san = san->next) {
		if (!mbed_san_text(&san->buf, text, sizeof(text)) || ++count > NAMES_SHOWN)
			continue;
		putchar(' ');
		say_escaped(stdout, text, strlen(text));
	}
	if (count > NAMES_SHOWN)
		printf(" and %zu more", count - NAMES_SHOWN);
	printf(count ? "\n" : " none (no subjectAltName)\n");
}

static void print_dn(const char *label, const mbedtls_x509_name *name)
{
	char text[1024];
	int len = mbedtls_x509_dn_gets(text, sizeof(text), name);

	/* Mbed TLS escapes what is not printable. */
	printf("  %-12s %s\n", label, len > 0 ? text : "(none, or too long)");
}

static void print_verdict(const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const char *host = report->target->host;

	printf("  verdict      %s\n", verdict_good(verdict) ? "GOOD" : "BAD: browsers refuse it");
	printf("    name       %s %s\n", verdict->name_good ? "good for" : "NOT for", host);
	printf("    dates      %s\n", verdict->dates_good ? "good" : "NOT valid now");
	if (verdict->trusted)
		printf("    chain      trusted through %s\n", verdict->store);
	else
		printf("    chain      NOT trusted%s\n",
			verdict->self_signed ? ": self-signed" : "");
}

static void print_certificate(const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const mbedtls_x509_crt *cert = report->chain;

	printf("\nCertificate\n");
	print_dn("subject", &cert->subject);
	print_dn("issuer", &cert->issuer);
	print_names(cert);
	printf("  valid        %04d-%02d-%02d to %04d-%02d-%02d (%ld days left)\n",
		cert->valid_from.year, cert->valid_from.mon, cert->valid_from.day,
		cert->valid_to.year, cert->valid_to.mon, cert->valid_to.day, verdict->days_left);
	printf("  key          %s, signed by %s\n", verdict->key, verdict->signature);
	printf("  chain        %zu certificate%s, %zu bytes\n", verdict->certs,
		verdict->certs == 1 ? "" : "s", verdict->bytes);
	print_verdict(report);
}

static void print_samples(const char *label, const struct samples *samples)
{
	if (samples->count == 0)
		return;
	printf("  %-12s %8.1f ms", label, samples_median(samples));
	if (samples->count > 1)
		printf("   median of %zu: %.1f to %.1f", samples->count, samples->ms[0],
			samples->ms[samples->count - 1]);
	putchar('\n');
}

static void print_group(const struct hello *hello)
{
	const char *name = hello_group_name(hello->group);

	if (name)
		printf("%s", name);
	else if (hello->group)
		printf("group 0x%04x", hello->group);
	else
		printf("no group");
}

static void print_resumed(const struct measure *measure)
{
	if (!measure->resumes) {
		printf("  %-12s it does not resume\n", "TLS resumed");
		return;
	}
	print_samples("TLS resumed", &measure->resumed_ms);
	printf("%24s%zu bytes in, %zu out\n", "", measure->last_resumed.bytes_in,
		measure->last_resumed.bytes_out);
}

static void print_answer(const struct measure *measure)
{
	if (measure->answer.count == 0) {
		printf("  %-12s %s\n", "first byte", measure->full.why);
		return;
	}
	print_samples("first byte", &measure->answer);
	printf("  %-12s ", "answer");
	say_escaped(stdout, measure->full.status, strlen(measure->full.status));
	putchar('\n');
}

static void print_measure(const struct measure *measure)
{
	const struct link_result *full = &measure->full;

	if (!measure->offered) {
		printf("\n%s: %s\n", measure->name, full->why);
		return;
	}
	printf("\n%s: %s, ", measure->name, full->suite);
	print_group(&full->hello);
	putchar('\n');
	print_samples("TCP", &measure->tcp);
	print_samples("TLS full", &measure->full_ms);
	printf("%24s%zu bytes in, %zu out\n", "", full->bytes_in, full->bytes_out);
	print_resumed(measure);
	print_answer(measure);
}

void report_text(const struct report *report, const struct hints *hints)
{
	printf("%s port %s, at %s\n", report->target->host, report->target->port,
		report->first->peer);
	if (report->verdict)
		print_certificate(report);
	for (size_t i = 0; i < report->measure_count; i++)
		print_measure(&report->measures[i]);
	for (size_t i = 0; i < hints->count; i++)
		printf("%s  - %s\n", i ? "" : "\nHints\n", hints->text[i]);
}
