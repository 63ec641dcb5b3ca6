/*
 * mbedtls_version_write.c - see mbedtls_version.h; a file of its own, so that a program without a
 * self-signed identity links nothing of what writes certificates
 * SPDX-License-Identifier: MIT
 */
#include "mbedtls_version.h"

#if defined(MBEDTLS_X509_CRT_WRITE_C)

#if MBEDTLS_VERSION_NUMBER < 0x04000000

#include <mbedtls/psa_util.h>

int hx_mbed_write_cert(mbedtls_x509write_cert *cert, unsigned char *buf, size_t room)
{
	return mbedtls_x509write_crt_der(
		cert, buf, room, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

#else /* 4.x: compiled against its headers elsewhere, not run here */

int hx_mbed_write_cert(mbedtls_x509write_cert *cert, unsigned char *buf, size_t room)
{
	return mbedtls_x509write_crt_der(cert, buf, room);
}

#endif

#endif
