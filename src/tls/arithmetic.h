/*
 * arithmetic.h - whose X25519 and P-256 a handshake runs on
 * SPDX-License-Identifier: MIT
 *
 * The build links one of two sets of files beside the engine: fast_*.c, which put src/crypto/ under
 * mbedTLS, or stock_*.c, which leave it as it is (HATCH_TLS in CMake, DESIGN.md "Arithmetic").
 */
#ifndef HX_TLS_ARITHMETIC_H
#define HX_TLS_ARITHMETIC_H

/* For the log. */
const char *hx_arithmetic_name(void);

#endif
