/*
 * certs.c - see certs.h
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "certs.h"

static void make_key(mbedtls_pk_context *key, bool rsa)
{
	mbedtls_pk_type_t type = rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECKEY;
	mbedtls_pk_init(key);
	assert_int_equal(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(type)), 0);
	int error = rsa ? mbedtls_rsa_gen_key(mbedtls_pk_rsa(*key), mbedtls_psa_get_random,
				  MBEDTLS_PSA_RANDOM_STATE, 2048, 65537)
			: mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
				  mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	assert_int_equal(error, 0);
}

static void add_san(
	mbedtls_x509_san_list *item, mbedtls_x509_san_list **list, int type, const char *text)
{
	if (text == NULL)
		return;
	item->node.type = type;
	item->node.san.unstructured_name.p = (unsigned char *)(uintptr_t)text;
	item->node.san.unstructured_name.len = strlen(text);
	item->next = *list;
	*list = item;
}

static void set_names(mbedtls_x509write_cert *crt, const struct sim_cert_wish *wish)
{
	mbedtls_x509_san_list items[3], *list = NULL;
	memset(items, 0, sizeof(items));
	add_san(&items[2], &list, MBEDTLS_X509_SAN_RFC822_NAME, wish->email);
	add_san(&items[1], &list, MBEDTLS_X509_SAN_DNS_NAME, wish->second);
	add_san(&items[0], &list, MBEDTLS_X509_SAN_DNS_NAME, wish->dns);
	if (list != NULL)
		assert_int_equal(mbedtls_x509write_crt_set_subject_alternative_name(crt, list), 0);
	assert_int_equal(mbedtls_x509write_crt_set_subject_name(crt, wish->subject), 0);
	assert_int_equal(mbedtls_x509write_crt_set_issuer_name(
				 crt, wish->ca == NULL ? wish->subject : wish->ca->subject),
		0);
}

static void read_key(mbedtls_pk_context *key, const struct sim_cert *from)
{
	mbedtls_pk_init(key);
	assert_int_equal(mbedtls_pk_parse_key(key, from->key, from->key_len, NULL, 0,
				 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
		0);
}

/* The library writes at the end of the buffer. */
static size_t to_front(unsigned char *buf, size_t room, int len)
{
	assert_true(len > 0);
	memmove(buf, buf + room - (size_t)len, (size_t)len);
	return (size_t)len;
}

void sim_cert_make(struct sim_cert *out, const struct sim_cert_wish *wish)
{
	static unsigned char serial[] = { 1 };
	mbedtls_pk_context key, issuer;
	mbedtls_x509write_cert crt;
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	make_key(&key, wish->rsa);
	out->subject = wish->subject;
	out->key_len = to_front(out->key, sizeof(out->key),
		mbedtls_pk_write_key_der(&key, out->key, sizeof(out->key)));
	read_key(&issuer, wish->ca == NULL ? out : wish->ca);
	mbedtls_x509write_crt_init(&crt);
	mbedtls_x509write_crt_set_subject_key(&crt, &key);
	mbedtls_x509write_crt_set_issuer_key(&crt, &issuer);
	mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
	set_names(&crt, wish);
	serial[0]++;
	assert_int_equal(mbedtls_x509write_crt_set_serial_raw(&crt, serial, sizeof(serial)), 0);
	assert_int_equal(mbedtls_x509write_crt_set_validity(&crt, "20200101000000",
				 wish->until == NULL ? "20990101000000" : wish->until),
		0);
	if (wish->is_ca)
		assert_int_equal(mbedtls_x509write_crt_set_basic_constraints(&crt, 1, -1), 0);
	out->cert_len = to_front(out->cert, sizeof(out->cert),
		mbedtls_x509write_crt_der(&crt, out->cert, sizeof(out->cert),
			mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE));
	mbedtls_x509write_crt_free(&crt);
	mbedtls_pk_free(&key);
	mbedtls_pk_free(&issuer);
}

struct hatch_identity sim_cert_identity(const struct sim_cert *from)
{
	struct hatch_identity identity = { .source = hatch_identity_der };
	identity.cert = (struct hatch_span){ (const char *)from->cert, from->cert_len };
	identity.key = (struct hatch_span){ (const char *)from->key, from->key_len };
	return identity;
}
