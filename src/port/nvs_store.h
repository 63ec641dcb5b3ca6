/*
 * nvs_store.h - the port's store in ESP-IDF's NVS: one blob for each key, in the namespace "hatch"
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_PORT_NVS_STORE_H
#define HX_PORT_NVS_STORE_H

#include "../hatch.h"

/* EGONE, EBIG, EPORT; EINVAL: the key is empty or longer than 15 letters. */
int hx_store_get(const char *key, void *buf, size_t *len);
int hx_store_put(const char *key, const void *buf, size_t len); /* and EFULL */

#endif
