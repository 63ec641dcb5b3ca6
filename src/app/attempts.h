/*
 * attempts.h - who has failed to log in too often
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_ATTEMPTS_H
#define HX_APP_ATTEMPTS_H

#include "../hatch_web.h"

/* 0: an attempt may be looked at.  Else the milliseconds to wait.  attempts may be NULL. */
uint32_t hx_attempts_wait(struct hatch_attempts *attempts, const struct hatch_req *req);

void hx_attempts_failed(struct hatch_attempts *attempts, const struct hatch_req *req);

/*
 * For guards: 0: go on.  HATCH_LATER, or what the response with 429 returned.
 */
int hx_attempts_guard(struct hatch_attempts *attempts, struct hatch_req *req);

/* Whether one of them is it: the name of whom, else ptr NULL. */
struct hatch_span hx_users_find(
	const struct hatch_accounts *users, struct hatch_span name, struct hatch_span password);

/* A copy: what it was found in may be gone before the exchange is. */
void hx_set_who(struct hatch_req *req, struct hatch_span who);

#endif
