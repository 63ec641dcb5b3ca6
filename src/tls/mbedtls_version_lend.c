/*
 * mbedtls_version_lend.c - taking the record buffers from under a context of mbedTLS 3.6
 * SPDX-License-Identifier: MIT
 *
 * A context points to each of its two buffers six times.  At rest, all that is
 * in them is a record counter in the first 8 bytes of each.  Known for 3.6.3 to
 * 3.6.x without the options that lay the buffers out otherwise or resize them;
 * hx_mbed_layout_ok() asks a real context before anything relies on it.
 */
#include "mbedtls_version.h"

#include <string.h>

#define F(field) MBEDTLS_PRIVATE(field)

bool hx_mbed_at_header(const mbedtls_ssl_context *ssl)
{
	return ssl->F(in_left) == 0;
}

bool hx_mbed_handshake_done(const mbedtls_ssl_context *ssl)
{
	return ssl->F(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
}

#if MBEDTLS_VERSION_NUMBER >= 0x03060300 && MBEDTLS_VERSION_NUMBER < 0x03070000 &&                 \
	defined(MBEDTLS_SSL_PROTO_TLS1_2) && !defined(MBEDTLS_SSL_DTLS_CONNECTION_ID) &&           \
	!defined(MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH)

bool hx_mbed_can_lend(void)
{
	return true;
}

bool hx_mbed_layout_ok(const mbedtls_ssl_context *ssl, const void *in, const void *out)
{
	return ssl->F(in_buf) == in && ssl->F(in_ctr) == ssl->F(in_buf) &&
	       ssl->F(in_hdr) == ssl->F(in_buf) + 8 && ssl->F(in_len) == ssl->F(in_buf) + 11 &&
	       ssl->F(in_iv) == ssl->F(in_buf) + 13 && ssl->F(in_msg) == ssl->F(in_buf) + 13 &&
	       ssl->F(out_buf) == out && ssl->F(out_ctr) == ssl->F(out_buf) &&
	       ssl->F(out_hdr) == ssl->F(out_buf) + 8 && ssl->F(out_len) == ssl->F(out_buf) + 11 &&
	       ssl->F(out_iv) == ssl->F(out_buf) + 13 && ssl->F(out_msg) == ssl->F(out_buf) + 13;
}

bool hx_mbed_at_rest(const mbedtls_ssl_context *ssl)
{
	/* in_hslen < in_msglen: another handshake message stands behind the one just read. */
	bool in = ssl->F(in_hdr) == ssl->F(in_buf) + 8 && ssl->F(in_left) == 0 &&
		  ssl->F(in_offt) == NULL && ssl->F(badmac_seen_or_in_hsfraglen) == 0 &&
		  ssl->F(keep_current_message) == 0 &&
		  (ssl->F(in_hslen) == 0 || ssl->F(in_hslen) >= ssl->F(in_msglen));
	return in && ssl->F(out_left) == 0 && ssl->F(out_hdr) == ssl->F(out_buf) + 8 &&
	       ssl->F(send_alert) == 0;
}

bool hx_mbed_strays(const mbedtls_ssl_context *ssl)
{
	return ssl->F(badmac_seen_or_in_hsfraglen) != 0 ||
	       (ssl->F(in_msgtype) != MBEDTLS_SSL_MSG_ALERT &&
		       ssl->F(in_msgtype) != MBEDTLS_SSL_MSG_APPLICATION_DATA);
}

/* Where the five others point to, from the start of the buffer. */
static void keep(uint8_t at[5], const unsigned char *base, unsigned char *const pointer[5])
{
	for (unsigned i = 0; i < 5; i++)
		at[i] = (uint8_t)(pointer[i] - base);
}

void hx_mbed_detach(mbedtls_ssl_context *ssl, struct hx_mbed_kept *kept)
{
	unsigned char *const in[5] = { ssl->F(in_ctr), ssl->F(in_hdr), ssl->F(in_len),
		ssl->F(in_iv), ssl->F(in_msg) };
	unsigned char *const out[5] = { ssl->F(out_ctr), ssl->F(out_hdr), ssl->F(out_len),
		ssl->F(out_iv), ssl->F(out_msg) };
	keep(kept->in_at, ssl->F(in_buf), in);
	keep(kept->out_at, ssl->F(out_buf), out);
	memcpy(kept->in_ctr, ssl->F(in_buf), sizeof(kept->in_ctr));
	memcpy(kept->out_ctr, ssl->F(out_buf), sizeof(kept->out_ctr));
	/* Better a crash than another connection's record. */
	ssl->F(in_buf) = ssl->F(in_ctr) = ssl->F(in_hdr) = ssl->F(in_len) = NULL;
	ssl->F(in_iv) = ssl->F(in_msg) = ssl->F(in_offt) = NULL;
	ssl->F(out_buf) = ssl->F(out_ctr) = ssl->F(out_hdr) = ssl->F(out_len) = NULL;
	ssl->F(out_iv) = ssl->F(out_msg) = NULL;
}

void hx_mbed_attach(mbedtls_ssl_context *ssl, const struct hx_mbed_kept *kept, unsigned char *in,
	unsigned char *out)
{
	memcpy(in, kept->in_ctr, sizeof(kept->in_ctr));
	memcpy(out, kept->out_ctr, sizeof(kept->out_ctr));
	ssl->F(in_buf) = in;
	ssl->F(in_ctr) = in + kept->in_at[0];
	ssl->F(in_hdr) = in + kept->in_at[1];
	ssl->F(in_len) = in + kept->in_at[2];
	ssl->F(in_iv) = in + kept->in_at[3];
	ssl->F(in_msg) = in + kept->in_at[4];
	ssl->F(out_buf) = out;
	ssl->F(out_ctr) = out + kept->out_at[0];
	ssl->F(out_hdr) = out + kept->out_at[1];
	ssl->F(out_len) = out + kept->out_at[2];
	ssl->F(out_iv) = out + kept->out_at[3];
	ssl->F(out_msg) = out + kept->out_at[4];
}

#else /* each context has its own buffers */

bool hx_mbed_can_lend(void)
{
	return false;
}

bool hx_mbed_layout_ok(const mbedtls_ssl_context *ssl, const void *in, const void *out)
{
	(void)ssl;
	(void)in;
	(void)out;
	return false;
}

bool hx_mbed_at_rest(const mbedtls_ssl_context *ssl)
{
	(void)ssl;
	return false;
}

bool hx_mbed_strays(const mbedtls_ssl_context *ssl)
{
	(void)ssl;
	return false;
}

void hx_mbed_detach(mbedtls_ssl_context *ssl, struct hx_mbed_kept *kept)
{
	(void)ssl;
	(void)kept;
}

void hx_mbed_attach(mbedtls_ssl_context *ssl, const struct hx_mbed_kept *kept, unsigned char *in,
	unsigned char *out)
{
	(void)ssl;
	(void)kept;
	(void)in;
	(void)out;
}

#endif

/* ---- what is left of the handshake ---- */

#if MBEDTLS_VERSION_NUMBER >= 0x03060300 && MBEDTLS_VERSION_NUMBER < 0x03070000 &&                 \
	defined(MBEDTLS_SSL_PROTO_TLS1_2) && defined(MBEDTLS_SSL_PROTO_TLS1_3) &&                  \
	!defined(MBEDTLS_SSL_DTLS_CONNECTION_ID) && !defined(MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH)

#include <mbedtls/platform.h>

/* Internal to the library, but not to one of its files: library/ssl_misc.h declares them. */
void mbedtls_ssl_handshake_wrapup_free_hs_transform(mbedtls_ssl_context *ssl);
void mbedtls_ssl_transform_free(mbedtls_ssl_transform *transform);

/*
 * TLS 1.3 of 3.6 keeps its handshake until the context is freed.  Afterwards a server looks at it
 * no more: there is no key update in 3.6, any handshake message is refused unread, and tickets
 * have been written before the handshake is over.  This is what TLS 1.2 calls at its end; what it
 * then takes over as its transform is in 1.3 one that was never used.
 */
void hx_mbed_handshake_free(mbedtls_ssl_context *ssl)
{
	if (ssl->F(handshake) == NULL ||
		mbedtls_ssl_get_version_number(ssl) != MBEDTLS_SSL_VERSION_TLS1_3 ||
		ssl->F(transform_in) != ssl->F(transform_application) ||
		ssl->F(transform_out) != ssl->F(transform_application))
		return;
	mbedtls_ssl_handshake_wrapup_free_hs_transform(ssl);
	if (ssl->F(transform) != NULL)
		mbedtls_ssl_transform_free(ssl->F(transform));
	mbedtls_free(ssl->F(transform));
	ssl->F(transform) = NULL;
}

#else /* TLS 1.2 leaves nothing */

void hx_mbed_handshake_free(mbedtls_ssl_context *ssl)
{
	(void)ssl;
}

#endif
