/*
 * stock_spare.c - no spare keys, as nobody would ask for them
 * SPDX-License-Identifier: MIT
 */
#include "arithmetic.h"

#ifndef HATCH_WRAPPED

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

void hx_spares_make(struct hx_spares *spares, uint32_t now, uint32_t process)
{
	(void)spares;
	(void)now;
	(void)process;
}

void hx_spares_enter(struct hx_spares *spares, uint32_t process)
{
	(void)spares;
	(void)process;
}

void hx_spares_leave(void)
{
}

#endif
