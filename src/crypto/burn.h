/*
 * burn.h - running an operation and then overwriting the stack that it used
 * SPDX-License-Identifier: MIT
 *
 * Field and point functions leave their temporaries behind, in hundreds of calls per operation, and
 * compilers spill what they like.  So nothing is wiped piece by piece: each operation with secrets
 * is run by hx_burn_after(), which then overwrites as much of the stack below its own frame as the
 * operation can have used.  C does not promise that this is the same memory; a test looks whether
 * the stack differs afterwards for different secrets.  Registers are not covered.
 */
#ifndef HX_CRYPTO_BURN_H
#define HX_CRYPTO_BURN_H

/* How much: 896 or 1,920 bytes, and twice that on 64-bit machines, whose compilers unroll more. The
   greatest depths on rv32 are 750 for X25519, 800 for P-256's signatures and public keys, and 1,810
   for multiples of other points. */
enum hx_burn_depth { HX_BURN_SHALLOW, HX_BURN_DEEP };

typedef int hx_burn_job(void *arguments);

/* Returns what the job returns. */
int hx_burn_after(hx_burn_job *job, void *arguments, enum hx_burn_depth depth);

#endif
