/* SPDX-License-Identifier: MIT */
/* The CAs of the system as one file of PEM; see roots.h. */
#include "probe/roots.h"

#include "common/files.h"

const char *roots_load(mbedtls_x509_crt *store)
{
	/* The first of these that can be read. */
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
		"/etc/ssl/ca-bundle.pem",             /* openSUSE */
		"/etc/ssl/cert.pem",                  /* macOS, BSD */
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		unsigned char *bytes;
		size_t len;
		int error;

		if (file_read(files[i], ROOTS_FILE_MAX, &bytes, &len) < 0)
			continue;
		/* A positive number counts those with algorithms that we do not have. */
		error = mbedtls_x509_crt_parse(store, bytes, len + 1);
		file_forget(bytes, len);
		if (error >= 0)
			return files[i];
	}
	return NULL;
}
