/*
 * posix_store.h - the port's store as files: one for each key, in $HATCH_STORE
 * or ~/.local/state/hatch, readable by the owner only
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_PORT_POSIX_STORE_H
#define HX_PORT_POSIX_STORE_H

#include "../hatch.h"

int hx_store_get(const char *key, void *buf, size_t *len); /* EGONE, EBIG, EPORT; EINVAL: key */
int hx_store_put(const char *key, const void *buf, size_t len);

#endif
