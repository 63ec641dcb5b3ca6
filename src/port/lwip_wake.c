/*
 * lwip_wake.c - waking poll() where there are no pipes: a UDP socket that sends to itself
 * SPDX-License-Identifier: MIT
 *
 * Bound to a free port of the loopback address and connected to that same port, so it hears only
 * itself.  Not for interrupt handlers.
 *
 * ESP-IDF has eventfd() too, and it is not used: its driver is registered once for the whole
 * firmware, with a number of descriptors that only the application knows, and poll() over sockets
 * and an eventfd takes ESP-IDF's VFS through a slower way than over sockets alone.  This costs one
 * of lwIP's sockets, and is the same on every lwIP.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bsd_sockets.h"

int hx_wake_pair(int pair[2])
{
	struct sockaddr_in self;
	socklen_t len = sizeof(self);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return HATCH_EPORT;
	memset(&self, 0, sizeof(self));
	self.sin_family = AF_INET;
	self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&self, len) < 0 ||
		getsockname(fd, (struct sockaddr *)&self, &len) < 0 ||
		connect(fd, (struct sockaddr *)&self, len) < 0) {
		(void)close(fd);
		return HATCH_EPORT;
	}
	pair[0] = pair[1] = fd;
	return 0;
}

/*
 * When its queue is full, the one who waits is about to wake anyway.  Without memory for a datagram
 * the call is lost until something else happens: as long as that lasts, other things do.
 */
void hx_wake_write(int fd)
{
	(void)send(fd, "", 1, MSG_DONTWAIT);
}

void hx_wake_read(int fd)
{
	char byte;
	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) > 0)
		;
}
