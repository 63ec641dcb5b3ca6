/* SPDX-License-Identifier: MIT */
/* By which addresses this machine is reached. */
#ifndef TOOLS_SERVE_PLACES_H
#define TOOLS_SERVE_PLACES_H

#include <hatch_conn.h>

bool places_have_ipv6(void); /* ::1, at least */

/* For the certificate: loopback, and what others reach us by.  How many there are. */
int places_addresses(struct hatch_address *out, size_t max);

#endif
