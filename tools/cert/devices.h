/* SPDX-License-Identifier: MIT */
/* The devices of a batch, from a CSV file: all of it is read and judged before anything is made. */
#ifndef TOOLS_CERT_DEVICES_H
#define TOOLS_CERT_DEVICES_H

#include <stddef.h>

#include "cert/names.h"

struct device {
	size_t line;
	const char *name;     /* begins its files' names */
	const char *dns, *ip; /* lists with spaces or semicolons between; "" for none */
	long days;
};

struct devices {
	unsigned char *text; /* what the strings point into */
	size_t text_len;
	struct device *item;
	size_t count;
	size_t wrong; /* lines that were complained about */
};

/* The first line names the columns. Complains of each line that is wrong. */
void devices_read(struct devices *devices, const char *path, long default_days, long days_max);
void devices_free(struct devices *devices);

/* A line of complaint: path:line: ... The first twenty are printed, all are counted. */
void devices_complain(
	struct devices *devices, const char *path, size_t line, const char *format, ...);

/* The names of a device. NULL, or what is wrong with the one that bad then points to. */
const char *device_names(const struct device *device, struct cert_names *names, char bad[256]);

#endif
