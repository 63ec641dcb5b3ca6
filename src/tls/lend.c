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

/* ---- who is next ---- */

/* What would be left if those before had theirs. */
struct line {
	uint16_t left, established;
	bool handshake; /* one of them is in its handshake, and needs another one free */
};

static bool may(const struct hx_lend *lend, const struct line *line, bool established)
{
	if (!established)
		return line->left > lend->reserve;
	return line->left > 0 && (!line->handshake || line->established < lend->reserve);
}

/* A new connection needs so many: its handshake's two, its request's, and one to spare. */
enum { YIELD_TO = 4 };

static bool yields(const struct hx_lend *lend, const struct hx_lend_wait *wait)
{
	return wait->yields && (!wait->queued || (uint16_t)(lend->takes - wait->at) < YIELD_TO);
}

static void pass(const struct hx_lend *lend, struct line *line, const struct hx_lend_wait *before)
{
	bool takes = may(lend, line, before->established);
	line->left = (uint16_t)(line->left - (takes ? 1 : 0));
	line->established = (uint16_t)(line->established + (takes && before->established ? 1 : 0));
	line->handshake = line->handshake || !before->established;
}

static bool is_next(const struct hx_lend *lend, const struct hx_lend_wait *wait)
{
	struct line line = { lend->left, lend->established, false };
	bool patient = yields(lend, wait), older = true;
	for (const struct hx_lend_wait *at = lend->first; at != NULL; at = at->next) {
		older = older && at != wait;
		if (at != wait && !yields(lend, at) && (older || patient))
			pass(lend, &line, at);
	}
	for (const struct hx_lend_wait *at = lend->first; patient && at != NULL && at != wait;
		at = at->next)
		if (yields(lend, at))
			pass(lend, &line, at);
	return may(lend, &line, wait->established);
}

static void queue_up(struct hx_lend *lend, struct hx_lend_wait *wait)
{
	wait->queued = true;
	wait->at = lend->takes;
	wait->next = NULL;
	if (lend->last == NULL)
		lend->first = wait;
	else
		lend->last->next = wait;
	lend->last = wait;
}

void hx_lend_leave(struct hx_lend *lend, struct hx_lend_wait *wait)
{
	struct hx_lend_wait **at = &lend->first, *before = NULL;
	if (!wait->queued)
		return;
	while (*at != wait) {
		before = *at;
		at = &(*at)->next;
	}
	*at = wait->next;
	if (lend->last == wait)
		lend->last = before;
	wait->queued = false;
}

struct hx_lend_pair *hx_lend_take(struct hx_lend *lend, struct hx_lend_wait *wait, bool established)
{
	wait->established = established;
	if (!is_next(lend, wait)) {
		if (!wait->queued)
			queue_up(lend, wait);
		return NULL;
	}
	lend->takes = (uint16_t)(lend->takes + (yields(lend, wait) ? 0 : 1));
	hx_lend_leave(lend, wait);
	wait->yields = false;
	struct hx_lend_pair *pair = lend->free;
	lend->free = pair->next;
	lend->left--;
	lend->established = (uint16_t)(lend->established + (established ? 1 : 0));
	pair->established = established;
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
	lend->established = (uint16_t)(lend->established - (pair->established ? 1 : 0));
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
