/*
 * sign_try.c - one signature in advance: can it, is it the right key, and for how long
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include <mbedtls/platform.h>

#include "../hatch_port.h"
#include "mbedtls_shared.h"
#include "sign.h"

enum { STALL_MS = 20, DIGEST_LEN = 32 };

enum hatch_scheme hx_scheme_of(const mbedtls_pk_context *key)
{
	return hx_mbed_rsa_bits(key) != 0 ? HATCH_RSA_PKCS1 : HATCH_ECDSA;
}

int hx_sign_now(const struct hatch_tls_identity *identity, const struct hatch_to_sign *what,
	unsigned char *signature, size_t room)
{
	if (identity->sign != NULL)
		return identity->sign(identity->sign_arg, what, signature, room);
	return hx_mbed_sign(&identity->key, what, signature, room);
}

static void say_stall(const struct hatch_tls_identity *identity, uint32_t ms)
{
	char line[140];
	snprintf(line, sizeof(line),
		"identity: a signature with this key takes %lu ms, and everybody waits for each: set "
		"config.workers",
		(unsigned long)ms);
	identity->say(identity->say_arg, HATCH_WARN, line);
}

static int failed(const struct hatch_tls_identity *identity, int error)
{
	char line[100];
	snprintf(line, sizeof(line), "the signer fails: %s", hatch_strerror(error));
	return hx_identity_refuse(identity, line, 0);
}

static int check(const struct hatch_tls_identity *identity, bool workers, unsigned char *signature)
{
	const unsigned char digest[DIGEST_LEN] = { 1 };
	struct hatch_to_sign what = { hx_scheme_of(&identity->chain.pk), digest, sizeof(digest) };
	uint32_t before = identity->port->now_ms();
	int len = hx_sign_now(identity, &what, signature, HX_SIGNATURE_MAX);
	uint32_t ms = identity->port->now_ms() - before;
	if (len == HATCH_LATER)
		return 0; /* it answers when it can */
	if (len <= 0 || len > HX_SIGNATURE_MAX)
		return failed(identity, len < 0 ? len : HATCH_EINVAL);
	if (ms > STALL_MS && (!workers || identity->signs_here))
		say_stall(identity, ms);
	int error = hx_mbed_verify(
		&identity->chain, digest, sizeof(digest), signature, (size_t)len);
	if (error != 0)
		return hx_identity_refuse(
			identity, "the key does not belong to the certificate", error);
	return 0;
}

int hx_sign_try(const struct hatch_tls_identity *identity, bool workers)
{
	unsigned char *signature = mbedtls_calloc(1, HX_SIGNATURE_MAX);
	if (signature == NULL)
		return HATCH_ENOMEM;
	int error = check(identity, workers, signature);
	mbedtls_free(signature);
	return error;
}
