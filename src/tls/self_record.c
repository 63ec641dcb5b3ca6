/*
 * self_record.c - see self_record.h
 * SPDX-License-Identifier: MIT
 */
#include "self_record.h"

#include <string.h>

#include <psa/crypto.h>

#include "../hatch.h"

enum { LEN_AT = 8, MAGIC_LEN = 7, VERSION = 1 };

static const unsigned char magic[LEN_AT] = { 'h', 'a', 't', 'c', 'h', 'I', 'D', VERSION };
const unsigned char hx_record_renew[HX_RENEW_LEN] = { 'h', 'a', 't', 'c', 'h', 'I', 'D', 0 };

static int hash(const unsigned char *bytes, size_t len, unsigned char out[HX_RECORD_HASH])
{
	size_t got;
	psa_status_t status = psa_hash_compute(
		PSA_ALG_SHA_256, bytes, len, out, HX_RECORD_HASH, &got);
	return status == PSA_SUCCESS ? 0 : HATCH_EPORT;
}

int hx_record_seal(unsigned char *record, size_t cert_len)
{
	size_t len = HX_RECORD_CERT + cert_len;
	memcpy(record, magic, sizeof(magic));
	record[LEN_AT] = (unsigned char)(cert_len >> 8);
	record[LEN_AT + 1] = (unsigned char)cert_len;
	int error = hash(record, len, record + len);
	return error < 0 ? error : (int)(len + HX_RECORD_HASH);
}

int hx_record_open(const unsigned char *record, size_t len)
{
	unsigned char now[HX_RECORD_HASH];
	if (len == HX_RENEW_LEN && memcmp(record, hx_record_renew, HX_RENEW_LEN) == 0)
		return HATCH_EGONE;
	if (len <= HX_RECORD_CERT + HX_RECORD_HASH || memcmp(record, magic, sizeof(magic)) != 0)
		return HATCH_EINVAL;
	size_t cert_len = (size_t)record[LEN_AT] << 8 | record[LEN_AT + 1];
	if (cert_len != len - HX_RECORD_CERT - HX_RECORD_HASH)
		return HATCH_EINVAL;
	int error = hash(record, len - HX_RECORD_HASH, now);
	if (error < 0)
		return error;
	return memcmp(now, record + len - HX_RECORD_HASH, sizeof(now)) == 0 ? (int)cert_len
									    : HATCH_EINVAL;
}
