/*
 * stock_arithmetic.c - mbedTLS as it comes
 * SPDX-License-Identifier: MIT
 */
#include "arithmetic.h"

#ifndef HATCH_WRAPPED

const char *hx_arithmetic_name(void)
{
	return "X25519 and P-256 are the TLS library's own";
}

#endif
