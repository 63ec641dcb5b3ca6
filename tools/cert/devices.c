/* SPDX-License-Identifier: MIT */
/* The devices of a batch; see devices.h. */
#include "cert/devices.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/csv.h"
#include "common/files.h"
#include "common/say.h"

enum {
	FILE_MAX_LEN = 64 << 20,
	NAME_LEN_MAX = 64,
	SHOWN_MAX = 20,
	BAD_SIZE = 256,
};

enum column { COLUMN_NAME, COLUMN_DNS, COLUMN_IP, COLUMN_DAYS, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = { "name", "dns", "ip", "days" };

/* Which field of a row a column is; -1: there is no such column. */
struct columns {
	int field[COLUMN_COUNT];
	size_t count;
};

void devices_complain(
	struct devices *devices, const char *path, size_t line, const char *format, ...)
{
	char text[512];
	va_list list;

	if (devices->wrong++ >= SHOWN_MAX)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	fprintf(stderr, "%s:%zu: ", path, line);
	say_escaped(stderr, text, strlen(text)); /* it may hold what the file holds */
	fputc('\n', stderr);
}

/* ---- one device --------------------------------------------------------- */

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int compare_names(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

/* Windows has devices of these names in every folder, whatever the ending. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = { "con", "prn", "aux", "nul", "com", "lpt" };
	size_t len = strcspn(name, ".");

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		char start[4] = { 0 };
		bool numbered = i >= 4;

		if (len != (numbered ? 4U : 3U))
			continue;
		memcpy(start, name, 3);
		if (compare_names(start, reserved[i]) == 0 &&
			(!numbered || (name[3] >= '0' && name[3] <= '9')))
			return true;
	}
	return false;
}

/* A name becomes a file's, on any system and in one folder. */
static const char *name_wrong(const char *name)
{
	size_t len = strlen(name);

	if (len == 0)
		return "is empty";
	if (len > NAME_LEN_MAX)
		return "is longer than 64 characters";
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")])
		return "has a character other than letters, digits, dots, hyphens and underscores";
	if (name[0] == '.' || name[0] == '-' || name[len - 1] == '.')
		return "begins with a dot or a hyphen, or ends with a dot";
	if (len >= 4 && compare_names(name + len - 4, ".key") == 0)
		return "ends with .key, as the files of keys do";
	if (is_reserved(name))
		return "is what Windows calls a device of its own";
	return NULL;
}

static const char *add_list(
	struct cert_names *names, const char *list, enum name_kind kind, char *bad)
{
	while (*(list += strspn(list, " \t\r\n;"))) {
		size_t len = strcspn(list, " \t\r\n;");
		const char *wrong = "is longer than 255 characters";

		snprintf(bad, BAD_SIZE, "%.*s", (int)(len < BAD_SIZE ? len : BAD_SIZE - 1), list);
		if (len < BAD_SIZE)
			wrong = names_add(names, kind, bad);
		if (wrong)
			return wrong;
		list += len;
	}
	return NULL;
}

const char *device_names(const struct device *device, struct cert_names *names, char bad[BAD_SIZE])
{
	const char *wrong = add_list(names, device->dns, NAME_DNS, bad);

	return wrong ? wrong : add_list(names, device->ip, NAME_IP, bad);
}

static bool take_days(const char *text, long *days, long max)
{
	char *end;
	long number;

	if (!*text)
		return true;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || number < 2 || number > max)
		return false;
	*days = number;
	return true;
}

/* ---- the file ----------------------------------------------------------- */

static const char *field_of(
	const struct csv_row *row, const struct columns *columns, enum column which)
{
	return columns->field[which] < 0 ? "" : row->field[columns->field[which]];
}

static enum column column_of(const struct csv_row *row, const char *text, const char *path)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (strcmp(text, column_names[i]) == 0)
			return (enum column)i;
	}
	die("%s:%zu: the first line is to name the columns, which are name, dns, ip and days, with "
	    "commas between; not \"%.40s\"",
		path, row->line, text);
}

static void take_columns(struct columns *columns, const struct csv_row *row, const char *path)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		columns->field[i] = -1;
	columns->count = row->count;
	for (size_t i = 0; i < row->count; i++) {
		enum column which = column_of(row, row->field[i], path);

		if (columns->field[which] >= 0)
			die("%s:%zu: there are two columns \"%s\"", path, row->line, row->field[i]);
		columns->field[which] = (int)i;
	}
	if (columns->field[COLUMN_NAME] < 0)
		die("%s:%zu: there is no column \"name\"", path, row->line);
	if (columns->field[COLUMN_DNS] < 0 && columns->field[COLUMN_IP] < 0)
		die("%s:%zu: there is neither a column \"dns\" nor one \"ip\"", path, row->line);
}

static void add_device(struct devices *devices, const struct device *device)
{
	/* At 16, 32, 64 ... */
	if ((devices->count & (devices->count - 1)) == 0 &&
		(devices->count >= 16 || devices->count == 0)) {
		size_t room = devices->count ? 2 * devices->count : 16;
		struct device *item = realloc(devices->item, room * sizeof(*item));

		if (!item)
			die("out of memory");
		devices->item = item;
	}
	devices->item[devices->count++] = *device;
}

static void take_device(struct devices *devices, const struct csv_row *row,
	const struct columns *columns, const char *path, const long days[2])
{
	struct device device = {
		.line = row->line,
		.name = field_of(row, columns, COLUMN_NAME),
		.dns = field_of(row, columns, COLUMN_DNS),
		.ip = field_of(row, columns, COLUMN_IP),
		.days = days[0],
	};
	struct cert_names names = { 0 };
	char bad[BAD_SIZE] = "";
	const char *wrong = name_wrong(device.name);

	if (wrong)
		devices_complain(
			devices, path, row->line, "the name \"%.70s\" %s", device.name, wrong);
	if (!take_days(field_of(row, columns, COLUMN_DAYS), &device.days, days[1]))
		devices_complain(devices, path, row->line,
			"days is to be a number from 2 to %ld, not \"%.20s\"", days[1],
			field_of(row, columns, COLUMN_DAYS));
	wrong = device_names(&device, &names, bad);
	if (wrong)
		devices_complain(devices, path, row->line, "\"%s\" %s", bad, wrong);
	else if (names.count == 0)
		devices_complain(
			devices, path, row->line, "it is for nothing: dns and ip are empty");
	names_free(&names);
	add_device(devices, &device);
}

static int by_name(const void *a, const void *b)
{
	const struct device *left = *(const struct device *const *)a;
	const struct device *right = *(const struct device *const *)b;
	int order = compare_names(left->name, right->name);

	return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* Upper and lower case are one name: on some file systems they are one file. */
static void find_repetitions(struct devices *devices, const char *path)
{
	const struct device **sorted = malloc((devices->count + 1) * sizeof(*sorted));

	if (!sorted)
		die("out of memory");
	for (size_t i = 0; i < devices->count; i++)
		sorted[i] = &devices->item[i];
	qsort(sorted, devices->count, sizeof(*sorted), by_name);
	for (size_t i = 1; i < devices->count; i++) {
		if (compare_names(sorted[i]->name, sorted[i - 1]->name) == 0)
			devices_complain(devices, path, sorted[i]->line,
				"the name \"%.70s\" stands in line %zu already", sorted[i]->name,
				sorted[i - 1]->line);
	}
	free(sorted);
}

void devices_read(struct devices *devices, const char *path, long default_days, long days_max)
{
	const long days[2] = { default_days, days_max };
	struct columns columns = { .count = 0 };
	const char *wrong;
	struct csv_row row;
	struct csv csv;
	int got;

	memset(devices, 0, sizeof(*devices));
	if (file_read(path, FILE_MAX_LEN, &devices->text, &devices->text_len) < 0)
		die("cannot read %s: %s", path, strerror(errno));
	csv_init(&csv, (char *)devices->text, devices->text_len);
	while ((got = csv_next(&csv, &row, &wrong)) != 0) {
		if (got < 0 && columns.count == 0)
			die("%s:%zu: the line %s", path, row.line, wrong);
		if (got < 0)
			devices_complain(devices, path, row.line, "the line %s", wrong);
		else if (columns.count == 0)
			take_columns(&columns, &row, path);
		else if (row.count != columns.count)
			devices_complain(devices, path, row.line,
				"the line has %zu fields, the first one %zu", row.count,
				columns.count);
		else
			take_device(devices, &row, &columns, path, days);
	}
	if (columns.count == 0)
		die("%s is empty: its first line is to name the columns name, dns, ip and days",
			path);
	find_repetitions(devices, path);
}

void devices_free(struct devices *devices)
{
	free(devices->item);
	free(devices->text);
}
