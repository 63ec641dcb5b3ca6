/*
 * fuzz.h - what a fuzz target gives to its driver, libFuzzer or main.c
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_TESTS_FUZZ_H
#define HX_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Inputs to begin with, and a NULL. */
extern const char *const fuzz_seeds[];

/* Not assert(): it must hold in every build. */
#define FUZZ_MUST(claim)                                                                           \
	do {                                                                                       \
		if (!(claim))                                                                      \
			abort();                                                                   \
	} while (0)

#endif
