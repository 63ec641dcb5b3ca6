/*
 * mbedtls_version.c - see mbedtls_version.h
 * SPDX-License-Identifier: MIT
 */
#include "mbedtls_version.h"

#include <stdio.h>

#include <mbedtls/error.h>
#include <mbedtls/platform_util.h>
#include <psa/crypto.h>

#if MBEDTLS_VERSION_NUMBER < 0x04000000

#include <mbedtls/psa_util.h>

void hx_mbed_conf_random(mbedtls_ssl_config *conf)
{
	mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

int hx_mbed_parse_key(mbedtls_pk_context *key, const unsigned char *bytes, size_t len)
{
	return mbedtls_pk_parse_key(
		key, bytes, len, NULL, 0, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

int hx_mbed_check_pair(const mbedtls_pk_context *public_key, const mbedtls_pk_context *key)
{
	return mbedtls_pk_check_pair(
		public_key, key, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

int hx_mbed_ticket_setup(mbedtls_ssl_ticket_context *tickets, bool fast_aes, uint32_t life_s)
{
	return mbedtls_ssl_ticket_setup(tickets, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE,
		fast_aes ? MBEDTLS_CIPHER_AES_256_GCM : MBEDTLS_CIPHER_CHACHA20_POLY1305, life_s);
}

size_t hx_mbed_rsa_bits(const mbedtls_pk_context *key)
{
	return mbedtls_pk_can_do(key, MBEDTLS_PK_RSA) ? mbedtls_pk_get_bitlen(key) : 0;
}

static mbedtls_md_type_t md_of(size_t digest_len)
{
	return digest_len == 32   ? MBEDTLS_MD_SHA256
	       : digest_len == 48 ? MBEDTLS_MD_SHA384
				  : MBEDTLS_MD_SHA512;
}

static mbedtls_pk_type_t type_of(enum hatch_scheme scheme)
{
	return scheme == HATCH_RSA_PSS     ? MBEDTLS_PK_RSASSA_PSS
	       : scheme == HATCH_RSA_PKCS1 ? MBEDTLS_PK_RSA
					   : MBEDTLS_PK_ECDSA;
}

/* The library takes a key that it does not change, but for RSA's blinding, which it locks. */
int hx_mbed_sign(const mbedtls_pk_context *key, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room)
{
	size_t len;
	int error = mbedtls_pk_sign_ext(type_of(what->scheme), (mbedtls_pk_context *)(uintptr_t)key,
		md_of(what->digest_len), what->digest, what->digest_len, signature, room, &len,
		mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	return error == 0 ? (int)len : HATCH_EPORT;
}

int hx_mbed_verify(const mbedtls_x509_crt *cert, const unsigned char *digest, size_t digest_len,
	const unsigned char *signature, size_t len)
{
	return mbedtls_pk_verify((mbedtls_pk_context *)(uintptr_t)&cert->pk, md_of(digest_len),
		digest, digest_len, signature, len);
}

bool hx_mbed_is_ec_p256_p384(const mbedtls_pk_context *key)
{
	if (!mbedtls_pk_can_do(key, MBEDTLS_PK_ECKEY))
		return false;
	mbedtls_ecp_group_id group = mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*key));
	return group == MBEDTLS_ECP_DP_SECP256R1 || group == MBEDTLS_ECP_DP_SECP384R1;
}

#else /* 4.x: compiled against its headers elsewhere, not run here */

void hx_mbed_conf_random(mbedtls_ssl_config *conf)
{
	(void)conf;
}

int hx_mbed_parse_key(mbedtls_pk_context *key, const unsigned char *bytes, size_t len)
{
	return mbedtls_pk_parse_key(key, bytes, len, NULL, 0);
}

int hx_mbed_check_pair(const mbedtls_pk_context *public_key, const mbedtls_pk_context *key)
{
	return mbedtls_pk_check_pair(public_key, key);
}

int hx_mbed_ticket_setup(mbedtls_ssl_ticket_context *tickets, bool fast_aes, uint32_t life_s)
{
	return fast_aes ? mbedtls_ssl_ticket_setup(
				  tickets, PSA_ALG_GCM, PSA_KEY_TYPE_AES, 256, life_s)
			: mbedtls_ssl_ticket_setup(tickets, PSA_ALG_CHACHA20_POLY1305,
				  PSA_KEY_TYPE_CHACHA20, 256, life_s);
}

size_t hx_mbed_rsa_bits(const mbedtls_pk_context *key)
{
	return mbedtls_pk_can_do_psa(
		       key, PSA_ALG_RSA_PSS(PSA_ALG_ANY_HASH), PSA_KEY_USAGE_SIGN_HASH)
		       ? mbedtls_pk_get_bitlen(key)
		       : 0;
}

bool hx_mbed_is_ec_p256_p384(const mbedtls_pk_context *key)
{
	size_t bits = mbedtls_pk_get_bitlen(key);
	return mbedtls_pk_can_do_psa(
		       key, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH), PSA_KEY_USAGE_SIGN_HASH) &&
	       (bits == 256 || bits == 384);
}

int hx_mbed_sign(const mbedtls_pk_context *key, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room)
{
	(void)key;
	(void)what;
	(void)signature;
	(void)room;
	return HATCH_ENOSYS;
}

int hx_mbed_verify(const mbedtls_x509_crt *cert, const unsigned char *digest, size_t digest_len,
	const unsigned char *signature, size_t len)
{
	return mbedtls_pk_verify(&cert->pk,
		digest_len == 32 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384, digest, digest_len,
		signature, len);
}

#endif

#if defined(MBEDTLS_HAVE_TIME)

bool hx_mbed_has_time(void)
{
	return true;
}

int64_t hx_mbed_now_ms(void)
{
	return mbedtls_ms_time();
}

int64_t hx_mbed_ticket_made(const mbedtls_ssl_session *session)
{
	return session->MBEDTLS_PRIVATE(ticket_creation_time);
}

void hx_mbed_ticket_set_made(mbedtls_ssl_session *session, int64_t ms)
{
	session->MBEDTLS_PRIVATE(ticket_creation_time) = ms;
}

#else

bool hx_mbed_has_time(void)
{
	return false;
}

int64_t hx_mbed_now_ms(void)
{
	return 0;
}

int64_t hx_mbed_ticket_made(const mbedtls_ssl_session *session)
{
	(void)session;
	return 0;
}

void hx_mbed_ticket_set_made(mbedtls_ssl_session *session, int64_t ms)
{
	(void)session;
	(void)ms;
}

#endif

void hx_mbed_free_unset(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *conf)
{
	ssl->MBEDTLS_PRIVATE(conf) = conf;
	mbedtls_ssl_free(ssl);
}

#if defined(MBEDTLS_THREADING_C)

bool hx_mbed_has_threads(void)
{
	return true;
}

#else

bool hx_mbed_has_threads(void)
{
	return false;
}

#endif

#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)

bool hx_mbed_has_peer_cert(const mbedtls_ssl_session *session)
{
	return session->MBEDTLS_PRIVATE(peer_cert) != NULL;
}

#else

bool hx_mbed_has_peer_cert(const mbedtls_ssl_session *session)
{
	return session->MBEDTLS_PRIVATE(peer_cert_digest) != NULL;
}

#endif

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)

void hx_mbed_skip_tickets(mbedtls_ssl_context *ssl)
{
	if (ssl->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET)
		ssl->MBEDTLS_PRIVATE(state) = MBEDTLS_SSL_HANDSHAKE_OVER;
}

#else

void hx_mbed_skip_tickets(mbedtls_ssl_context *ssl)
{
	(void)ssl;
}

#endif

#if defined(MBEDTLS_ERROR_C)

void hx_mbed_strerror(int error, char *buf, size_t room)
{
	mbedtls_strerror(error, buf, room);
}

#else

void hx_mbed_strerror(int error, char *buf, size_t room)
{
	snprintf(buf, room, "mbedTLS error -0x%04x", (unsigned)-error);
}

#endif
