/*
 * nonces.c - see nonces.h
 * SPDX-License-Identifier: MIT
 */
#include "nonces.h"

#include "../base/check.h"
#include "../base/hash.h"
#include "../base/secret.h"
#include "../hatch_port.h"
#include "../http/chars.h"
#include "digest.h"
#include "exchange.h"

enum { NONCE_S = 300, NONCE_MAX_S = 20 * 86400, WINDOW = 32, STAMP = 12, MARK = 16 };

/* ---- making ---- */

static void put_hex(char *to, const unsigned char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		to[2 * i] = hex[bytes[i] >> 4];
		to[2 * i + 1] = hex[bytes[i] & 15];
	}
}

/* The input has one length, so that a key before it is enough to make a hash nobody else can. */
static int keyed_hash(const struct hatch_digest *digest, const unsigned char stamp[STAMP],
	unsigned char out[HX_HASH_LEN])
{
	struct hx_hash hash;
	int error = hx_hash_begin(&hash);
	if (error == 0)
		error = hx_hash_add(&hash, digest->key, sizeof(digest->key));
	if (error == 0)
		error = hx_hash_add(&hash, stamp, STAMP);
	if (error == 0)
		error = hx_hash_end(&hash, out);
	hx_hash_free(&hash);
	return error;
}

static int write_nonce(
	const struct hatch_digest *digest, uint32_t time, uint64_t number, char nonce[HX_NONCE_LEN])
{
	unsigned char stamp[STAMP], mark[HX_HASH_LEN];
	for (unsigned i = 0; i < 4; i++)
		stamp[i] = (unsigned char)(time >> (24 - 8 * i));
	for (unsigned i = 0; i < 8; i++)
		stamp[4 + i] = (unsigned char)(number >> (56 - 8 * i));
	HX_TRY(keyed_hash(digest, stamp, mark));
	put_hex(nonce, stamp, STAMP);
	put_hex(nonce + 2 * STAMP, mark, MARK);
	return 0;
}

/* Number 0 is never issued: its hash says under which key the others are. */
static int write_opaque(const struct hatch_digest *digest, char opaque[HX_OPAQUE_LEN])
{
	char nonce[HX_NONCE_LEN];
	HX_TRY(write_nonce(digest, 0, 0, nonce));
	memcpy(opaque, nonce + 2 * STAMP, HX_OPAQUE_LEN);
	return 0;
}

int hx_nonces_begin(struct hatch_digest *digest, const struct hatch_req *req)
{
	if (digest->keyed)
		return 0;
	if (hx_config(req->srv)->platform->random(digest->key, sizeof(digest->key)) != 0)
		return HATCH_EPORT;
	digest->keyed = true;
	return 0;
}

/* Everything but the realm is under 200 bytes. */
int hx_nonces_ask(struct hatch_digest *digest, struct hatch_req *req, bool stale)
{
	char line[288], nonce[HX_NONCE_LEN], opaque[HX_OPAQUE_LEN];
	struct hx_text text;
	HX_TRY(write_opaque(digest, opaque));
	HX_TRY(write_nonce(digest, hx_now_ms(req->srv), ++digest->issued, nonce));
	hx_text_init(&text, line, sizeof(line));
	hx_text_str(&text, "Digest realm=\"");
	hx_text_str(&text, hx_digest_realm(digest));
	hx_text_str(&text, "\", qop=\"auth\", algorithm=SHA-256, nonce=\"");
	hx_text_span(&text, hx_span(nonce, sizeof(nonce)));
	hx_text_str(&text, "\", opaque=\"");
	hx_text_span(&text, hx_span(opaque, sizeof(opaque)));
	hx_text_str(&text, "\", charset=UTF-8");
	hx_text_str(&text, digest->userhash ? ", userhash=true" : "");
	hx_text_str(&text, stale ? ", stale=true" : "");
	HX_TRY(text.error);
	HX_TRY(hatch_add_field_span(req, "WWW-Authenticate", hx_span(line, text.len)));
	return hatch_send_text(req, 401, "401 Unauthorized\n");
}

/* ---- checking ---- */

/* Big-endian, of digits; what is none makes another number, and then the hash does not fit. */
static uint64_t number_of(const char *digits, unsigned count)
{
	uint64_t number = 0;
	for (unsigned i = 0; i < count; i++)
		number = number << 4 | (unsigned)(hx_hex_value(digits[i]) & 15);
	return number;
}

static size_t place_of(const struct hatch_digest *digest, uint64_t number)
{
	size_t i = 0;
	while (i < HATCH_DIGEST_NONCES && digest->nonce[i].number != number)
		i++;
	return i;
}

int hx_nonce_check(const struct hatch_digest *digest, uint32_t now, struct hatch_span nonce,
	struct hatch_span opaque, uint64_t *number)
{
	char ours[HX_NONCE_LEN], our_opaque[HX_OPAQUE_LEN];
	uint32_t life_s = digest->nonce_s == 0 ? NONCE_S : digest->nonce_s;
	if (nonce.len != HX_NONCE_LEN)
		return 0;
	uint32_t time = (uint32_t)number_of(nonce.ptr, 8);
	*number = number_of(nonce.ptr + 8, 16);
	HX_TRY(write_nonce(digest, time, *number, ours));
	HX_TRY(write_opaque(digest, our_opaque));
	if (!hx_same_secret(nonce, hx_span(ours, sizeof(ours))) ||
		!hx_same_secret(opaque, hx_span(our_opaque, sizeof(our_opaque))) || *number == 0)
		return 0;
	if (life_s > NONCE_MAX_S)
		life_s = NONCE_MAX_S;
	return now - time < life_s * 1000u &&
	       (*number > digest->floor || place_of(digest, *number) < HATCH_DIGEST_NONCES);
}

/* ---- counting ---- */

/* The free one, or that of the oldest, which is over then. */
static size_t take_place(struct hatch_digest *digest, uint64_t number)
{
	size_t oldest = 0;
	for (size_t i = 1; i < HATCH_DIGEST_NONCES; i++)
		if (digest->nonce[i].number < digest->nonce[oldest].number)
			oldest = i;
	if (digest->nonce[oldest].number > digest->floor)
		digest->floor = digest->nonce[oldest].number;
	digest->nonce[oldest].number = number;
	digest->nonce[oldest].count = digest->nonce[oldest].seen = 0;
	return oldest;
}

bool hx_nonce_use(struct hatch_digest *digest, uint64_t number, uint32_t count)
{
	size_t i = place_of(digest, number);
	if (i == HATCH_DIGEST_NONCES)
		i = take_place(digest, number);
	uint32_t most = digest->nonce[i].count;
	if (count > most) {
		uint32_t by = count - most;
		digest->nonce[i].seen = (by < WINDOW ? digest->nonce[i].seen << by : 0) | 1;
		digest->nonce[i].count = count;
		return true;
	}
	if (most - count >= WINDOW)
		return false;
	uint32_t bit = (uint32_t)1 << (most - count);
	if ((digest->nonce[i].seen & bit) != 0)
		return false;
	digest->nonce[i].seen |= bit;
	return true;
}
