/*
 * chance.h - where chance begins, so that a run can be repeated exactly
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHANCE_H
#define SIM_CHANCE_H

#include <stdint.h>

/*
 * The random numbers of TLS, of both sides, follow from this seed.  No TLS object may be alive.
 * Without it they come from the system.  The time of day, in tickets and in the
 * hellos of TLS 1.2, is the one thing that differs then; lengths do not.
 */
void chance_seed(uint32_t seed);

/* How many seeds to try, from *first on: HATCH_SEED names one, HATCH_LONG asks for more. */
unsigned chance_seeds(uint32_t *first, unsigned usual, unsigned more);

#endif
