/*
 * mbedtls_version.h - where mbedTLS 3.6 and 4.x differ: nowhere else
 * SPDX-License-Identifier: MIT
 *
 * 3.6 LTS is what ESP-IDF 5 has and what is tested here.  4.x (ESP-IDF 6) draws
 * its random numbers from PSA and dropped the arguments for them.
 */
#ifndef HX_TLS_MBEDTLS_VERSION_H
#define HX_TLS_MBEDTLS_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/version.h>

/* Before anything else of it is asked for, so that this is the first thing that is said. */
#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "hatch needs mbedTLS 3.6 or newer: ESP-IDF 5.2; Arduino core 3, updated in the Boards Manager, or in PlatformIO the platform pioarduino (docs/arduino.md)"
#endif

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>

#include "../hatch.h"

void hx_mbed_conf_random(mbedtls_ssl_config *conf);

/* PEM (with its final NUL counted) or DER. */
int hx_mbed_parse_key(mbedtls_pk_context *key, const unsigned char *bytes, size_t len);
int hx_mbed_check_pair(const mbedtls_pk_context *public_key, const mbedtls_pk_context *key);

/* Signs; the DER stands at the end of the buffer.  Its length, or negative. */
int hx_mbed_write_cert(mbedtls_x509write_cert *cert, unsigned char *buf, size_t room);

/* Seals tickets with AES-256-GCM, or ChaCha20-Poly1305 where AES is software; the keys rotate
   within life_s. */
int hx_mbed_ticket_setup(mbedtls_ssl_ticket_context *tickets, bool fast_aes, uint32_t life_s);

/*
 * When the ticket of a session was made, by the library's clock, which may have begun at the last
 * start; and that clock.  False without MBEDTLS_HAVE_TIME: then there is neither.
 */
bool hx_mbed_has_time(void);
int64_t hx_mbed_now_ms(void);
int64_t hx_mbed_ticket_made(const mbedtls_ssl_session *session);
void hx_mbed_ticket_set_made(mbedtls_ssl_session *session, int64_t ms);

/*
 * mbedtls_ssl_free() of a context whose setup has failed for lack of memory: 3.6.6 has taken conf
 * from it by then, and with MBEDTLS_SSL_ASYNC_PRIVATE looks there all the same.
 */
void hx_mbed_free_unset(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *conf);

/* Whether several tasks may use keys and random numbers at once. */
bool hx_mbed_has_threads(void);

/* A signature of the key: its length, or EPORT; and of a certificate's key, 0 if it is good.  Not
   PSS. */
int hx_mbed_sign(const mbedtls_pk_context *key, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room);
int hx_mbed_verify(const mbedtls_x509_crt *cert, const unsigned char *digest, size_t digest_len,
	const unsigned char *signature, size_t len);

/* The session is of a client that has shown a certificate. */
bool hx_mbed_has_peer_cert(const mbedtls_ssl_session *session);

/* TLS 1.3: the tickets that the library is about to write are left out. */
void hx_mbed_skip_tickets(mbedtls_ssl_context *ssl);

/* Bits of an RSA key; 0 if it is none.  And whether it is EC over P-256 or P-384. */
size_t hx_mbed_rsa_bits(const mbedtls_pk_context *key);
bool hx_mbed_is_ec_p256_p384(const mbedtls_pk_context *key);

/* ---- record buffers that are lent: mbedtls_version_lend.c ---- */

/* What a context without buffers keeps of them. */
struct hx_mbed_kept {
	unsigned char in_ctr[8], out_ctr[8];
	uint8_t in_at[5], out_at[5]; /* ctr, hdr, len, iv, msg: from the start of the buffer */
};

/* Whether the fields of a context are known.  False: none of what follows does anything. */
bool hx_mbed_can_lend(void);

/* A context that has just been set up points into these two blocks as it should. */
bool hx_mbed_layout_ok(const mbedtls_ssl_context *ssl, const void *in, const void *out);

/* What the library asks for next is the header of a record. */
bool hx_mbed_at_header(const mbedtls_ssl_context *ssl);

/*
 * Tickets are out as well.  For mbedtls_ssl_is_handshake_over() they belong to the time after the
 * handshake of TLS 1.3, and leave when the first record is waited for.
 */
bool hx_mbed_handshake_done(const mbedtls_ssl_context *ssl);

/* Nothing is half done: no part of a record, in or out, nor of a handshake message. */
bool hx_mbed_at_rest(const mbedtls_ssl_context *ssl);

/* The last record was neither data nor an alert, or a handshake message is not complete. */
bool hx_mbed_strays(const mbedtls_ssl_context *ssl);

/* Until attached again, to any two buffers of the same size, the context can only be freed. */
void hx_mbed_detach(mbedtls_ssl_context *ssl, struct hx_mbed_kept *kept);
void hx_mbed_attach(mbedtls_ssl_context *ssl, const struct hx_mbed_kept *kept, unsigned char *in,
	unsigned char *out);

/* After the handshake: frees what is left of it. */
void hx_mbed_handshake_free(mbedtls_ssl_context *ssl);

/* A sentence about an error code. */
void hx_mbed_strerror(int error, char *buf, size_t room);

#endif
