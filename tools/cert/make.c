/* SPDX-License-Identifier: MIT */
/* Keys and certificates, in memory; see make.h. */
#include "cert/make.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1write.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform_util.h>

#include "cert/san.h"
#include "cert/subject.h"
#include "common/say.h"

enum {
	SERIAL_LEN = 20, /* the most that RFC 5280 section 4.1.2.2 allows */
	KEY_ID_LEN = 20,
	PUBLIC_DER_MAX = 1024,
};

void identity_init(struct identity *identity)
{
	mbedtls_pk_init(&identity->key);
	mbedtls_x509_crt_init(&identity->cert);
}

void identity_free(struct identity *identity)
{
	/* Mbed TLS wipes the numbers of the key. */
	mbedtls_pk_free(&identity->key);
	mbedtls_x509_crt_free(&identity->cert);
}

static void must(int result, const char *what)
{
	if (result < 0)
		die("cannot %s: %s", what, mbed_error(result));
}

/*
 * The identifier of a key: the first 160 bits of SHA-256 over the public key's bits (RFC 7093
 * section 2, method 1). Mbed TLS's own helper wants SHA-1.
 */
static int key_id(mbedtls_pk_context *key, unsigned char id[KEY_ID_LEN])
{
	unsigned char buffer[PUBLIC_DER_MAX];
	unsigned char digest[MBED_SHA256];
	unsigned char *start = buffer + sizeof(buffer);
	int len = mbedtls_pk_write_pubkey(&start, buffer, key);
	int error;

	if (len < 0)
		return len;
	error = mbed_sha256(start, (size_t)len, digest);
	memcpy(id, digest, KEY_ID_LEN);
	return error;
}

static int set_subject_key_id(mbedtls_x509write_cert *cert, const unsigned char *id)
{
	unsigned char value[2 + KEY_ID_LEN] = { MBEDTLS_ASN1_OCTET_STRING, KEY_ID_LEN };

	memcpy(value + 2, id, KEY_ID_LEN);
	return mbedtls_x509write_crt_set_extension(cert, MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER), 0, value, sizeof(value));
}

static int set_authority_key_id(mbedtls_x509write_cert *cert, const unsigned char *id, size_t len)
{
	unsigned char value[64];
	unsigned char body = (unsigned char)(len + 2);

	/* A CA made elsewhere may have none, or one of a size that nobody uses. */
	if (len == 0 || len > sizeof(value) - 4)
		return 0;
	value[0] = MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED;
	value[1] = body;
	value[2] = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 0;
	value[3] = (unsigned char)len;
	memcpy(value + 4, id, len);
	return mbedtls_x509write_crt_set_extension(cert, MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER), 0, value, len + 4);
}

static int set_key_ids(
	mbedtls_x509write_cert *cert, mbedtls_pk_context *key, const struct identity *issuer)
{
	unsigned char id[KEY_ID_LEN];
	int error = key_id(key, id);

	if (error == 0)
		error = set_subject_key_id(cert, id);
	if (error == 0 && issuer)
		error = set_authority_key_id(
			cert, issuer->cert.subject_key_id.p, issuer->cert.subject_key_id.len);
	return error;
}

static unsigned int key_usage(const struct cert_plan *plan)
{
	if (plan->is_ca)
		return MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN;
	/* Clients without ECDHE send the secret encrypted to the server's RSA key. */
	if (plan->purpose == FOR_SERVERS && plan->key != MBED_P256)
		return MBEDTLS_X509_KU_DIGITAL_SIGNATURE | MBEDTLS_X509_KU_KEY_ENCIPHERMENT;
	return MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
}

static int set_usage(mbedtls_x509write_cert *cert, const struct cert_plan *plan)
{
	size_t len;
	const unsigned char *der = purpose_der(plan->purpose, &len);
	int error = mbedtls_x509write_crt_set_key_usage(cert, key_usage(plan));

	/* Not in a CA for servers: some programs take it for the CA's own use, and refuse. */
	if (error < 0 || (plan->is_ca && plan->purpose == FOR_SERVERS))
		return error;
	/* Mbed TLS's own helper would make it critical, which nobody else does. */
	return mbedtls_x509write_crt_set_extension(cert, MBEDTLS_OID_EXTENDED_KEY_USAGE,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0, der, len);
}

static int set_names(mbedtls_x509write_cert *cert, const struct cert_names *names)
{
	mbedtls_x509_san_list *list = calloc(NAMES_MAX, sizeof(*list));
	mbedtls_x509_san_list *first;
	int error = 0;

	if (!list)
		die("out of memory");
	first = names ? san_from_names(names, list) : NULL;
	if (first)
		error = mbedtls_x509write_crt_set_subject_alternative_name(cert, first);
	free(list);
	return error;
}

static int set_validity(mbedtls_x509write_cert *cert, const struct cert_plan *plan)
{
	char from[16], to[16];
	struct tm *tm = gmtime(&plan->not_before);

	if (!tm || !strftime(from, sizeof(from), "%Y%m%d%H%M%S", tm))
		return MBEDTLS_ERR_X509_INVALID_DATE;
	tm = gmtime(&plan->not_after);
	if (!tm || !strftime(to, sizeof(to), "%Y%m%d%H%M%S", tm))
		return MBEDTLS_ERR_X509_INVALID_DATE;
	return mbedtls_x509write_crt_set_validity(cert, from, to);
}

static int set_serial(mbedtls_x509write_cert *cert)
{
	unsigned char serial[SERIAL_LEN];
	int error = mbed_random(serial, sizeof(serial));

	/* Positive, and of full length. */
	serial[0] = (serial[0] & 0x3f) | 0x40;
	return error ? error : mbedtls_x509write_crt_set_serial_raw(cert, serial, sizeof(serial));
}

static void fill(mbedtls_x509write_cert *cert, const struct cert_plan *plan,
	mbedtls_pk_context *key, struct identity *issuer)
{
	char *issuer_dn = issuer ? subject_of(&issuer->cert) : NULL;

	if (issuer && !issuer_dn)
		die("the name of the CA is too long to be repeated: make another one with "
		    "hatch-cert ca --force");
	mbedtls_x509write_crt_set_version(cert, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(cert, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(cert, key);
	mbedtls_x509write_crt_set_issuer_key(cert, issuer ? &issuer->key : key);
	must(mbedtls_x509write_crt_set_subject_name(cert, plan->dn), "write the subject");
	must(mbedtls_x509write_crt_set_issuer_name(cert, issuer_dn ? issuer_dn : plan->dn),
		"write the issuer");
	must(set_serial(cert), "draw a serial number");
	must(set_validity(cert, plan), "write the validity");
	must(mbedtls_x509write_crt_set_basic_constraints(cert, plan->is_ca, plan->is_ca ? 0 : -1),
		"write the basic constraints");
	must(set_usage(cert, plan), "write the key usage");
	must(set_key_ids(cert, key, issuer), "write the key identifiers");
	must(set_names(cert, plan->names), "write the names");
	free(issuer_dn);
}

void identity_make(struct identity *identity, const struct cert_plan *plan, struct identity *issuer)
{
	unsigned char *der = malloc(CERT_DER_MAX);
	mbedtls_x509write_cert cert;
	int len;

	if (!der)
		die("out of memory");
	must(mbed_key_make(&identity->key, plan->key), "make a key");
	mbedtls_x509write_crt_init(&cert);
	fill(&cert, plan, &identity->key, issuer);
	len = mbed_cert_der(&cert, der, CERT_DER_MAX);
	must(len, "sign the certificate");
	must(mbedtls_x509_crt_parse_der(&identity->cert, der + CERT_DER_MAX - len, (size_t)len),
		"read the certificate just made");
	mbedtls_x509write_crt_free(&cert);
	free(der);
}

size_t key_to_der(const struct identity *identity, unsigned char der[KEY_DER_MAX])
{
	int len = mbedtls_pk_write_key_der(&identity->key, der, KEY_DER_MAX);

	must(len, "write the key");
	/* Mbed TLS writes backwards from the end. */
	memmove(der, der + KEY_DER_MAX - len, (size_t)len);
	mbedtls_platform_zeroize(der + len, KEY_DER_MAX - (size_t)len);
	return (size_t)len;
}
