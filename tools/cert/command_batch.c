/* SPDX-License-Identifier: MIT */
/* hatch-cert batch: certificates for many devices, from a CSV file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/oid.h> /* x509.h names its constants without including it */

#include "cert/command.h"
#include "cert/devices.h"
#include "cert/expiry.h"
#include "cert/order.h"
#include "cert/print.h"
#include "cert/san.h"
#include "common/args.h"
#include "common/files.h"
#include "common/say.h"
#include "common/system.h"

static struct {
	struct arg_list files;
	const char *out, *ca, *format, *key, *symbol;
	struct subject subject;
	long days, within;
	bool allow_long, chain, force;
} opt = { .out = ".", .days = APPLE_DAYS, .within = -1, .format = "pem", .key = "p256" };

static const struct arg_option options[] = {
	{ "out", "DIR", "the folder of the files, made if there is none\n(default: this one)",
		.text = &opt.out },
	{ "format", "LIST",
		"one or more of pem,der,header,nvs, as in \"hatch-cert server\"\n(default: pem)",
		.text = &opt.format },
	{ "symbol", "WORD",
		"the arrays of each header are WORD_cert and WORD_key\n"
		"(default: the name of the device)",
		.text = &opt.symbol },
	{ "key", "KIND", "p256, rsa2048, rsa3072 or rsa4096 (default: p256)", .text = &opt.key },
	{ "days", "N", "how long they are valid, where the file does not say\n(default: 825)",
		.number = &opt.days, .min = 2, .max = 36500 },
	{ "allow-long", NULL, "more than 825 days after all", .on = &opt.allow_long },
	{ "organization", "TEXT", "O", .text = &opt.subject.organization },
	{ "locality", "TEXT", "L", .text = &opt.subject.locality },
	{ "state", "TEXT", "ST", .text = &opt.subject.state },
	{ "country", "XX", "C, two letters", .text = &opt.subject.country },
	{ "chain", NULL, "the CA's certificate follows each", .on = &opt.chain },
	{ "within", "N", "make those anew that expire within N days", .number = &opt.within,
		.min = 0, .max = 36500 },
	{ "force", NULL, "make all of them anew", .on = &opt.force },
	{ "ca", "DIR",
		"the folder of the CA\n"
		"(default: ${XDG_DATA_HOME:-~/.local/share}/hatch/ca;\n"
		"on Windows %LOCALAPPDATA%\\hatch\\ca)",
		.text = &opt.ca },
};

static const struct arg_command command = {
	.name = "hatch-cert batch",
	.usage = "FILE.csv [--out DIR] [option...]",
	.about =
		"Makes a key and a server certificate for each line of a CSV file, signed by your\n"
		"local CA (which is made if there is none). The first line names the columns:\n\n"
		"  name,dns,ip,days\n"
		"  esp-0001,esp-0001.local esp-0001.lan,192.168.4.1,\n"
		"  esp-0002,esp-0002.local,192.168.4.1 fe80::2,365\n\n"
		"name begins the names of the device's files and is there once; dns and ip are lists\n"
		"with spaces or semicolons between; days may be empty. dns or ip, and days, may be\n"
		"left out as columns. Quotation marks are those of RFC 4180.",
	.more = "All lines are checked before the first key is made: if one is wrong, nothing is made,\n"
		"and each is named. Devices whose files are there, are good, and are for what their\n"
		"line says stay as they are, so a batch that was interrupted is finished by the same\n"
		"command. A line for each device that was made says until when it is valid, and its\n"
		"SHA-256 fingerprint.\n\n"
		"Example:\n"
		"  hatch-cert batch devices.csv --out certs --format pem,nvs\n\n"
		"Exit status: 0 all are there, 1 it did not work, 2 wrong use.",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &opt.files,
	.operands_max = 1,
};

struct batch {
	const char *path;
	unsigned formats;
	enum mbed_key key;
	struct ca_store store;
	struct identity ca; /* if there is one already, or again */
	bool has_ca;
	struct devices devices;
	size_t made, kept;
};

/* What is to be made for a device. The names are the device's own, to be freed. */
struct task {
	struct order order;
	struct cert_names names;
	char symbol[SYMBOL_MAX];
	char *base;
};

static void task_init(struct task *task, const struct batch *batch, const struct device *device)
{
	char bad[256];

	memset(task, 0, sizeof(*task));
	(void)device_names(device, &task->names, bad); /* they were good when it was read */
	task->base = path_join(opt.out, device->name);
	order_symbol(opt.symbol, task->base, task->symbol);
	task->order.output = (struct output){ .base = task->base,
		.symbol = task->symbol,
		.formats = batch->formats,
		.chain = opt.chain,
		.force = true, /* what may not be replaced was found before */
		.quiet = true,
		.names = &task->names };
	task->order.key = batch->key;
	task->order.days = device->days;
}

static void task_free(struct task *task)
{
	names_free(&task->names);
	free(task->base);
}

/* All its files are there: are they to stay? */
static bool stays(struct batch *batch, const struct device *device, struct task *task)
{
	const struct output *output = &task->order.output;
	char why[REASON_SIZE] = "";
	const char *unreadable;
	mbedtls_x509_crt cert;
	bool stay = true;

	mbedtls_x509_crt_init(&cert);
	unreadable = output_read_cert(output, &cert);
	if (unreadable) {
		snprintf(why, sizeof(why), "%s", unreadable);
	} else if (!batch->has_ca) {
		snprintf(why, sizeof(why), "the CA that signed it is not in %.300s",
			batch->store.folder);
	} else if (opt.within >= 0 && expires_within(&cert, opt.within)) {
		stay = false;
	} else if (output_is_good(output, &cert, &batch->ca.cert, why) &&
		   san_count(&cert) != task->names.count) {
		snprintf(why, sizeof(why), "it is for more names than the line");
	}
	mbedtls_x509_crt_free(&cert);
	if (why[0])
		devices_complain(&batch->devices, batch->path, device->line,
			"%s is there, but is not what this line asks for (%s): --within 0 renews what has "
			"expired, --force makes all anew",
			device->name, why);
	return stay;
}

/* Also complains of what cannot be made. */
static bool is_to_be_made(struct batch *batch, const struct device *device)
{
	const char *ending = "";
	struct task task;
	size_t wanted, there;
	bool make = true;

	if (opt.force)
		return true;
	task_init(&task, batch, device);
	there = output_count(&task.order.output, &wanted, &ending);
	if (there > 0 && there < wanted)
		devices_complain(&batch->devices, batch->path, device->line,
			"%s%s is there, but not all of its files are: remove it, or --force makes all "
			"devices anew",
			device->name, ending);
	else if (there == wanted)
		make = !stays(batch, device, &task);
	task_free(&task);
	return make;
}

static void make_one(struct batch *batch, const struct device *device)
{
	struct identity leaf;
	struct task task;
	char *dn;

	task_init(&task, batch, device);
	dn = order_dn(&opt.subject, &task.names);
	task.order.dn = dn;
	order_make(&task.order, &batch->ca, &leaf);
	printf("%-20s until %04d-%02d-%02d  ", device->name, leaf.cert.valid_to.year,
		leaf.cert.valid_to.mon, leaf.cert.valid_to.day);
	print_fingerprint(&leaf.cert);
	putchar('\n');
	identity_free(&leaf);
	free(dn);
	task_free(&task);
}

static void end_if_wrong(const struct batch *batch)
{
	if (batch->devices.wrong > 20)
		fprintf(stderr, "... and %zu more\n", batch->devices.wrong - 20);
	if (batch->devices.wrong > 0)
		die("%s has %zu mistake%s: nothing was made", batch->path, batch->devices.wrong,
			batch->devices.wrong == 1 ? "" : "s");
}

/* Which of the devices, one byte for each. */
static unsigned char *choose(struct batch *batch)
{
	unsigned char *chosen = calloc(batch->devices.count + 1, 1);

	if (!chosen)
		die("out of memory");
	for (size_t i = 0; i < batch->devices.count; i++)
		chosen[i] = is_to_be_made(batch, &batch->devices.item[i]);
	end_if_wrong(batch);
	return chosen;
}

static void make_all(struct batch *batch, const unsigned char *chosen)
{
	bool progress = system_shows_progress();

	for (size_t i = 0; i < batch->devices.count; i++) {
		if (progress)
			fprintf(stderr, "\r%zu of %zu...\r", i + 1, batch->devices.count);
		if (chosen[i])
			make_one(batch, &batch->devices.item[i]);
		batch->made += chosen[i];
		batch->kept += !chosen[i];
	}
}

int command_batch(int argc, char **argv)
{
	struct batch batch = { 0 };
	unsigned char *chosen;

	args_parse(&command, argc, argv);
	if (opt.files.count == 0)
		die_usage("which CSV file?");
	if (!*opt.out)
		die_usage("--out wants a folder");
	batch.path = opt.files.item[0];
	batch.formats = order_formats(opt.format);
	batch.key = order_key(opt.key);
	order_check_days(opt.days, opt.allow_long);
	if (opt.symbol) {
		char symbol[SYMBOL_MAX];

		order_symbol(opt.symbol, "", symbol);
	}
	devices_read(&batch.devices, batch.path, opt.days, opt.allow_long ? 36500 : APPLE_DAYS);
	end_if_wrong(&batch);
	store_open(&batch.store, opt.ca, FOR_SERVERS);
	batch.has_ca = store_has_ca(&batch.store);
	if (batch.has_ca)
		order_load_ca(&batch.store, &batch.ca);
	chosen = choose(&batch);
	if (!batch.has_ca)
		order_load_ca(&batch.store, &batch.ca);
	if (folder_make(opt.out, true) < 0)
		die("cannot make the folder %s: %s", opt.out, strerror(errno));
	make_all(&batch, chosen);
	printf("%zu made, %zu there already, in %s\n", batch.made, batch.kept, opt.out);
	free(chosen);
	identity_free(&batch.ca);
	store_close(&batch.store);
	devices_free(&batch.devices);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
