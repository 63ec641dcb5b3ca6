/* SPDX-License-Identifier: MIT */
/* Certificates for people to read; see print.h. */
#include "cert/print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <mbedtls/oid.h> /* x509.h names its constants without including it */

#include "cert/make.h"
#include "cert/purpose.h"
#include "cert/san.h"
#include "common/mbed.h"
#include "common/say.h"

void print_name(const mbedtls_x509_name *name)
{
	char text[1024];
	int len = mbedtls_x509_dn_gets(text, sizeof(text), name);

	/* Mbed TLS escapes everything that is not printable ASCII. */
	if (len > 0)
		printf("%s", text);
	else
		printf(len == 0 ? "(empty)" : "(too long to print)");
}

static void print_time(const mbedtls_x509_time *at)
{
	printf("%04d-%02d-%02d %02d:%02d:%02d", at->year, at->mon, at->day, at->hour, at->min,
		at->sec);
}

void print_validity(const mbedtls_x509_crt *cert)
{
	double left = difftime(mbed_time(&cert->valid_to), time(NULL)) / DAY_S;

	print_time(&cert->valid_from);
	printf(" to ");
	print_time(&cert->valid_to);
	if (left < 0)
		printf(" UTC (expired)");
	else
		printf(" UTC (%.0f days left)", left);
}

static void print_hex(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%s%02X", i ? ":" : "", bytes[i]);
}

void print_fingerprint(const mbedtls_x509_crt *cert)
{
	unsigned char digest[MBED_SHA256];

	if (mbed_sha256(cert->raw.p, cert->raw.len, digest) == 0)
		print_hex(digest, sizeof(digest));
}

static void print_names(const mbedtls_x509_crt *cert)
{
	const mbedtls_x509_sequence *san = &cert->subject_alt_names;
	char text[NAME_TEXT_MAX + 1];
	enum name_kind kind;

	if (!san->buf.p)
		return;
	printf("  for         ");
	for (; san && san->buf.p; san = san->next) {
		putchar(' ');
		if (san_text(&san->buf, &kind, text))
			say_escaped(stdout, text, strlen(text));
		else
			printf("(another kind of name)");
	}
	putchar('\n');
}

static void print_usage_of(const mbedtls_x509_crt *cert)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} usages[] = {
		{ MBEDTLS_X509_KU_DIGITAL_SIGNATURE, "digital signature" },
		{ MBEDTLS_X509_KU_KEY_ENCIPHERMENT, "key encipherment" },
		{ MBEDTLS_X509_KU_KEY_CERT_SIGN, "signs certificates" },
		{ MBEDTLS_X509_KU_CRL_SIGN, "signs revocation lists" },
	};
	const char *comma = "";

	if (!mbedtls_x509_crt_has_ext_type(cert, MBEDTLS_X509_EXT_KEY_USAGE)) {
		printf("anything (not restricted)");
		return;
	}
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++) {
		if (mbedtls_x509_crt_check_key_usage(cert, usages[i].bit) != 0)
			continue;
		printf("%s%s", comma, usages[i].name);
		comma = ", ";
	}
}

static void print_purpose(const mbedtls_x509_crt *cert)
{
	if (!mbedtls_x509_crt_has_ext_type(cert, MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE))
		return;
	if (purpose_allows(cert, FOR_SERVERS))
		printf(", for servers");
	if (purpose_allows(cert, FOR_CLIENTS))
		printf(", for clients");
}

void print_cert(const mbedtls_x509_crt *cert)
{
	char key[32];

	printf("  subject      ");
	print_name(&cert->subject);
	printf("\n  issuer       ");
	print_name(&cert->issuer);
	putchar('\n');
	print_names(cert);
	printf("  valid        ");
	print_validity(cert);
	mbed_key_text(&cert->pk, key, sizeof(key));
	printf("\n  key          %s\n  signature    %s\n", key, mbed_signature_text(cert));
	printf("  usage        %s", mbedtls_x509_crt_get_ca_istrue(cert) > 0 ? "CA, " : "");
	print_usage_of(cert);
	print_purpose(cert);
	printf("\n  serial       ");
	print_hex(cert->serial.p, cert->serial.len);
	printf("\n  SHA-256      ");
	print_fingerprint(cert);
	putchar('\n');
}
