/*
 * identity_signer.c - an identity whose key somebody else holds
 * SPDX-License-Identifier: MIT
 *
 * All we have is the certificate; its public key stands in the private one's place, so that the
 * library knows what kind it is.
 */
#include "mbedtls_shared.h"
#include "pem.h"
#include "sign.h"

int hx_identity_certs_alone(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	const unsigned char *cert = (const unsigned char *)from->cert.ptr;
	bool der = from->cert.len > 0 && cert[0] == 0x30; /* a SEQUENCE; no PEM begins so */
	if (!hx_sign_possible())
		return hx_identity_refuse(into,
			"this build of hatch cannot sign with a key of somebody else: it needs the "
			"linker's --wrap (cmake/HatchFast.cmake)",
			0);
	into->apart = &hx_sign_apart;
	if (from->key.ptr != NULL || from->hostname != NULL)
		return hx_identity_refuse(
			into, "a key of somebody else: key and hostname are to be empty", 0);
	size_t len = der ? from->cert.len : hx_pem_len(from->cert);
	if (len <= 1)
		return hx_identity_refuse(into, "the certificate is missing", 0);
	int error = mbedtls_x509_crt_parse(&into->chain, cert, len);
	if (error != 0)
		return hx_identity_refuse(into, "the certificate cannot be read", error);
	error = mbedtls_pk_parse_public_key(
		&into->key, into->chain.pk_raw.p, into->chain.pk_raw.len);
	return error == 0 ? 0
			  : hx_identity_refuse(into, "the certificate's key cannot be read", error);
}

int hatch_identity_signer(struct hatch_tls_identity *into, const struct hatch_identity *from)
{
	if (from->sign == NULL)
		return hx_identity_refuse(into, "hatch_identity_signer needs sign", 0);
	into->sign = from->sign;
	into->sign_arg = from->sign_arg;
	return hx_identity_certs_alone(into, from);
}
