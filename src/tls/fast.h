/*
 * fast.h - src/crypto/ under mbedTLS, without a patch
 * SPDX-License-Identifier: MIT
 *
 * The linker turns calls of mbedTLS's functions into calls of __wrap_ ones (--wrap; the list is in
 * cmake/HatchFast.cmake), which do X25519 and P-256 with src/crypto/ and pass everything else to
 * __real_.  It reaches calls from one object file into another only, which decides what is wrapped:
 *
 *   TLS 1.2    ssl_tls12_*.c -> mbedtls_ecdh_make_params, _make_public, _calc_secret
 *   TLS 1.3    psa_crypto.c  -> mbedtls_psa_ecp_generate_key, _export_public_key,
 *                               mbedtls_psa_key_agreement_ecdh
 *   both       pk_wrap.c     -> mbedtls_ecdsa_write_signature, _read_signature
 *   opaque     psa_crypto.c  -> mbedtls_psa_ecdsa_sign_hash
 *   slow keys  ssl_tls1*.c   -> mbedtls_pk_sign, mbedtls_pk_sign_ext,
 *                               mbedtls_ssl_handle_pending_alert: fast_apart.c
 *   PRF of 1.2 ssl_tls.c     -> mbedtls_md_hmac_starts, _reset, _finish: fast_hmac.c
 *
 * What begins here ends here: a wrapped function that has started reports its own error, and never
 * tries again with the library's arithmetic.
 *
 * On ESP-IDF leave out the wraps that the chip does better or that IDF has wrapped itself, since a
 * second __wrap_ of a name does not link: those of HMAC always (its CBC suites look where
 * fast_hmac.c keeps its states, and SHA-256 is hardware), those of ECDSA where the chip or a
 * secure element signs or verifies.  cmake/HatchComponent.cmake decides.
 */
#ifndef HX_TLS_FAST_H
#define HX_TLS_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HX_FAST_TRIES 30 /* of a random number; each fails once in 2^32 times */

void hx_fast_clamp(uint8_t secret[32]);

/* Constant time but for the answer, which for a fresh random number tells nothing. */
bool hx_fast_p256_secret_ok(const uint8_t secret[32]);

/* A spare pair's secret, and then its public key; false: there is none.  See spare.h. */
bool hx_spare_take(uint8_t secret[32]);
bool hx_spare_public(uint8_t public_key[32], const uint8_t secret[32]);

/*
 * hx_nonce_sign() with mbedTLS's HMAC-SHA-256.  added may be NULL with added_len 0: then it is what
 * RFC 6979 makes of SHA-256.
 */
int hx_fast_sign(uint8_t signature[64], const uint8_t secret[32], const uint8_t *hash,
	size_t hash_len, const uint8_t *added, size_t added_len);

#endif
