/*
 * mbedtls_built.c - what the library was built without, and how to do then
 * SPDX-License-Identifier: MIT
 *
 * ESP-IDF's own configuration has neither TLS 1.3 nor ChaCha20-Poly1305.  Whole functions are
 * chosen here, so that a library that has everything carries none of the sentences.
 */
#include "mbedtls_shared.h"

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)

static mbedtls_ssl_protocol_version version_of(uint16_t version)
{
	return version == 0x0303 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;
}

int hx_built_versions(struct hx_tls_server *shared, const struct hatch_config *config)
{
	mbedtls_ssl_conf_min_tls_version(&shared->conf, version_of(config->tls_min));
	mbedtls_ssl_conf_max_tls_version(&shared->conf, version_of(config->tls_max));
	mbedtls_ssl_conf_tls13_key_exchange_modes(
		&shared->conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
	return 0;
}

void hx_built_tickets(struct hx_tls_server *shared, uint16_t per_handshake)
{
	mbedtls_ssl_conf_new_session_tickets(&shared->conf, per_handshake);
}

#else

int hx_built_versions(struct hx_tls_server *shared, const struct hatch_config *config)
{
	if (config->tls_min > 0x0303) {
		shared->say(shared->say_arg, HATCH_ERROR,
			"config.tls_min asks for TLS 1.3, which the TLS library was built without: "
			"set CONFIG_MBEDTLS_SSL_PROTO_TLS1_3");
		return HATCH_ENOSYS;
	}
	if (config->tls_max > 0x0303)
		shared->say(shared->say_arg, HATCH_WARN,
			"TLS 1.2 only: the TLS library was built without TLS 1.3 "
			"(CONFIG_MBEDTLS_SSL_PROTO_TLS1_3)");
	mbedtls_ssl_conf_min_tls_version(&shared->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(&shared->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	return 0;
}

/* TLS 1.2 has one for each handshake. */
void hx_built_tickets(struct hx_tls_server *shared, uint16_t per_handshake)
{
	(void)shared;
	(void)per_handshake;
}

#endif

#if defined(MBEDTLS_CHACHAPOLY_C) || defined(PSA_WANT_ALG_CHACHA20_POLY1305)

void hx_built_aes(struct hx_tls_server *shared)
{
	(void)shared;
}

#else

void hx_built_aes(struct hx_tls_server *shared)
{
	if (!shared->fast_aes)
		shared->say(shared->say_arg, HATCH_WARN,
			"AES is software here, and the TLS library was built without "
			"ChaCha20-Poly1305, which is faster (CONFIG_MBEDTLS_CHACHA20_C, "
			"CONFIG_MBEDTLS_POLY1305_C and CONFIG_MBEDTLS_CHACHAPOLY_C)");
	shared->fast_aes = true;
}

#endif
