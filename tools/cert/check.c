/* SPDX-License-Identifier: MIT */
/* Is a certificate what it should be? See check.h. */
#include "cert/check.h"

#include <stdio.h>
#include <string.h>

#include "cert/san.h"
#include "common/mbed.h"

/* Mbed TLS writes a line for each reason: make one line of them. */
static void flags_to_reason(uint32_t flags, char *why, size_t size)
{
	int len = mbedtls_x509_crt_verify_info(why, size, "", flags);

	if (len < 0)
		snprintf(why, size, "it does not verify (flags %08lx)", (unsigned long)flags);
	for (char *at = why; *at; at++) {
		if (*at == '\n')
			*at = at[1] ? ';' : 0;
	}
}

static bool verify(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, const char *name, char *why)
{
	uint32_t flags = 0;
	int error = mbedtls_x509_crt_verify(cert, ca, NULL, name, &flags, NULL, NULL);

	if (error == 0)
		return true;
	if (flags == MBEDTLS_X509_BADCERT_CN_MISMATCH)
		snprintf(why, REASON_SIZE, "it is not for %s", name);
	else if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
		flags_to_reason(flags, why, REASON_SIZE);
	else
		snprintf(why, REASON_SIZE, "%s", mbed_error(error));
	return false;
}

bool check_chain(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, char why[REASON_SIZE])
{
	return verify(cert, ca, NULL, why);
}

bool check_names(mbedtls_x509_crt *cert, mbedtls_x509_crt *ca, const struct cert_names *names,
	char why[REASON_SIZE])
{
	char host[260];

	for (size_t i = 0; i < names->count; i++) {
		const char *text = names->item[i].text;

		/* A client does not ask for "*.lan", but for something that it covers. */
		snprintf(host, sizeof(host), "%s%s", text[0] == '*' ? "host" : "",
			text[0] == '*' ? text + 1 : text);
		if (!verify(cert, ca, host, why))
			return false;
	}
	return true;
}

bool check_purpose(const mbedtls_x509_crt *cert, enum cert_purpose purpose, char why[REASON_SIZE])
{
	if (!purpose_allows(cert, purpose))
		snprintf(why, REASON_SIZE, "it is no %s's certificate (extendedKeyUsage)",
			purpose_name(purpose));
	else if (mbedtls_x509_crt_check_key_usage(cert, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0)
		snprintf(why, REASON_SIZE, "its key may not sign handshakes (keyUsage)");
	else
		return true;
	return false;
}

bool check_client_names(
	const mbedtls_x509_crt *cert, const struct cert_names *names, char why[REASON_SIZE])
{
	for (size_t i = 0; i < names->count; i++) {
		if (san_has(cert, &names->item[i]))
			continue;
		snprintf(why, REASON_SIZE, "it is not for %s", names->item[i].text);
		return false;
	}
	return true;
}

bool check_key(
	const mbedtls_x509_crt *cert, const unsigned char *key, size_t len, char why[REASON_SIZE])
{
	mbedtls_pk_context pk;
	int error;

	mbedtls_pk_init(&pk);
	error = mbed_key_parse(&pk, key, len);
	if (error)
		snprintf(why, REASON_SIZE, "the key cannot be read: %s", mbed_error(error));
	else if (mbed_key_pair(&cert->pk, &pk) != 0)
		error = snprintf(why, REASON_SIZE, "the key belongs to another certificate");
	mbedtls_pk_free(&pk);
	return error == 0;
}
