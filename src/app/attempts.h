/*
 * attempts.h - who has failed to log in too often
 * SPDX-License-Identifier: MIT
 */
#ifndef HX_APP_ATTEMPTS_H
#define HX_APP_ATTEMPTS_H

#include "../hatch_web.h"

/* 0: an attempt may be looked at.  Else the milliseconds to wait.  attempts may be NULL. */
uint32_t hx_attempts_wait(struct hatch_attempts *attempts, const struct hatch_req *req);

/* What became of it. */
void hx_attempts_tell(struct hatch_attempts *attempts, const struct hatch_req *req, bool good);

/*
 * For guards: 0: go on.  HATCH_LATER, or what the response with 429 returned.
 */
int hx_attempts_guard(struct hatch_attempts *attempts, struct hatch_req *req);

/* Whether one of them is it: the name of whom, else ptr NULL. */
struct hatch_span hx_users_find(
	const struct hatch_accounts *users, struct hatch_span name, struct hatch_span password);

#endif
