/*
 * self_record.h - key and certificate as one record in the port's store
 * SPDX-License-Identifier: MIT
 *
 *	0   "hatchID", then the version: 1 (0: a new one is wanted)
 *	8   length of the certificate, high byte first
 *	10  the private key: the number of P-256, high byte first
 *	42  the certificate as DER
 *	    SHA-256 of all before it
 *
 * The hash finds what is damaged or cut.  It cannot tell who wrote the record:
 * whoever may write to the store may be this server.
 */
#ifndef HX_TLS_SELF_RECORD_H
#define HX_TLS_SELF_RECORD_H

#include <stddef.h>

enum {
	HX_RECORD_KEY_AT = 10,
	HX_RECORD_KEY = 32,
	HX_RECORD_CERT = 42, /* where the certificate begins */
	HX_RECORD_HASH = 32,
	HX_CERT_MAX = 1024, /* 18 names of full length need 991 */
	HX_RECORD_MAX = HX_RECORD_CERT + HX_CERT_MAX + HX_RECORD_HASH,
	HX_RENEW_LEN = 8,
};

/* Under which it is stored: short enough for the NVS of an ESP32. */
#define HX_RECORD_NAME "hatch-identity"

/* Key and certificate stand in their places: writes what is around them.  The length, or EPORT. */
int hx_record_seal(unsigned char *record, size_t cert_len);

/*
 * The length of the certificate in it.  EGONE: a new one is wanted.  EINVAL: not such a record, or
 * damaged.  EPORT: the hash could not be made.
 */
int hx_record_open(const unsigned char *record, size_t len);

/* What stands in the store when a new one is wanted. */
extern const unsigned char hx_record_renew[HX_RENEW_LEN];

#endif
