/* SPDX-License-Identifier: MIT */
/* See places.h. */
#define _POSIX_C_SOURCE 200809L
#include "serve/places.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include <hatch_port.h>

bool places_have_ipv6(void)
{
	struct ifaddrs *all;
	bool found = false;
	if (getifaddrs(&all) != 0)
		return false;
	for (struct ifaddrs *at = all; at != NULL; at = at->ifa_next)
		if (at->ifa_addr != NULL && at->ifa_addr->sa_family == AF_INET6) {
			struct sockaddr_in6 in6;
			memcpy(&in6, at->ifa_addr, sizeof(in6));
			found = found || IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
		}
	freeifaddrs(all);
	return found;
}

/* For the certificate: what we are reached by on this machine, and on others. */
int places_addresses(struct hatch_address *out, size_t max)
{
	static const struct hatch_address loopback[] = {
		{ "127.0.0.1", 0, { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } },
		{ "::1", 0, { [15] = 1 } },
	};
	size_t count = 0;
	for (; count < HATCH_COUNT(loopback) && count < max; count++)
		out[count] = loopback[count];
	int more = hatch_default_port.addresses(out + count, max - count);
	return (int)count + (more > 0 ? more : 0);
}
