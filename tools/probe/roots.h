/* SPDX-License-Identifier: MIT */
/* The CAs that the system trusts. */
#ifndef TOOLS_PROBE_ROOTS_H
#define TOOLS_PROBE_ROOTS_H

#include <mbedtls/x509_crt.h>

enum {
	ROOTS_FILE_MAX = 16 << 20,
};

/* Adds them; says where they come from, or NULL if there are none. */
const char *roots_load(mbedtls_x509_crt *store);

#endif
