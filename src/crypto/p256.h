/*
 * p256.h - P-256: Diffie-Hellman and signatures
 * SPDX-License-Identifier: MIT
 *
 * Numbers are big-endian, as on the wire.  A point is its x and its y, 64 bytes: what follows the
 * byte 0x04 of the uncompressed form (SEC 1 section 2.3.3, RFC 8446 section 4.2.8.2).  A secret is
 * 32 bytes, a number in 1 .. n - 1.  An output may be one of the inputs.  Constant time in secrets
 * and nonces, right and wrong ones: only the returned number tells.
 */
#ifndef HX_CRYPTO_P256_H
#define HX_CRYPTO_P256_H

#include <stddef.h>
#include <stdint.h>

#define HX_P256_OTHER_NONCE 1 /* not an error: sign again with another nonce */

/* HATCH_EINVAL, and a point of zeros, for a secret out of range. */
int hx_p256_public(uint8_t point[64], const uint8_t secret[32]);

/*
 * The x coordinate of secret times peer (RFC 8446 section 7.4.2, RFC 8422 section 5.10).
 * HATCH_EINVAL, and zeros, for a secret out of range and for a peer that is not a point of the
 * curve; the identity, which has no such form, is refused with those.
 */
int hx_p256_shared(uint8_t x[32], const uint8_t secret[32], const uint8_t peer[64]);

/*
 * ECDSA (FIPS 186-5 section 6.4): r and s of a hash of any length.  Only its first 32 bytes count.
 * The nonce must be new for each hash and unknown to everybody, forever: see nonce.h.
 * HX_P256_OTHER_NONCE if it is out of range or makes r or s zero, HATCH_EINVAL for a secret out of
 * range; then the signature is zeros.
 */
int hx_p256_sign(uint8_t signature[64], const uint8_t secret[32], const uint8_t *hash,
	size_t hash_len, const uint8_t nonce[32]);

/* 0 if it is a signature of that hash for that public key, else HATCH_EINVAL.  All of this is
   public: the time depends on it. */
int hx_p256_verify(
	const uint8_t point[64], const uint8_t *hash, size_t hash_len, const uint8_t signature[64]);

/* The number that ECDSA makes of a hash: its first 256 bits, modulo n. */
void hx_p256_hash_to_number(uint32_t z[8], const uint8_t *hash, size_t hash_len);

#endif
