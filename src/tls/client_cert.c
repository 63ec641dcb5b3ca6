/*
 * client_cert.c - certificates that clients show: asking for them, and what they say
 * SPDX-License-Identifier: MIT
 *
 * A session never stands in for a certificate.  Who has shown one is given neither ticket nor a
 * place in the cache, and so shows it again next time (mbedtls_server.c, mbedtls_conn.c); who
 * resumes has shown none.  Where all must show one there are no sessions to resume at all.
 */
#include <mbedtls/platform.h>

#include "../base/span.h"
#include "heap.h"
#include "mbedtls_shared.h"
#include "pem.h"

/* ---- reading ---- */

static int read_pem(mbedtls_x509_crt *into, struct hatch_span certs)
{
	return mbedtls_x509_crt_parse(into, (const unsigned char *)certs.ptr, hx_pem_len(certs));
}

static int read_der(mbedtls_x509_crt *into, struct hatch_span certs)
{
	return mbedtls_x509_crt_parse_der(into, (const unsigned char *)certs.ptr, certs.len);
}

/* ---- why one was not taken ---- */

static const char *refused(const struct hx_tls *tls)
{
	uint32_t why = mbedtls_ssl_get_verify_result(&tls->ssl);
	if (why == 0 || why == (uint32_t)-1) /* -1: it came not so far */
		return NULL;
	if ((why & MBEDTLS_X509_BADCERT_MISSING) != 0)
		return "it has shown no certificate";
	if ((why & MBEDTLS_X509_BADCERT_FUTURE) != 0)
		return "its certificate is not valid yet, or our clock is not set";
	if ((why & MBEDTLS_X509_BADCERT_EXPIRED) != 0)
		return "its certificate has expired";
	if ((why & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
		return "its certificate is not from config.client_ca";
	if ((why & MBEDTLS_X509_BADCERT_EXT_KEY_USAGE) != 0)
		return "its certificate is for other uses, such as a server's (extendedKeyUsage)";
	return "its certificate is not good for this";
}

/* ---- whose certificates are taken ---- */

static int refuse(const struct hx_tls_server *shared, const char *what)
{
	shared->say(shared->say_arg, HATCH_ERROR, what);
	return HATCH_EIDENT;
}

static void facts(const struct hx_tls *tls, struct hatch_tls_facts *out)
{
	out->client_verified = hx_tls_client_cert(tls, &out->client_cert);
}

static int open_with(struct hx_tls_server *shared, const struct hatch_config *config,
	int (*read)(mbedtls_x509_crt *into, struct hatch_span certs))
{
	shared->cas = mbedtls_calloc(1, sizeof(*shared->cas));
	if (shared->cas == NULL)
		return HATCH_ENOMEM;
	shared->cas->facts = facts;
	shared->cas->refused = refused;
	mbedtls_x509_crt_init(&shared->cas->chain);
	if (read(&shared->cas->chain, config->client_ca) != 0)
		return refuse(shared, "config.client_ca cannot be read: PEM or DER of the CA's "
				      "certificate, with the source that fits");
	if (!shared->cas->chain.MBEDTLS_PRIVATE(ca_istrue))
		return refuse(shared, "config.client_ca is no CA's certificate (basicConstraints)");
	mbedtls_ssl_conf_ca_chain(&shared->conf, &shared->cas->chain, NULL);
	mbedtls_ssl_conf_authmode(&shared->conf, config->client_certs == HATCH_CLIENT_CERTS_REQUIRED
							 ? MBEDTLS_SSL_VERIFY_REQUIRED
							 : MBEDTLS_SSL_VERIFY_OPTIONAL);
	return 0;
}

int hatch_client_ca_pem(struct hx_tls_server *shared, const struct hatch_config *config)
{
	return open_with(shared, config, read_pem);
}

int hatch_client_ca_der(struct hx_tls_server *shared, const struct hatch_config *config)
{
	return open_with(shared, config, read_der);
}

/* ---- what one says ---- */

static const mbedtls_x509_crt *verified(const struct hx_tls *tls)
{
	if (!tls->past || !hx_client_has_shown(tls) ||
		mbedtls_ssl_get_verify_result(&tls->ssl) != 0)
		return NULL;
	return mbedtls_ssl_get_peer_cert(&tls->ssl);
}

bool hx_tls_client_cert(const struct hx_tls *tls, struct hatch_span *der)
{
	const mbedtls_x509_crt *cert = hx_client_has_shown(tls)
					       ? mbedtls_ssl_get_peer_cert(&tls->ssl)
					       : NULL;
	*der = cert == NULL ? hx_span(NULL, 0) : hx_span((const char *)cert->raw.p, cert->raw.len);
	return verified(tls) != NULL;
}

int hx_tls_client_subject(const struct hx_tls *tls, char *buf, size_t room)
{
	const mbedtls_x509_crt *cert = verified(tls);
	if (cert == NULL)
		return HATCH_EGONE;
	int len = mbedtls_x509_dn_gets(buf, room, &cert->subject);
	return len < 0 ? HATCH_EBIG : len;
}

bool hx_tls_client_san(const struct hx_tls *tls, size_t n, struct hatch_san *out)
{
	const mbedtls_x509_crt *cert = verified(tls);
	const mbedtls_x509_sequence *san = cert == NULL ? NULL : &cert->subject_alt_names;
	for (; san != NULL && san->buf.p != NULL && n > 0; n--)
		san = san->next;
	if (san == NULL || san->buf.p == NULL)
		return false;
	out->kind = (enum hatch_san_kind)(san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK);
	out->value = hx_span((const char *)san->buf.p, san->buf.len);
	return true;
}

struct hatch_span hx_tls_client_common_name(const struct hx_tls *tls)
{
	const mbedtls_x509_crt *cert = verified(tls);
	return cert == NULL ? hx_span(NULL, 0) : hx_common_name(cert);
}
