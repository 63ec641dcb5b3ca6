/*
 * self_cert.c - see self_cert.h
 * SPDX-License-Identifier: MIT
 *
 * The dates are fixed, so that the certificate is good whatever the clock says, the server's or
 * none.  It ends with the last second that all clients can read: later dates are written in another
 * form (RFC 5280 section 4.1.2.5).  It begins before July 2019, because Apple's systems refuse TLS
 * certificates from that date on, also those that their owner has chosen to trust, if they last
 * longer than 825 days; a device without a clock could not renew such a one in time.  What browsers
 * ask beyond that (398 days and less) is for public CAs.
 *
 * It is no CA: who trusts it trusts this server only.
 */
#include "self_cert.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include "../base/wipe.h"
#include "mbedtls_version.h"

static const char valid_from[] = "20190101000000", valid_to[] = "20491231235959";

int hx_self_key_make(unsigned char key[HX_RECORD_KEY])
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	mbedtls_svc_key_id_t id;
	size_t len = 0;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&attributes, 256);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
	psa_status_t status = psa_generate_key(&attributes, &id);
	if (status != PSA_SUCCESS)
		return (int)status;
	status = psa_export_key(id, key, HX_RECORD_KEY, &len);
	(void)psa_destroy_key(id);
	if (status == PSA_SUCCESS && len != HX_RECORD_KEY)
		status = PSA_ERROR_GENERIC_ERROR;
	return (int)status;
}

/*
 * Through the DER of RFC 5915 without its public half, which the library computes; the shortest way
 * that 3.6 and 4.x share, and mbedtls_pk_copy_from_psa() has 2.4 kB on its stack.
 */
int hx_self_key_load(mbedtls_pk_context *into, const unsigned char key[HX_RECORD_KEY])
{
	static const unsigned char before[] = { 0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20 },
				   after[] = { 0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
					   0x03, 0x01, 0x07 };
	unsigned char der[sizeof(before) + HX_RECORD_KEY + sizeof(after)];
	memcpy(der, before, sizeof(before));
	memcpy(der + sizeof(before), key, HX_RECORD_KEY);
	memcpy(der + sizeof(before) + HX_RECORD_KEY, after, sizeof(after));
	int error = hx_mbed_parse_key(into, der, sizeof(der));
	hx_wipe(der, sizeof(der));
	return error;
}

#if defined(MBEDTLS_X509_CRT_WRITE_C)

bool hx_self_cert_can(void)
{
	return true;
}

/* The library writes from the end to the start, so the last entry is the list's first. */
static int set_names(mbedtls_x509write_cert *cert, const struct hx_self_names *names)
{
	mbedtls_x509_san_list *list = mbedtls_calloc(names->count, sizeof(*list));
	if (list == NULL)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	for (size_t i = 0; i < names->count; i++) {
		mbedtls_x509_subject_alternative_name *node = &list[i].node;
		node->type = names->item[i].is_address ? MBEDTLS_X509_SAN_IP_ADDRESS
						       : MBEDTLS_X509_SAN_DNS_NAME;
		/* It only reads through the pointer, which its type does not say. */
		node->san.unstructured_name.p = (unsigned char *)(uintptr_t)names->item[i].bytes;
		node->san.unstructured_name.len = names->item[i].len;
		list[i].next = i > 0 ? &list[i - 1] : NULL;
	}
	int error = mbedtls_x509write_crt_set_subject_alternative_name(
		cert, &list[names->count - 1]);
	mbedtls_free(list);
	return error;
}

static int set_extensions(mbedtls_x509write_cert *cert, const struct hx_self_names *names)
{
	static const char ext_key_usage[] = "\x55\x1d\x25";
	/* SEQUENCE { id-kp-serverAuth }; the library's own helper would mark it critical. */
	static const unsigned char server_auth[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05,
		0x05, 0x07, 0x03, 0x01 };
	int error = mbedtls_x509write_crt_set_basic_constraints(cert, 0, -1);
	if (error == 0)
		error = mbedtls_x509write_crt_set_key_usage(
			cert, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	if (error == 0)
		error = mbedtls_x509write_crt_set_extension(cert, ext_key_usage,
			sizeof(ext_key_usage) - 1, 0, server_auth, sizeof(server_auth));
	return error == 0 ? set_names(cert, names) : error;
}

static int fill(mbedtls_x509write_cert *cert, mbedtls_pk_context *key,
	const struct hx_self_names *names, unsigned char serial[HX_SERIAL_LEN])
{
	char subject[sizeof("CN=") + HX_SELF_HOST_MAX];
	snprintf(subject, sizeof(subject), "CN=%s", names->host);
	/* Positive, and always of the same length. */
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	mbedtls_x509write_crt_set_version(cert, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(cert, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(cert, key);
	mbedtls_x509write_crt_set_issuer_key(cert, key);
	int error = mbedtls_x509write_crt_set_subject_name(cert, subject);
	if (error == 0)
		error = mbedtls_x509write_crt_set_issuer_name(cert, subject);
	if (error == 0)
		error = mbedtls_x509write_crt_set_serial_raw(cert, serial, HX_SERIAL_LEN);
	if (error == 0)
		error = mbedtls_x509write_crt_set_validity(cert, valid_from, valid_to);
	return error == 0 ? set_extensions(cert, names) : error;
}

int hx_self_cert_make(mbedtls_pk_context *key, const struct hx_self_names *names,
	unsigned char serial[HX_SERIAL_LEN], unsigned char der[HX_CERT_MAX])
{
	mbedtls_x509write_cert *cert = mbedtls_calloc(1, sizeof(*cert));
	if (cert == NULL)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	mbedtls_x509write_crt_init(cert);
	int ret = fill(cert, key, names, serial);
	if (ret == 0)
		ret = hx_mbed_write_cert(cert, der, HX_CERT_MAX);
	if (ret > 0)
		memmove(der, der + HX_CERT_MAX - ret, (size_t)ret);
	mbedtls_x509write_crt_free(cert);
	mbedtls_free(cert);
	return ret;
}

#else

bool hx_self_cert_can(void)
{
	return false;
}

int hx_self_cert_make(mbedtls_pk_context *key, const struct hx_self_names *names,
	unsigned char serial[HX_SERIAL_LEN], unsigned char der[HX_CERT_MAX])
{
	(void)key;
	(void)names;
	(void)serial;
	(void)der;
	return MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE;
}

#endif
