/*
 * lend.c - see lend.h
 * SPDX-License-Identifier: MIT
 */
#include "lend.h"

#include <string.h>

#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>

#include "../base/check.h"

/* What a library does not write is as likely as not left over from somebody else: any byte. */
enum { POISON = 0xa5 };

static struct hx_lend_pair *pair_new(size_t in_len, size_t out_len)
{
	struct hx_lend_pair *pair = mbedtls_calloc(1, sizeof(*pair) + in_len + out_len);
	if (pair == NULL)
		return NULL;
	pair->in = (unsigned char *)(pair + 1);
	pair->out = pair->in + in_len;
	return pair;
}

bool hx_lend_open(struct hx_lend *lend, uint16_t count, size_t in_len, size_t out_len)
{
	/* What stands behind the first is as well aligned as it. */
	lend->in_len = (in_len + 15) / 16 * 16;
	lend->out_len = out_len;
	while (lend->count < count) {
		struct hx_lend_pair *pair = pair_new(lend->in_len, lend->out_len);
		if (pair == NULL) {
			hx_lend_close(lend);
			return false;
		}
		pair->next = lend->free;
		lend->free = pair;
		lend->places = pair;
		lend->count++;
		lend->left++;
	}
	return true;
}

void hx_lend_close(struct hx_lend *lend)
{
	struct hx_lend_pair *pair = lend->free;
	HX_ASSERT(lend->left == lend->count);
	while (pair != NULL) {
		struct hx_lend_pair *next = pair->next;
		mbedtls_free(pair);
		pair = next;
	}
	memset(lend, 0, sizeof(*lend));
}

struct hx_lend_pair *hx_lend_take(struct hx_lend *lend, bool established)
{
	struct hx_lend_pair *pair = lend->free;
	if (lend->left <= (established ? 0 : lend->reserve))
		return NULL;
	lend->free = pair->next;
	lend->left--;
	pair->next = NULL;
	pair->in_used = pair->out_used = 0;
	return pair;
}

void hx_lend_give(struct hx_lend *lend, struct hx_lend_pair *pair)
{
	/* The library's own: it clears by words where ours goes by bytes, and this is every record.
	 */
	mbedtls_platform_zeroize(pair->in, pair->in_used);
	mbedtls_platform_zeroize(pair->out, pair->out_used);
	if (lend->poison) {
		memset(pair->in, POISON, lend->in_len);
		memset(pair->out, POISON, lend->out_len);
	}
	pair->next = lend->free;
	lend->free = pair;
	lend->left++;
}

void hx_lend_used_in(struct hx_lend_pair *pair, const unsigned char *at, size_t len)
{
	size_t end = (size_t)(at - pair->in) + len;
	pair->in_used = end > pair->in_used ? end : pair->in_used;
}

void hx_lend_used_out(struct hx_lend_pair *pair, const unsigned char *at, size_t len)
{
	size_t end = (size_t)(at - pair->out) + len;
	pair->out_used = end > pair->out_used ? end : pair->out_used;
}

void hx_lend_used_all(const struct hx_lend *lend, struct hx_lend_pair *pair)
{
	pair->in_used = lend->in_len;
	pair->out_used = lend->out_len;
}
