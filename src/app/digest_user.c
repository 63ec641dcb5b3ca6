/*
 * digest_user.c - see digest.h
 * SPDX-License-Identifier: MIT
 */
#include "../base/check.h"
#include "../base/secret.h"
#include "../base/wipe.h"
#include "digest.h"

const char *hx_digest_realm(const struct hatch_digest *digest)
{
	return digest->users->realm == NULL ? "hatch" : digest->users->realm;
}

/* The hash of spans with a colon between each two, as hexadecimal digits; out may be one of them.
 */
static int hash_of(const struct hatch_span *parts, size_t count, char out[HX_DIGEST_LEN])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[HX_HASH_LEN];
	struct hx_hash hash;
	int error = hx_hash_begin(&hash);
	for (size_t i = 0; i < count && error == 0; i++) {
		if (i > 0)
			error = hx_hash_add(&hash, ":", 1);
		if (error == 0 && parts[i].len > 0)
			error = hx_hash_add(&hash, parts[i].ptr, parts[i].len);
	}
	if (error == 0)
		error = hx_hash_end(&hash, bytes);
	hx_hash_free(&hash);
	for (size_t i = 0; i < HX_HASH_LEN && error == 0; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	hx_wipe(bytes, sizeof(bytes));
	return error;
}

/* Section 3.4.1; H(A1), which is as good as the password, is in out for a moment: KD(H(A1), nonce
 * ":" nc ":" cnonce ":" qop ":" H(A2)). */
static int response_of(const struct hatch_digest *digest, const struct hatch_account *user,
	const struct hx_digest_field *field, struct hatch_span a2, char out[HX_DIGEST_LEN])
{
	struct hatch_span of_a1[] = { hatch_str(user->name), hatch_str(hx_digest_realm(digest)),
		hatch_str(user->password) };
	int error = hash_of(of_a1, HATCH_COUNT(of_a1), out);
	struct hatch_span all[] = { hx_span(out, HX_DIGEST_LEN), field->of[HX_DIGEST_NONCE],
		field->of[HX_DIGEST_NC], field->of[HX_DIGEST_CNONCE], field->of[HX_DIGEST_QOP],
		a2 };
	if (error == 0)
		error = hash_of(all, HATCH_COUNT(all), out);
	if (error < 0)
		hx_wipe(out, HX_DIGEST_LEN);
	return error;
}

/* Whether this is the account's name, as the client says it: as it is, or hashed with the realm. */
static int is_named(const struct hatch_digest *digest, const struct hatch_account *user,
	struct hatch_span name, bool hashed, char hash[HX_DIGEST_LEN], bool *same)
{
	struct hatch_span parts[] = { hatch_str(user->name), hatch_str(hx_digest_realm(digest)) };
	if (!hashed) {
		*same = hx_same_secret(name, parts[0]);
		return 0;
	}
	HX_TRY(hash_of(parts, HATCH_COUNT(parts), hash));
	*same = hx_same_secret(name, hx_span(hash, HX_DIGEST_LEN));
	return 0;
}

/* All accounts are looked at, whichever it is.  *who has ptr NULL if it is none. */
int hx_digest_user(const struct hatch_digest *digest, const struct hx_digest_field *field,
	struct hatch_span method, struct hatch_span name, struct hatch_span *who)
{
	char a2[HX_DIGEST_LEN], wanted[HX_DIGEST_LEN];
	struct hatch_span of_a2[] = { method, field->of[HX_DIGEST_URI] };
	bool hashed = digest->userhash &&
		      hx_span_same_nocase(field->of[HX_DIGEST_USERHASH], hatch_str("true"));
	HX_TRY(hash_of(of_a2, HATCH_COUNT(of_a2), a2));
	for (size_t i = 0; i < digest->users->count; i++) {
		const struct hatch_account *user = &digest->users->users[i];
		bool named = false;
		HX_TRY(is_named(digest, user, name, hashed, wanted, &named));
		HX_TRY(response_of(digest, user, field, hx_span(a2, HX_DIGEST_LEN), wanted));
		bool same = hx_same_secret(
			field->of[HX_DIGEST_RESPONSE], hx_span(wanted, HX_DIGEST_LEN));
		if (named && same && user->password[0] != '\0')
			*who = hatch_str(user->name);
	}
	hx_wipe(wanted, sizeof(wanted));
	return 0;
}
