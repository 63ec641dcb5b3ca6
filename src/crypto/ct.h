/*
 * ct.h - what constant-time code is made of
 * SPDX-License-Identifier: MIT
 *
 * A mask is all ones (yes) or all zeros (no).  Masks are made here, by arithmetic, and used
 * with & and ^: a secret never decides a branch or an address.  What this does not promise:
 * that a machine multiplies in constant time.  32x32->64 does on the cores that Hatch is for
 * (rv32imc of the ESP32-C series, Xtensa LX6/LX7, Cortex-M4 and up); on a Cortex-M3, whose UMULL
 * ends early, it does not.
 *
 * Signed numbers are shifted right here.  C leaves to the compiler what that does to a negative
 * one; gcc, clang and every other compiler for these cores keep the sign.  The rest is refused.
 */
#ifndef HX_CRYPTO_CT_H
#define HX_CRYPTO_CT_H

#include <stddef.h>
#include <stdint.h>

#include "../base/check.h"

_Static_assert((-1 >> 1) == -1, "a shift to the right must keep the sign");

/*
 * A bound that the comments argue for.  It looks at secrets, so that it branches on them: only
 * where HATCH_CHECK_BOUNDS is defined, which the builds with sanitizers do and no product should.
 */
#ifdef HATCH_CHECK_BOUNDS
#define HX_BOUND(claim) HX_ASSERT(claim)
#else
#define HX_BOUND(claim) ((void)0)
#endif

/*
 * The compiler forgets what it knows about a value.  Without this it may see that a mask has two
 * values only and make a branch of it.  A trip through memory, because an empty asm statement
 * is not C; it costs two instructions, a few hundred times per operation.
 */
static inline uint32_t hx_ct_barrier(uint32_t value)
{
	volatile uint32_t hidden = value;
	return hidden;
}

/* bit is 0 or 1. */
static inline uint32_t hx_ct_mask(uint32_t bit)
{
	return hx_ct_barrier(0u - bit);
}

/* Is it negative?  As a signed number, because it is for signed ones. */
static inline int32_t hx_ct_is_negative(int32_t value)
{
	return (int32_t)hx_ct_barrier((uint32_t)(value >> 31));
}

/* Is it zero?  value | -value has its top bit set exactly if value is not. */
static inline uint32_t hx_ct_is_zero(uint32_t value)
{
	return hx_ct_mask(1 ^ (value | (0u - value)) >> 31);
}

#endif
