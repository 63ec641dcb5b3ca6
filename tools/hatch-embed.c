/* SPDX-License-Identifier: MIT */
/* hatch-embed: a folder as C tables for hatch_assets. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psa/crypto.h>

#include <hatch_web.h>

#include "common/args.h"
#include "common/files.h"
#include "common/mbed.h"
#include "common/say.h"
#include "embed/emit.h"
#include "embed/squeeze.h"
#include "embed/tree.h"

enum { FILE_MAX = 64 << 20, TAG_BYTES = 8 };

static const char *output, *name = "site", *fallback;
static long max_age;
static bool no_gzip, no_plain, force;
static struct arg_list folders;

static const struct arg_option options[] = {
	{ "output", "FILE.c", "where to write it; FILE.h is written beside it", .text = &output },
	{ "name", "NAME", "what the struct hatch_site is called (default: site)", .text = &name },
	{ "max-age", "SECONDS",
		"how long browsers may keep files without asking (default: 0, they ask each\n"
		"time, and get no more than a 304)",
		.number = &max_age, .min = 0, .max = 31536000 },
	{ "fallback", "PATH",
		"the file for paths that name none: for pages that route by themselves",
		.text = &fallback },
	{ "no-gzip", NULL, "no gzip form", .on = &no_gzip },
	{ "no-plain", NULL,
		"leave out the plain form where there is a gzip form, for less flash: who does\n"
		"not take gzip (curl without --compressed) is told 406",
		.on = &no_plain },
	{ "force", NULL, "replace files that exist", .on = &force },
};

static const struct arg_command command = {
	.name = "hatch-embed",
	.usage = "DIR --output site.c",
	.about =
		"Turns a folder into constant tables, so that firmware serves its files from flash:\n"
		"type, strong ETag, and gzip where that is smaller. FILE.br beside FILE is taken\n"
		"along as its Brotli form. Names that begin with a dot are left out.",
	.more = "In the program:\n"
		"  #include \"site.h\"\n"
		"  HATCH_ROUTE_ARG(HATCH_GET, \"/*\", hatch_assets, &site)",
	.options = options,
	.option_count = ARG_COUNT(options),
	.operands = &folders,
	.operands_max = 1,
};

struct totals {
	size_t files, plain, flash;
};

/* ---- one file ---- */

static void emit_array(
	struct emit *out, const char *kind, size_t number, const unsigned char *bytes, size_t len)
{
	emit(out, "static const unsigned char %s%zu[] = {\n", kind, number);
	emit_bytes(out, bytes, len);
	emit(out, "};\n");
}

static void emit_span(struct emit *out, const char *kind, size_t number, bool is_there)
{
	if (is_there)
		emit(out, ", { (const char *)%s%zu, sizeof(%s%zu) }", kind, number, kind, number);
	else
		emit(out, ", { \"\", 0 }");
}

static void emit_tag(struct emit *out, const unsigned char *bytes, size_t len)
{
	unsigned char digest[32];
	size_t digest_len;
	if (psa_hash_compute(PSA_ALG_SHA_256, bytes, len, digest, sizeof(digest), &digest_len) !=
		PSA_SUCCESS)
		die("SHA-256 fails");
	emit(out, "\"\\\"");
	for (size_t i = 0; i < TAG_BYTES; i++)
		emit(out, "%02x", digest[i]);
	emit(out, "\\\"\"");
}

static void read_file(const char *path, unsigned char **bytes, size_t *len)
{
	if (file_read(path, FILE_MAX, bytes, len) != 0)
		die("%s: %s", path, errno == EFBIG ? "over 64 MB" : strerror(errno));
}

/* The arrays go to data, the row of the table to rows. */
static void embed(struct emit *data, struct emit *rows, const struct tree *tree, size_t number,
	struct totals *totals)
{
	const struct tree_file *file = &tree->file[number];
	const struct tree_file *brotli = tree_find(tree, file->path, ".br");
	unsigned char *plain, *gzip = NULL, *br = NULL;
	size_t plain_len, gzip_len = 0, br_len = 0;
	read_file(file->source, &plain, &plain_len);
	if (!no_gzip && plain_len > 0)
		gzip = squeeze(plain, plain_len, &gzip_len);
	bool has_gzip = gzip != NULL && gzip_len < plain_len;
	bool has_plain = plain_len > 0 && !(no_plain && has_gzip);
	if (brotli != NULL)
		read_file(brotli->source, &br, &br_len);
	if (has_plain)
		emit_array(data, "plain", number, plain, plain_len);
	if (has_gzip)
		emit_array(data, "gzip", number, gzip, gzip_len);
	if (br_len > 0)
		emit_array(data, "brotli", number, br, br_len);
	emit(rows, "\t{ ");
	emit_string(rows, file->path);
	emit(rows, ", \"%s\", ", hatch_type_of(hatch_str(file->path)));
	emit_tag(rows, plain, plain_len);
	emit_span(rows, "plain", number, has_plain);
	emit_span(rows, "gzip", number, has_gzip);
	emit_span(rows, "brotli", number, br_len > 0);
	emit(rows, " },\n");
	totals->files++;
	totals->plain += plain_len;
	totals->flash += (has_plain ? plain_len : 0) + (has_gzip ? gzip_len : 0) + br_len;
	free(gzip);
	file_forget(plain, plain_len);
	if (br != NULL)
		file_forget(br, br_len);
}

/* A file that is only there as the Brotli form of another. */
static bool is_coding(const struct tree *tree, const char *path)
{
	size_t len = strlen(path);
	if (len <= 3 || strcmp(path + len - 3, ".br") != 0)
		return false;
	char *plain = path_add(path, "");
	plain[len - 3] = '\0';
	bool found = tree_find(tree, plain, "") != NULL;
	free(plain);
	return found;
}

/* ---- the whole ---- */

static bool is_identifier(const char *s)
{
	for (const char *at = s; *at != '\0'; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
			    (at != s && *at >= '0' && *at <= '9')))
			return false;
	return *s != '\0';
}

static void check_options(void)
{
	size_t len = output == NULL ? 0 : strlen(output);
	if (folders.count == 0)
		die_usage("which folder?");
	if (len < 3 || strcmp(output + len - 2, ".c") != 0)
		die_usage("--output is to end in .c");
	if (!is_identifier(name))
		die_usage("--name \"%s\" is no C identifier", name);
}

static void write_both(const struct emit *code, const struct emit *header)
{
	struct file_set set = { 0 };
	char *beside = path_add(output, "");
	beside[strlen(beside) - 1] = 'h';
	if (file_set_add(&set, output, code->text, code->len, false) != 0 ||
		file_set_add(&set, beside, header->text, header->len, false) != 0 ||
		file_set_commit(&set, force) != 0) {
		int error = errno;
		file_set_drop(&set);
		die("%s and %s: %s", output, beside,
			error == EEXIST ? "exists; --force replaces it" : strerror(error));
	}
	free(beside);
}

int main(int argc, char **argv)
{
	struct tree tree;
	struct emit data = { 0 }, rows = { 0 }, code = { 0 }, header = { 0 };
	struct totals totals = { 0 };
	say_set_program(command.name);
	args_parse(&command, argc, argv);
	check_options();
	mbed_start();
	tree_read(&tree, folders.item[0]);
	for (size_t i = 0; i < tree.count; i++)
		if (!is_coding(&tree, tree.file[i].path))
			embed(&data, &rows, &tree, i, &totals);
	if (totals.files == 0)
		die("%s has no files", folders.item[0]);
	if (fallback != NULL && tree_find(&tree, fallback, "") == NULL)
		die("--fallback: there is no %s in %s", fallback, folders.item[0]);
	emit(&code,
		"/* made by hatch-embed: not to be edited */\n#include <hatch_web.h>\n\n%s\n"
		"static const struct hatch_asset assets[] = {\n%s};\n\n"
		"extern const struct hatch_site %s;\n"
		"const struct hatch_site %s = { assets, sizeof(assets) / sizeof(assets[0]), %ld, ",
		data.text, rows.text, name, name, max_age);
	if (fallback == NULL)
		emit(&code, "NULL");
	else
		emit_string(&code, fallback);
	emit(&code, " };\n");
	emit(&header,
		"/* made by hatch-embed: not to be edited */\n#pragma once\n#include <hatch_web.h>\n\n"
		"extern const struct hatch_site %s;\n",
		name);
	write_both(&code, &header);
	printf("%s: %zu files, %zu bytes, in flash %zu\n", output, totals.files, totals.plain,
		totals.flash);
	tree_free(&tree);
	free(data.text);
	free(rows.text);
	free(code.text);
	free(header.text);
	return 0;
}
