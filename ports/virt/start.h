/*
 * start.h - what every firmware begins with
 * SPDX-License-Identifier: MIT
 */
#ifndef VIRT_START_H
#define VIRT_START_H

#include "../../src/hatch.h"

/* Everything up to an address on the network.  Returns when there is one. */
void board_start(void);

/*
 * What this device is: the settings "cert" and "key", in PEM; or, where the flash has neither, an
 * identity of its own for the name "hostname" (default "hatch"), made at the first start and kept.
 */
const struct hatch_identity *board_identity(void);

/* Wipes and frees what board_identity() read: call it once the server is open. */
void board_forget_identity(void);

/* A line for the stack of each task and one for the heap: what was used at the most. */
void board_report(void);

#endif
