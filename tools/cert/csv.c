/* SPDX-License-Identifier: MIT */
/* Comma-separated values; see csv.h. */
#include "cert/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_init(struct csv *csv, char *text, size_t len)
{
	bool mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

	csv->at = text + (mark ? 3 : 0);
	csv->end = text + len;
	csv->line = 1;
}

static bool at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || csv->at[0] == '\n' ||
	       (csv->at[0] == '\r' && csv->at[1] == '\n');
}

static void pass_line_end(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at < csv->end) {
		csv->at++;
		csv->line++;
	}
}

static const char *take_quoted(struct csv *csv, char **field)
{
	char *to = ++csv->at;

	*field = to;
	for (;; csv->at++) {
		if (csv->at == csv->end)
			return "has a quotation mark that is never closed";
		if (*csv->at == 0)
			return "has a NUL byte";
		if (*csv->at == '"' && *++csv->at != '"')
			break;
		csv->line += *csv->at == '\n';
		*to++ = *csv->at;
	}
	if (*csv->at != ',' && !at_line_end(csv))
		return "has something between a closing quotation mark and the comma";
	/* The NUL may stand where the closing quotation mark was: never on what is still read. */
	*to = 0;
	return NULL;
}

static const char *take_plain(struct csv *csv, char **field)
{
	*field = csv->at;
	for (; *csv->at != ',' && !at_line_end(csv); csv->at++) {
		if (*csv->at == '"')
			return "has a quotation mark within a field that does not begin with one";
		if (*csv->at == 0)
			return "has a NUL byte";
		if (*csv->at == '\r')
			return "has a carriage return that ends no line";
	}
	return NULL;
}

/* The fields of a line, each ended by a NUL in the place of what was behind it. */
static const char *take_row(struct csv *csv, struct csv_row *row)
{
	for (;;) {
		const char *wrong;
		char *end;
		bool last;

		if (row->count == CSV_FIELDS_MAX)
			return "has more than 16 fields";
		wrong = *csv->at == '"' ? take_quoted(csv, &row->field[row->count])
					: take_plain(csv, &row->field[row->count]);
		if (wrong)
			return wrong;
		row->count++;
		end = csv->at;
		last = at_line_end(csv);
		if (last)
			pass_line_end(csv);
		else
			csv->at++;
		*end = 0;
		if (last)
			return NULL;
	}
}

int csv_next(struct csv *csv, struct csv_row *row, const char **wrong)
{
	while (csv->at < csv->end && at_line_end(csv))
		pass_line_end(csv);
	if (csv->at == csv->end)
		return 0;
	row->line = csv->line;
	row->count = 0;
	*wrong = take_row(csv, row);
	if (!*wrong)
		return 1;
	while (!at_line_end(csv))
		csv->at++;
	return -1;
}
