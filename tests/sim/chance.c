/*
 * chance.c - see chance.h
 * SPDX-License-Identifier: MIT
 */
#include "chance.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <mbedtls/entropy.h>
#include <psa/crypto.h>
#include <psa/crypto_extra.h>

/* mbedTLS has it for its own tests, in a header that is not installed. */
psa_status_t mbedtls_psa_crypto_configure_entropy_sources(
	void (*entropy_init)(mbedtls_entropy_context *ctx),
	void (*entropy_free)(mbedtls_entropy_context *ctx));

static uint64_t state_of_chance;

/* Knuth's MMIX generator; its low bits are poor, its high ones will do. */
static int poll(void *arg, unsigned char *out, size_t len, size_t *got)
{
	(void)arg;
	for (size_t i = 0; i < len; i++) {
		state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
		out[i] = (unsigned char)(state_of_chance >> 56);
	}
	*got = len;
	return 0;
}

static void only_ours(mbedtls_entropy_context *entropy)
{
	mbedtls_entropy_init(entropy);
	entropy->MBEDTLS_PRIVATE(source_count) = 0;
	(void)mbedtls_entropy_add_source(entropy, poll, NULL, 1, MBEDTLS_ENTROPY_SOURCE_STRONG);
}

void chance_seed(uint32_t seed)
{
	mbedtls_psa_crypto_free();
	state_of_chance = seed;
	assert_int_equal(
		mbedtls_psa_crypto_configure_entropy_sources(only_ours, mbedtls_entropy_free),
		PSA_SUCCESS);
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
}

unsigned chance_seeds(uint32_t *first, unsigned usual, unsigned more)
{
	const char *one = getenv("HATCH_SEED");
	*first = one == NULL ? 1 : (uint32_t)strtoul(one, NULL, 0);
	if (one != NULL)
		return 1;
	return getenv("HATCH_LONG") != NULL ? more : usual;
}
