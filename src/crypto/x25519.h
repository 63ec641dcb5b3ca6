/*
 * x25519.h - Diffie-Hellman on Curve25519 (RFC 7748)
 * SPDX-License-Identifier: MIT
 *
 * Keys are 32 bytes, little-endian, as on the wire.  Any 32 bytes are a secret: they are clamped
 * here (RFC 7748 section 5).  Constant time in the secret and in the peer's key.  An output may be
 * one of the inputs.
 */
#ifndef HX_CRYPTO_X25519_H
#define HX_CRYPTO_X25519_H

#include <stdint.h>

/* The public key of a secret: X25519(secret, 9). */
void hx_x25519_public(uint8_t public_key[32], const uint8_t secret[32]);

/*
 * X25519(secret, peer).  HATCH_EINVAL if that is all zeros, which TLS must refuse (RFC 7748
 * section 6.1, RFC 8446 section 7.4.2): the peer sent a point of small order.  It is computed in
 * the same time; only the returned number tells.
 */
int hx_x25519_shared(uint8_t shared[32], const uint8_t secret[32], const uint8_t peer[32]);

#endif
