/* SPDX-License-Identifier: MIT */
/*
 * Comma-separated values after RFC 4180: lines end in CRLF or LF, a field in quotation marks may
 * hold commas, line ends, and quotation marks written twice. More strictly than usual: a quotation
 * mark within a field without them is an error, and so is anything after the closing one. Empty
 * lines are passed over, and so is a byte order mark at the start.
 */
#ifndef TOOLS_CERT_CSV_H
#define TOOLS_CERT_CSV_H

#include <stddef.h>

enum {
	CSV_FIELDS_MAX = 16,
};

struct csv {
	char *at, *end;
	size_t line; /* of at, from 1 on */
};

struct csv_row {
	size_t line; /* where it begins */
	size_t count;
	char *field[CSV_FIELDS_MAX]; /* within the text */
};

/* text: len bytes and a NUL behind them; it is changed, and must stay as long as the rows. */
void csv_init(struct csv *csv, char *text, size_t len);

/* 1: a row; 0: no more; -1: *wrong says why not, and reading can go on with the next line. */
int csv_next(struct csv *csv, struct csv_row *row, const char **wrong);

#endif
