/*
 * fast_apart.c - where mbedTLS asks for a signature in a handshake, and is told to wait
 * SPDX-License-Identifier: MIT
 *
 * TLS 1.2 of 3.6 has callbacks for that, if it was built with MBEDTLS_SSL_ASYNC_PRIVATE.  TLS 1.3
 * has not: it takes a failed signature for a key that cannot, tries its next algorithm, and then
 * has an alert to send.  Both calls lead here (--wrap, cmake/HatchFast.cmake): the alert is taken
 * back, and as nothing has been written yet, the step can be made again.
 */
#include "sign.h"

#ifdef HATCH_WRAPPED

#include "mbedtls_shared.h"

int __real_mbedtls_pk_sign(mbedtls_pk_context *key, mbedtls_md_type_t md, const unsigned char *hash,
	size_t hash_len, unsigned char *sig, size_t room, size_t *len, mbedtls_f_rng_t *rng,
	void *rng_arg);
int __real_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context *key,
	mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len, unsigned char *sig,
	size_t room, size_t *len, mbedtls_f_rng_t *rng, void *rng_arg);
int __real_mbedtls_ssl_handle_pending_alert(mbedtls_ssl_context *ssl);
int __wrap_mbedtls_pk_sign(mbedtls_pk_context *key, mbedtls_md_type_t md, const unsigned char *hash,
	size_t hash_len, unsigned char *sig, size_t room, size_t *len, mbedtls_f_rng_t *rng,
	void *rng_arg);
int __wrap_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context *key,
	mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len, unsigned char *sig,
	size_t room, size_t *len, mbedtls_f_rng_t *rng, void *rng_arg);
int __wrap_mbedtls_ssl_handle_pending_alert(mbedtls_ssl_context *ssl);

static _Thread_local struct hx_tls *stepping;

bool hx_sign_possible(void)
{
	return true;
}

void hx_sign_enter(struct hx_tls *tls)
{
	stepping = tls->sign == NULL ? NULL : tls;
}

void hx_sign_leave(void)
{
	stepping = NULL;
}

/* The connection that signs with this key apart; NULL: none. */
static struct hx_tls *signs_apart(const mbedtls_pk_context *key)
{
	return stepping != NULL && key == &stepping->identity->key ? stepping : NULL;
}

static int in_their_words(int ret)
{
	if (ret == HATCH_LATER)
		return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
	return ret == 0 ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

/* ---- TLS 1.3 ---- */

static enum hatch_scheme scheme_of(mbedtls_pk_type_t type)
{
	if (type == MBEDTLS_PK_RSASSA_PSS)
		return HATCH_RSA_PSS;
	return type == MBEDTLS_PK_RSA ? HATCH_RSA_PKCS1 : HATCH_ECDSA;
}

int __wrap_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context *key,
	mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len, unsigned char *sig,
	size_t room, size_t *len, mbedtls_f_rng_t *rng, void *rng_arg)
{
	struct hx_tls *tls = signs_apart(key);
	if (tls == NULL)
		return __real_mbedtls_pk_sign_ext(
			type, key, md, hash, hash_len, sig, room, len, rng, rng_arg);
	int ret = tls->sign->ask(tls, scheme_of(type), hash, hash_len);
	return in_their_words(ret == 0 ? tls->sign->take(tls, sig, room, len) : ret);
}

int __wrap_mbedtls_ssl_handle_pending_alert(mbedtls_ssl_context *ssl)
{
	if (stepping == NULL || !stepping->suspended)
		return __real_mbedtls_ssl_handle_pending_alert(ssl);
	ssl->MBEDTLS_PRIVATE(send_alert) = 0;
	return MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
}

/* ---- TLS 1.2 ---- */

/* Only where it has no callbacks: then everybody waits. */
int __wrap_mbedtls_pk_sign(mbedtls_pk_context *key, mbedtls_md_type_t md, const unsigned char *hash,
	size_t hash_len, unsigned char *sig, size_t room, size_t *len, mbedtls_f_rng_t *rng,
	void *rng_arg)
{
	struct hx_tls *tls = signs_apart(key);
	if (tls == NULL || tls->identity->sign == NULL)
		return __real_mbedtls_pk_sign(
			key, md, hash, hash_len, sig, room, len, rng, rng_arg);
	struct hatch_to_sign what = { hx_scheme_of(key), hash, hash_len };
	int ret = hx_sign_now(tls->identity, &what, sig, room);
	if (ret <= 0 || ret == HATCH_LATER)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	*len = (size_t)ret;
	return 0;
}

#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)

static int ask(mbedtls_ssl_context *ssl, mbedtls_x509_crt *cert, mbedtls_md_type_t md,
	const unsigned char *hash, size_t hash_len)
{
	struct hx_tls *tls = mbedtls_ssl_get_user_data_p(ssl);
	(void)cert;
	(void)md;
	if (stepping != tls)
		return MBEDTLS_ERR_SSL_HW_ACCEL_FALLTHROUGH;
	return in_their_words(
		tls->sign->ask(tls, hx_scheme_of(&tls->identity->key), hash, hash_len));
}

static int resume(mbedtls_ssl_context *ssl, unsigned char *sig, size_t *len, size_t room)
{
	struct hx_tls *tls = mbedtls_ssl_get_user_data_p(ssl);
	return in_their_words(tls->sign->take(tls, sig, room, len));
}

/* The connection lets go of it by itself. */
static void cancel(mbedtls_ssl_context *ssl)
{
	(void)ssl;
}

void hx_sign_conf(struct hx_tls_server *shared)
{
	mbedtls_ssl_conf_async_private_cb(&shared->conf, ask, NULL, resume, cancel, NULL);
}

#else

void hx_sign_conf(struct hx_tls_server *shared)
{
	shared->say(shared->say_arg, HATCH_WARN,
		"the TLS library was built without MBEDTLS_SSL_ASYNC_PRIVATE: in TLS 1.2 everybody "
		"waits for a signature, and one that comes later fails");
}

#endif

#endif
