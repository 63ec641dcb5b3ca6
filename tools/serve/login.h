/* SPDX-License-Identifier: MIT */
/* Who may change something: one account, and sessions for its browsers. */
#ifndef TOOLS_SERVE_LOGIN_H
#define TOOLS_SERVE_LOGIN_H

#include <hatch_web.h>

enum { LOGIN_NAME = HATCH_SESSION_NAME, LOGIN_PASSWORD = 64 };

/* There is no default password: one of these before hatch_open(). */
int login_set(const char *name, const char *password); /* HATCH_EINVAL: empty, or too long */

/* "admin", and a password for this run alone, to be shown once: NULL without random numbers. */
const char *login_invent(void);

extern struct hatch_sessions login_sessions;
extern const struct hatch_accounts login_users; /* for hatch_basic_auth */
extern const struct hatch_policy login_required;
extern const struct hatch_policy login_collects;

/* Somebody has logged out; NULL: nobody wants to know. */
extern void (*login_over)(void);

hatch_handler login_in;    /* POST, a form with name and password */
hatch_handler login_out;   /* POST, behind login_required */
hatch_handler login_state; /* GET: who, and the token for X-CSRF-Token */

#endif
