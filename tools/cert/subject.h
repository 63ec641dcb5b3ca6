/* SPDX-License-Identifier: MIT */
/* Distinguished names: who a certificate says it belongs to. */
#ifndef TOOLS_CERT_SUBJECT_H
#define TOOLS_CERT_SUBJECT_H

#include <mbedtls/x509_crt.h>

/* UTF-8; NULL or "" leaves a field out. */
struct subject {
	const char *country;      /* C: two letters */
	const char *state;        /* ST */
	const char *locality;     /* L */
	const char *organization; /* O */
	const char *common_name;  /* CN */
	const char *cn_option;    /* what its option is called; default: "common-name" */
};

/* RFC 5280 appendix A: what the fields may hold, in characters. */
enum {
	SUBJECT_CN_MAX = 64,
	SUBJECT_O_MAX = 64,
	SUBJECT_L_MAX = 128,
};

/*
 * In the form of RFC 4514, escaped, in the order C, ST, L, O, CN; the caller frees it. A field
 * that does not fit ends the program with status 2.
 */
char *subject_to_dn(const struct subject *subject);

/*
 * The subject of a certificate, to be written as the issuer of another: hexadecimal, so that the
 * string types survive and the two are the same bytes. NULL if it is too long.
 */
char *subject_of(const mbedtls_x509_crt *cert);

/* The first common name in it, or NULL. */
const mbedtls_x509_name *subject_common_name(const mbedtls_x509_crt *cert);

#endif
