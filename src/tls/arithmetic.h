/*
 * arithmetic.h - whose X25519 and P-256 a handshake runs on
 * SPDX-License-Identifier: MIT
 *
 * Two sets of files stand beside the engine: fast_*.c, which put src/crypto/ under mbedTLS, and
 * stock_*.c, which leave it as it is.  Whoever links with the --wrap options of
 * cmake/HatchFast.cmake also compiles with HATCH_WRAPPED defined; each file is all there, or not at
 * all.  It is a macro and no choice of files because Arduino compiles every file that it finds
 * (DESIGN.md "Arithmetic").
 */
#ifndef HX_TLS_ARITHMETIC_H
#define HX_TLS_ARITHMETIC_H

/* For the log. */
const char *hx_arithmetic_name(void);

#endif
