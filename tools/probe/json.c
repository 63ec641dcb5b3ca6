/* SPDX-License-Identifier: MIT */
/*
 * What was found, for machines; see report.h. One object; times in milliseconds; null where there
 * is nothing to say. Fields are only added.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/mbed.h"
#include "common/say.h"
#include "probe/report.h"

static void put_string(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	if (value)
		say_json(stdout, value, strlen(value));
	else
		printf("null");
}

static void put_bool(const char *name, bool value)
{
	printf(", \"%s\": %s", name, value ? "true" : "false");
}

static void put_names(const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	const char *comma = "";
	char text[256];

	printf(", \"names\": [");
	for (; san && san->buf.p; san = san->next) {
		if (!mbed_san_text(&san->buf, text, sizeof(text)))
			continue;
		printf("%s", comma);
		say_json(stdout, text, strlen(text));
		comma = ", ";
	}
	printf("]");
}

static void put_dn(const char *name, const mbedtls_x509_name *dn)
{
	char text[1024];

	putchar(' ');
	put_string(name, mbedtls_x509_dn_gets(text, sizeof(text), dn) >= 0 ? text : NULL);
	putchar(',');
}

static void put_certificate(const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const mbedtls_x509_crt *cert = report->chain;

	if (!verdict) {
		printf(",\n \"certificate\": null");
		return;
	}
	printf(",\n \"certificate\": {");
	put_dn("subject", &cert->subject);
	put_dn("issuer", &cert->issuer);
	putchar(' ');
	put_string("key", verdict->key);
	printf(", ");
	put_string("signature", verdict->signature);
	put_names(cert);
	printf(", \"days_left\": %ld, \"chain_length\": %zu, \"chain_bytes\": %zu",
		verdict->days_left, verdict->certs, verdict->bytes);
	put_bool("good", verdict_good(verdict));
	put_bool("trusted", verdict->trusted);
	put_bool("self_signed", verdict->self_signed);
	put_bool("dates_good", verdict->dates_good);
	put_bool("name_good", verdict->name_good);
	printf(", ");
	put_string("store", verdict->store);
	printf("}");
}

static void put_samples(const char *name, const struct samples *samples)
{
	printf(",\n   \"%s\": ", name);
	if (samples->count == 0)
		printf("null");
	else
		printf("{\"median\": %.3f, \"min\": %.3f, \"max\": %.3f, \"count\": %zu}",
			samples_median(samples), samples->ms[0], samples->ms[samples->count - 1],
			samples->count);
}

static void put_group(const struct hello *hello)
{
	const char *name = hello_group_name(hello->group);
	char number[16];

	snprintf(number, sizeof(number), "0x%04x", hello->group);
	printf(", ");
	put_string("group", name ? name : hello->group ? number : NULL);
}

static void put_measure(const struct measure *measure)
{
	const struct link_result *full = &measure->full;

	printf("\n  {");
	put_string("version", measure->name);
	put_bool("offered", measure->offered);
	if (!measure->offered) {
		printf(", ");
		put_string("why", full->why);
		printf("}");
		return;
	}
	printf(", ");
	put_string("suite", full->suite);
	put_group(&full->hello);
	put_bool("hello_retry", full->hello.retried);
	put_bool("resumes", measure->resumes);
	printf(", \"failed\": %zu,\n   \"full_bytes_in\": %zu, \"full_bytes_out\": %zu",
		measure->failed, full->bytes_in, full->bytes_out);
	put_samples("tcp_ms", &measure->tcp);
	put_samples("full_ms", &measure->full_ms);
	put_samples("resumed_ms", &measure->resumed_ms);
	put_samples("first_byte_ms", &measure->answer);
	printf(",\n   ");
	put_string("status", full->stage == LINK_DONE ? full->status : NULL);
	printf("}");
}

void report_json(const struct report *report, const struct hints *hints)
{
	printf("{");
	put_string("host", report->target->host);
	printf(", ");
	put_string("port", report->target->port);
	printf(", ");
	put_string("address", report->first->peer);
	put_certificate(report);
	printf(",\n \"versions\": [");
	for (size_t i = 0; i < report->measure_count; i++) {
		printf("%s", i ? "," : "");
		put_measure(&report->measures[i]);
	}
	printf("],\n \"hints\": [");
	for (size_t i = 0; i < hints->count; i++) {
		printf("%s\n  ", i ? "," : "");
		say_json(stdout, hints->text[i], strlen(hints->text[i]));
	}
	printf("]}\n");
}
