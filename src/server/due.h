/*
 * due.h - the deadlines of one connection
 * SPDX-License-Identifier: MIT
 *
 * Each is armed and disarmed on its own; time may wrap.  No deadline may be
 * further away than 24 days (half the range), HATCH_FOREVER does not arm.
 */
#ifndef HX_SERVER_DUE_H
#define HX_SERVER_DUE_H

#include "../hatch.h"

enum hx_due_name {
	HX_DUE_HANDSHAKE,
	HX_DUE_IDLE,
	HX_DUE_HEAD,
	HX_DUE_BODY,
	HX_DUE_REQUEST,
	HX_DUE_RESPOND,
	HX_DUE_SEND,
	HX_DUE_GOODBYE,
	HX_DUE_RECORD,
	HX_DUE_RATE,
	HX_DUE_RESUME,
	HX_DUE_LIVE,
	HX_DUE_COUNT,
	HX_DUE_NONE = HX_DUE_COUNT,
};

struct hx_due {
	uint32_t at[HX_DUE_COUNT];
	unsigned armed; /* bit 1 << name */
};

void hx_due_arm(struct hx_due *due, enum hx_due_name name, uint32_t now_ms, uint32_t after_ms);
void hx_due_disarm(struct hx_due *due, enum hx_due_name name);
/* But for the record's: whose buffers somebody has does not change with what he does. */
void hx_due_disarm_all(struct hx_due *due);
bool hx_due_armed(const struct hx_due *due, enum hx_due_name name);

/* Milliseconds to this one, which is armed; 0 if it has passed. */
uint32_t hx_due_left(const struct hx_due *due, enum hx_due_name name, uint32_t now_ms);

/* The one that has passed longest ago, or HX_DUE_NONE. */
enum hx_due_name hx_due_passed(const struct hx_due *due, uint32_t now_ms);

/* Milliseconds to the next, 0 if it has passed, HATCH_FOREVER if none is armed. */
uint32_t hx_due_wait(const struct hx_due *due, uint32_t now_ms);

#endif
