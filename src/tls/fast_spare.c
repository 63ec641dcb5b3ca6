/*
 * fast_spare.c - see spare.h
 * SPDX-License-Identifier: MIT
 */
#include "arithmetic.h"

#ifdef HATCH_WRAPPED

#include "spare.h"

#include <string.h>

#include <psa/crypto.h>

#include "fast.h"

#include "../base/check.h"
#include "../base/wipe.h"
#include "../crypto/x25519.h"
#include "../hatch.h"

static _Thread_local struct hx_spares *current;

void hx_spares_clear(struct hx_spares *spares)
{
	hx_wipe(spares, sizeof(*spares));
}

uint32_t hx_spares_wait_ms(const struct hx_spares *spares, uint32_t now)
{
	uint32_t since = now - spares->made_at;
	if (spares->count == HX_SPARES)
		return HATCH_FOREVER;
	return since < HX_SPARE_PAUSE_MS ? HX_SPARE_PAUSE_MS - since : 0;
}

/* Another process has a copy of these. */
static void own(struct hx_spares *spares, uint32_t process)
{
	if (spares->process == process)
		return;
	hx_spares_clear(spares);
	spares->process = process;
}

void hx_spares_make(struct hx_spares *spares, uint32_t now, uint32_t process)
{
	own(spares, process);
	struct hx_spare *pair = &spares->pair[spares->count];
	HX_ASSERT(spares->count < HX_SPARES);
	spares->made_at = now;
	if (psa_generate_random(pair->secret, sizeof(pair->secret)) != PSA_SUCCESS) {
		hx_wipe(pair, sizeof(*pair)); /* no entropy yet: a pause later */
		return;
	}
	hx_fast_clamp(pair->secret);
	hx_x25519_public(pair->public_key, pair->secret);
	spares->count++;
	spares->made++;
}

void hx_spares_enter(struct hx_spares *spares, uint32_t process)
{
	own(spares, process);
	current = spares;
}

static void forget_given(struct hx_spares *spares)
{
	hx_wipe(&spares->given, sizeof(spares->given));
	spares->has_given = false;
}

void hx_spares_leave(void)
{
	if (current != NULL && current->has_given)
		forget_given(current);
	current = NULL;
}

bool hx_spare_take(uint8_t secret[32])
{
	struct hx_spares *spares = current;
	if (spares == NULL || spares->count == 0)
		return false;
	struct hx_spare *pair = &spares->pair[--spares->count];
	spares->given = *pair;
	spares->has_given = true;
	spares->taken++;
	hx_wipe(pair, sizeof(*pair));
	memcpy(secret, spares->given.secret, 32);
	return true;
}

bool hx_spare_public(uint8_t public_key[32], const uint8_t secret[32])
{
	struct hx_spares *spares = current;
	uint8_t differs = 0;
	if (spares == NULL || !spares->has_given)
		return false;
	for (unsigned i = 0; i < 32; i++)
		differs |= (uint8_t)(secret[i] ^ spares->given.secret[i]);
	if (differs != 0)
		return false;
	memcpy(public_key, spares->given.public_key, 32);
	forget_given(spares);
	return true;
}

#endif
