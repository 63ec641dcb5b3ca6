/*
 * nonce.h - nonces for ECDSA with P-256 from the secret, the hash and added randomness (RFC 6979)
 * SPDX-License-Identifier: MIT
 *
 * HMAC-SHA-256 is not ours: the caller gives it.  The random bytes are RFC 6979's k' (section 3.6).
 * A good source makes each signature different, which denies an attacker who can cause faults or
 * measure power the repeated computation; a bad one, or none, costs nothing, as secret and hash
 * alone already determine a nonce that nobody can guess.
 */
#ifndef HX_CRYPTO_NONCE_H
#define HX_CRYPTO_NONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hx_nonce_part {
	const uint8_t *ptr;
	size_t len;
};

struct hx_nonce_hmac {
	/* HMAC-SHA-256 of the parts in sequence.  out may be the key or a part.  0, or a negative
	   enum hatch_error, which is passed on. */
	int (*sha256)(void *context, uint8_t out[32], const uint8_t key[32],
		const struct hx_nonce_part *parts, size_t count);
	void *context;
};

/* Wiped by hx_nonce_end(). */
struct hx_nonce {
	const struct hx_nonce_hmac *hmac; /* must outlive the nonce */
	uint8_t k[32], v[32];             /* K and V of RFC 6979 section 3.2 */
	bool used;                        /* a candidate has been given */
};

/*
 * Steps b to f: from a secret in 1 .. n - 1 (not checked), a hash of any length, and `added` bytes,
 * which may be none.  Constant time in the secret if the HMAC is.
 */
int hx_nonce_begin(struct hx_nonce *nonce, const struct hx_nonce_hmac *hmac,
	const uint8_t secret[32], const struct hx_nonce_part *hash,
	const struct hx_nonce_part *added);

/* Step h: the next candidate, which may be out of range.  After the first it begins with what the
   RFC does at the end of a candidate that was refused. */
int hx_nonce_next(struct hx_nonce *nonce, uint8_t candidate[32]);

void hx_nonce_end(struct hx_nonce *nonce);

/*
 * hx_p256_sign() with such a nonce.  added may be NULL.  HATCH_EINVAL for a secret out of range,
 * HATCH_EPORT if sixteen candidates in sequence would not do, which a working HMAC does not bring
 * about in the life of the universe; else what the HMAC returned.  After an error the signature is
 * zeros or what it was before.
 */
int hx_nonce_sign(uint8_t signature[64], const struct hx_nonce_hmac *hmac, const uint8_t secret[32],
	const struct hx_nonce_part *hash, const struct hx_nonce_part *added);

#endif
