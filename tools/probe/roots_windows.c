/* SPDX-License-Identifier: MIT */
/* The CAs of the system on Windows: its store, as this user sees it. See roots.h. */
#include <windows.h>

#include <wincrypt.h>

#include "probe/roots.h"

const char *roots_load(mbedtls_x509_crt *store)
{
	HCERTSTORE roots = CertOpenSystemStoreW(0, L"ROOT");
	const CERT_CONTEXT *at = NULL;
	size_t count = 0;

	if (!roots)
		return NULL;
	while ((at = CertEnumCertificatesInStore(roots, at)) != NULL) {
		/* One with an algorithm that we do not have is left out. */
		if (mbedtls_x509_crt_parse_der(store, at->pbCertEncoded, at->cbCertEncoded) == 0)
			count++;
	}
	CertCloseStore(roots, 0);
	return count > 0 ? "Windows' store \"Root\"" : NULL;
}
