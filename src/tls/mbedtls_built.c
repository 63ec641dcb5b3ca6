/*
 * mbedtls_built.c - see mbedtls_version.h: what the library was built without, and how to do then
 * SPDX-License-Identifier: MIT
 *
 * ESP-IDF's own configuration has neither TLS 1.3 nor ChaCha20-Poly1305.
 */
#include "mbedtls_version.h"

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)

bool hx_mbed_has_tls13(void)
{
	return true;
}

void hx_mbed_conf_tls13(mbedtls_ssl_config *conf)
{
	mbedtls_ssl_conf_tls13_key_exchange_modes(
		conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
}

void hx_mbed_conf_tickets(mbedtls_ssl_config *conf, uint16_t per_handshake)
{
	mbedtls_ssl_conf_new_session_tickets(conf, per_handshake);
}

#else

bool hx_mbed_has_tls13(void)
{
	return false;
}

void hx_mbed_conf_tls13(mbedtls_ssl_config *conf)
{
	(void)conf;
}

/* TLS 1.2 has one for each handshake. */
void hx_mbed_conf_tickets(mbedtls_ssl_config *conf, uint16_t per_handshake)
{
	(void)conf;
	(void)per_handshake;
}

#endif

#if defined(MBEDTLS_CHACHAPOLY_C) || defined(PSA_WANT_ALG_CHACHA20_POLY1305)

bool hx_mbed_has_chacha(void)
{
	return true;
}

#else

bool hx_mbed_has_chacha(void)
{
	return false;
}

#endif
