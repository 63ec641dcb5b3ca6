/*
 * mbedtls_names.c - see mbedtls_names.h
 * SPDX-License-Identifier: MIT
 *
 * Where AES is software, ChaCha20-Poly1305 comes first: it costs a seventh of AES-GCM's
 * instructions.  Where AES has instructions or a unit of its own (hatch_port.fast_aes), AES-GCM
 * comes first in TLS 1.2, and in TLS 1.3 the client's order stands: it knows what is fast on its
 * side.
 */
#include "mbedtls_names.h"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>

#include "../hatch.h"

static const struct {
	int id;
	const char *name;
} suites[] = {
	{ MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256" },
	{ MBEDTLS_TLS1_3_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256" },
	{ MBEDTLS_TLS1_3_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384" },
	{ MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
};

/* RFC 8446 section 4.2.7 */
static const struct {
	uint16_t id;
	const char *name;
} groups[] = {
	{ MBEDTLS_SSL_IANA_TLS_GROUP_X25519, "x25519" },
	{ MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, "secp256r1" },
	{ MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, "secp384r1" },
};

/* The order counts for TLS 1.2 alone.  What may be left out of TLS 1.3 stands first. */
static const int chacha_first[HX_SUITES] = {
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

static const int aes_first[HX_SUITES] = {
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};

static const uint16_t group_list[HX_GROUPS + 1] = { MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, 0 };

static const uint16_t signature_list[] = { MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384, MBEDTLS_TLS1_3_SIG_NONE };

static bool is_known(int suite)
{
	for (const int *known = mbedtls_ssl_list_ciphersuites(); *known != 0; known++)
		if (*known == suite)
			return true;
	return false;
}

static bool is_aes_of_tls13(int suite)
{
	return suite == MBEDTLS_TLS1_3_AES_128_GCM_SHA256 ||
	       suite == MBEDTLS_TLS1_3_AES_256_GCM_SHA384;
}

size_t hx_suites(int out[HX_SUITES + 1], bool fast_aes)
{
	const int *wanted = fast_aes ? aes_first : chacha_first;
	size_t count = 0, skip = 0;
	for (size_t i = 0; i < HX_SUITES; i++) {
		if (!is_known(wanted[i]))
			continue;
		skip += is_aes_of_tls13(wanted[i]) ? 1 : 0;
		out[count++] = wanted[i];
	}
	out[count] = 0;
	return skip;
}

const uint16_t *hx_groups(void)
{
	return group_list;
}

const uint16_t *hx_signatures(void)
{
	return signature_list;
}

const char *hx_suite_name(int id)
{
	for (size_t i = 0; i < HATCH_COUNT(suites); i++)
		if (suites[i].id == id)
			return suites[i].name;
	return "";
}

const char *hx_group_name(uint16_t id)
{
	for (size_t i = 0; i < HATCH_COUNT(groups); i++)
		if (groups[i].id == id)
			return groups[i].name;
	return "";
}
