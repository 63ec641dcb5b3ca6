/*
 * stock_spare.c - no spare keys, as nobody would ask for them
 * SPDX-License-Identifier: MIT
 */
#include "spare.h"

#include "../hatch.h"

void hx_spares_clear(struct hx_spares *spares)
{
	(void)spares;
}

uint32_t hx_spares_wait_ms(const struct hx_spares *spares, uint32_t now)
{
	(void)spares;
	(void)now;
	return HATCH_FOREVER;
}

void hx_spares_make(struct hx_spares *spares, uint32_t now)
{
	(void)spares;
	(void)now;
}

void hx_spares_enter(struct hx_spares *spares)
{
	(void)spares;
}

void hx_spares_leave(void)
{
}
