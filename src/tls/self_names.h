/*
 * self_names.h - the names and addresses that a self-signed certificate is for
 * SPDX-License-Identifier: MIT
 *
 * The host name, the same with ".local" if it has no dot (what mDNS makes of it),
 * and the addresses of the platform.  In one order, whatever the platform's is,
 * and each once: so two sets are equal if their entries are.
 */
#ifndef HX_TLS_SELF_NAMES_H
#define HX_TLS_SELF_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../hatch_port.h"

/* 64 characters are what a certificate's common name holds (RFC 5280 appendix A.1). */
enum { HX_SELF_HOST_MAX = 64, HX_SELF_ADDRESSES = 16, HX_SELF_NAMES = 2 + HX_SELF_ADDRESSES };

struct hx_self_name {
	bool is_address;
	uint8_t len;
	const unsigned char *bytes; /* within the set, which therefore is not copied */
};

struct hx_self_names {
	struct hx_self_name item[HX_SELF_NAMES]; /* host names, then addresses */
	size_t count, hosts;                     /* hosts of count are host names */
	bool more;                               /* there were addresses that found no place */
	char host[HX_SELF_HOST_MAX + 1];         /* lower case */
	char local[HX_SELF_HOST_MAX + sizeof(".local")];
	struct hatch_address address[HX_SELF_ADDRESSES + 1];
};

/* hostname NULL: "hatch".  HATCH_EINVAL and *why, the end of a sentence, if it is no host name. */
int hx_self_names_collect(struct hx_self_names *names, const char *hostname,
	const struct hatch_port *port, const char **why);

#endif
