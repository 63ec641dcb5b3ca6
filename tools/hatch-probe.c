/* SPDX-License-Identifier: MIT */
/* hatch-probe: what does it cost to connect to this HTTPS server, and would a browser? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/args.h"
#include "common/mbed.h"
#include "common/say.h"
#include "common/system.h"
#include "probe/measure.h"
#include "probe/net.h"
#include "probe/report.h"
#include "probe/target.h"
#include "probe/verdict.h"

static struct {
	struct arg_list urls;
	const char *ca, *tls;
	long count, timeout_s;
	bool json;
} opt = { .count = 5, .timeout_s = 10 };

static const struct arg_option options[] = {
	{ "ca", "FILE",
		"trust the CAs in this file, PEM or DER, and no others\n"
		"(default: SSL_CERT_FILE, or the system's)",
		.text = &opt.ca },
	{ "count", "N", "connections of each kind; the median counts (default: 5)",
		.number = &opt.count, .min = 1, .max = SAMPLES_MAX },
	{ "tls", "1.2|1.3", "only this version (default: one after the other)", .text = &opt.tls },
	{ "timeout", "SECONDS", "for each of connect, handshake and answer (default: 10)",
		.number = &opt.timeout_s, .min = 1, .max = 600 },
	{ "json", NULL, "print one JSON object; times in milliseconds", .on = &opt.json },
};

static const struct arg_command command = {
	.name = "hatch-probe",
	.usage = "[option...] URL",
	.about =
		"Connects to an HTTPS server again and again and prints, for TLS 1.3 and for\n"
		"TLS 1.2: the suite, the group of the key exchange, the milliseconds of a full and\n"
		"of a resumed handshake, those of the TCP connection before it and of the first\n"
		"byte after it; and what a browser thinks of the certificate.",
	.more = "URL: https://host[:port][/path], host[:port], or [IPv6 address]:port.\n\n"
		"Examples:\n"
		"  hatch-probe https://esp32.local/\n"
		"  hatch-probe --ca ~/.local/share/hatch/ca/ca.pem 192.168.4.1\n"
		"  hatch-probe --json --count 20 --tls 1.3 localhost:8443\n\n"
		"Exit status: 0 if it could be measured, whatever the certificate is like; 1 if there\n"
		"is no TLS to be had (a sentence says why); 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &opt.urls,
	.operands_max = 1,
};

static void take_target(struct target *target)
{
	const char *wrong;

	if (opt.urls.count == 0)
		die_usage("which URL?");
	wrong = target_parse(target, opt.urls.item[0]);
	if (wrong)
		die_usage("\"%s\" %s", opt.urls.item[0], wrong);
}

/* The versions that were asked for, the newer one first. Returns how many. */
static size_t take_versions(struct measure measures[VERSIONS_MAX])
{
	size_t count = 0;

	if (opt.tls && strcmp(opt.tls, "1.2") != 0 && strcmp(opt.tls, "1.3") != 0)
		die_usage("--tls wants 1.2 or 1.3");
	if (!opt.tls || strcmp(opt.tls, "1.3") == 0) {
		measures[count].name = "TLS 1.3";
		measures[count++].version = MBEDTLS_SSL_VERSION_TLS1_3;
	}
	if (!opt.tls || strcmp(opt.tls, "1.2") == 0) {
		measures[count].name = "TLS 1.2";
		measures[count++].version = MBEDTLS_SSL_VERSION_TLS1_2;
	}
	return count;
}

/* With all versions offered: finds out whether there is anything, and what the certificate is. */
static void look(struct link_result *first, struct link_setup *setup, const struct measure *newest,
	const struct measure *oldest, mbedtls_x509_crt *chain)
{
	setup->max = newest->version;
	setup->min = oldest->version;
	link_run(first, setup, NULL, NULL, chain);
	if (first->stage < LINK_ANSWER)
		die("%s port %s: %s", setup->target->host, setup->target->port, first->why);
	/* A server that does not answer GET is not waited for again. */
	if (first->stage == LINK_ANSWER)
		setup->answer_timeout_ms = 500;
}

int main(int argc, char **argv)
{
	static struct measure measures[VERSIONS_MAX];
	static struct target target;
	static struct hints hints;
	static struct link_result first;
	static struct verdict verdict;
	struct link_setup setup = { .target = &target };
	struct report report = { .target = &target, .first = &first, .measures = measures };
	mbedtls_x509_crt chain;

	system_start(&argc, &argv);
	args_parse(&command, argc, argv);
	take_target(&target);
	report.measure_count = take_versions(measures);
	mbed_start();
	net_start();
	mbedtls_x509_crt_init(&chain);
	setup.timeout_ms = (double)opt.timeout_s * 1e3;
	setup.answer_timeout_ms = setup.timeout_ms;
	look(&first, &setup, &measures[0], &measures[report.measure_count - 1], &chain);
	if (chain.raw.p) {
		verdict_make(&verdict, &chain, &target, opt.ca);
		report.verdict = &verdict;
		report.chain = &chain;
	}
	for (size_t i = 0; i < report.measure_count; i++)
		measure_run(&measures[i], &setup, (size_t)opt.count);
	hints_make(&hints, &report);
	if (opt.json)
		report_json(&report, &hints);
	else
		report_text(&report, &hints);
	mbedtls_x509_crt_free(&chain);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
