/*
 * vector_file.h - test cases written in Markdown
 * SPDX-License-Identifier: MIT
 *
 * The format is described, and shown, in tests/vectors/format.md.
 */
#ifndef HX_TESTS_VECTOR_FILE_H
#define HX_TESTS_VECTOR_FILE_H

#include "hatch.h"

struct vector {
	struct hatch_span name;     /* the heading */
	struct hatch_span request;  /* unescaped */
	struct hatch_span expected; /* the block as it stands, repetitions written out */
};

/* Reads from text, which stays with the caller. */
struct vector_file {
	struct hatch_span text;
	const char *problem;   /* why the last call returned -1 */
	char room[16384];      /* of the request that was read last, */
	char text_room[16384]; /* and of its outcome */
};

/* 1 and a case; 0 at the end; -1 if the file does not keep to the format. */
int vector_next(struct vector_file *file, struct vector *vector);

#endif
