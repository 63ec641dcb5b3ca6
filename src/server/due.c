/*
 * due.c - see due.h
 * SPDX-License-Identifier: MIT
 */
#include "due.h"

enum { FARTHEST = 0x7fffffff };

void hx_due_arm(struct hx_due *due, enum hx_due_name name, uint32_t now_ms, uint32_t after_ms)
{
	if (after_ms == HATCH_FOREVER) {
		hx_due_disarm(due, name);
		return;
	}
	due->at[name] = now_ms + (after_ms > FARTHEST ? (uint32_t)FARTHEST : after_ms);
	due->armed |= 1u << name;
}

void hx_due_disarm(struct hx_due *due, enum hx_due_name name)
{
	due->armed &= ~(1u << name);
}

void hx_due_disarm_all(struct hx_due *due)
{
	due->armed &= 1u << HX_DUE_RECORD;
}

bool hx_due_armed(const struct hx_due *due, enum hx_due_name name)
{
	return (due->armed & (1u << name)) != 0;
}

/* Positive: still to come. */
static int32_t left(const struct hx_due *due, unsigned name, uint32_t now_ms)
{
	return (int32_t)(due->at[name] - now_ms);
}

/* The earliest armed one. */
static enum hx_due_name first(const struct hx_due *due, uint32_t now_ms)
{
	enum hx_due_name best = HX_DUE_NONE;
	for (unsigned i = 0; i < HX_DUE_COUNT; i++) {
		if (!hx_due_armed(due, (enum hx_due_name)i))
			continue;
		if (best == HX_DUE_NONE || left(due, i, now_ms) < left(due, best, now_ms))
			best = (enum hx_due_name)i;
	}
	return best;
}

enum hx_due_name hx_due_passed(const struct hx_due *due, uint32_t now_ms)
{
	enum hx_due_name name = first(due, now_ms);
	return name != HX_DUE_NONE && left(due, name, now_ms) <= 0 ? name : HX_DUE_NONE;
}

uint32_t hx_due_left(const struct hx_due *due, enum hx_due_name name, uint32_t now_ms)
{
	int32_t ms = left(due, name, now_ms);
	return ms < 0 ? 0 : (uint32_t)ms;
}

uint32_t hx_due_wait(const struct hx_due *due, uint32_t now_ms)
{
	enum hx_due_name name = first(due, now_ms);
	if (name == HX_DUE_NONE)
		return HATCH_FOREVER;
	return hx_due_left(due, name, now_ms);
}
