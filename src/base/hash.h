/*
 * hash.h - SHA-256 of something that comes in pieces; the TLS library's, see tls/hash.c
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_BASE_HASH_H
#define HX_BASE_HASH_H

#include <stddef.h>

enum { HX_HASH_LEN = 32 };

struct hx_hash {
	void *state[4];
};

/* 0 or HATCH_ENOMEM; then free() is owed, whatever comes. */
int hx_hash_begin(struct hx_hash *hash);
int hx_hash_add(struct hx_hash *hash, const void *bytes, size_t len);
int hx_hash_end(struct hx_hash *hash, unsigned char out[HX_HASH_LEN]);
void hx_hash_free(struct hx_hash *hash);

#endif
