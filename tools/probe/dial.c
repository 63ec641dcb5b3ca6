/* SPDX-License-Identifier: MIT */
/* A TCP connection with a deadline; see dial.h. */
#include "probe/dial.h"

#include <stdio.h>
#include <string.h>

/* 0, NET_LATER when the time was up, or an error. */
static int try_address(struct dial *dial, const struct net_address *address, double timeout_ms)
{
	net_sock sock = NET_NONE;
	double start = clock_ms();
	int error = net_connect(address, &sock);

	if (error == NET_LATER && net_wait(sock, true, start + timeout_ms))
		error = net_connected(sock);
	if (error) {
		if (sock != NET_NONE)
			net_close(sock);
		return error;
	}
	dial->tcp_ms = clock_ms() - start;
	dial->sock = sock;
	net_name(address, dial->peer);
	return 0;
}

void dial_open(struct dial *dial, const struct target *target, double timeout_ms, char *why,
	size_t why_size)
{
	struct net_address list[NET_ADDRESSES_MAX];
	const char *unknown;
	size_t count = 0;
	int error = 0;

	memset(dial, 0, sizeof(*dial));
	dial->sock = NET_NONE;
	unknown = net_lookup(target->host, target->port, target->is_ip, list, &count);
	if (unknown || count == 0) {
		snprintf(why, why_size, "the name cannot be looked up: %s",
			unknown ? unknown : "it has no address");
		return;
	}
	dial->looked_up = true;
	for (size_t i = 0; i < count && dial->sock == NET_NONE; i++)
		error = try_address(dial, &list[i], timeout_ms);
	if (dial->sock != NET_NONE)
		return;
	if (net_error_is_refusal(error))
		snprintf(why, why_size, "nothing listens on port %s (connection refused)",
			target->port);
	else if (error == NET_LATER)
		snprintf(why, why_size, "no answer to the TCP connection within %.3g s",
			timeout_ms / 1000);
	else
		snprintf(why, why_size, "cannot connect: %s", net_error_text(error));
}
