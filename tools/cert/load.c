/* SPDX-License-Identifier: MIT */
/* Certificates from files that the user names; see load.h. */
#include "cert/load.h"

#include <errno.h>
#include <string.h>

#include "cert/make.h"
#include "common/files.h"
#include "common/say.h"

static void parse_der(
	const char *path, mbedtls_x509_crt *certs, const unsigned char *at, size_t len)
{
	mbedtls_x509_crt *last = certs;

	while (len > 0) {
		int error = mbedtls_x509_crt_parse_der(certs, at, len);

		if (error)
			die("%s is not a certificate, neither PEM nor DER: %s", path,
				mbed_error(error));
		last = last->raw.p && last->next ? last->next : last;
		if (last->raw.len > len)
			return;
		at += last->raw.len;
		len -= last->raw.len;
	}
}

void load_certs(const char *path, mbedtls_x509_crt *certs)
{
	unsigned char *bytes;
	size_t len;
	int error = 0;

	if (file_read(path, CERT_FILE_MAX, &bytes, &len) < 0)
		die("cannot read %s: %s", path, strerror(errno));
	if (strstr((const char *)bytes, "-----BEGIN CERTIFICATE-----"))
		error = mbedtls_x509_crt_parse(certs, bytes, len + 1);
	else if (strstr((const char *)bytes, "PRIVATE KEY-----"))
		die("%s is a private key: name the certificate", path);
	else if (len == 0)
		die("%s is empty", path);
	else
		parse_der(path, certs, bytes, len);
	if (error < 0)
		die("%s is not a certificate: %s", path, mbed_error(error));
	if (error > 0)
		warn("%s: %d of the certificates cannot be read", path, error);
	file_forget(bytes, len);
}
