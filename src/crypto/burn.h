/*
 * burn.h - overwriting what finished functions left on the stack
 * SPDX-License-Identifier: MIT
 *
 * Field and point functions leave their temporaries behind, in hundreds of calls per operation.
 * Instead of wiping each, an operation ends by burning the stack below its own frame, which is
 * where they were.  C does not promise that this is so; on every compiler for the targets it is.
 * Registers are not covered.
 */
#ifndef HX_CRYPTO_BURN_H
#define HX_CRYPTO_BURN_H

/* Field operations and inversion use at most about 450 bytes below the caller (-fstack-usage). */
void hx_burn_stack(void);

#endif
