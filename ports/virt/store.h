/*
 * store.h - the port's store in emulated flash
 * SPDX-License-Identifier: MIT
 *
 * Keys of up to 15 characters, as in ESP-IDF's NVS, with up to 3,584 bytes each.  A value is
 * written beside the one that it replaces, its data before its header: whenever the power fails,
 * the old value is there or the new one.
 */
#ifndef VIRT_STORE_H
#define VIRT_STORE_H

#include <stddef.h>

enum { STORE_VALUE_MAX = 7 * 512 };

void store_open(void); /* ends the program if there is no flash */

/* As in hatch_port.h; EPORT: the flash failed.  EFULL: no slot is left. */
int store_get(const char *key, void *buf, size_t *len);
int store_put(const char *key, const void *buf, size_t len);

#endif
