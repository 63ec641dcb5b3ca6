/*
 * members.h - pages of the web server that one has to log in for
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_MEMBERS_H
#define TESTS_MEMBERS_H

#include <hatch_web.h>

extern const struct hatch_account members_people[2];
extern struct hatch_attempts members_attempts;
extern struct hatch_folder members_folder; /* where PUT goes; dir is to be set */
extern const struct hatch_policy members_open, members_inside, members_form; /* the last: inside */
hatch_handler members_login, members_page, members_save, members_logout;

#endif
