/* SPDX-License-Identifier: MIT */
/* TCP with deadlines; see dial.h. */
#define _POSIX_C_SOURCE 200809L
#include "probe/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

bool dial_wait(int fd, bool to_write, double deadline_ms)
{
	struct pollfd entry = { .fd = fd, .events = to_write ? POLLOUT : POLLIN };

	for (;;) {
		double left = deadline_ms - clock_ms();
		int ready;

		if (left <= 0)
			return false;
		ready = poll(&entry, 1, (int)left + 1);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true; /* an error shows in the call that follows */
	}
}

/* 0, or an errno. */
static int connect_by(int fd, const struct addrinfo *at, double deadline_ms)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (connect(fd, at->ai_addr, at->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (!dial_wait(fd, true, deadline_ms))
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

static int try_address(struct dial *dial, const struct addrinfo *at, double deadline_ms)
{
	int fd = socket(at->ai_family, SOCK_STREAM, 0);
	double start = clock_ms();
	int one = 1;
	int error;

	if (fd < 0)
		return errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* Small flights that wait for an ACK would be measured as TLS. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	error = connect_by(fd, at, deadline_ms);
	if (error) {
		close(fd);
		return error;
	}
	dial->tcp_ms = clock_ms() - start;
	dial->fd = fd;
	if (getnameinfo(at->ai_addr, at->ai_addrlen, dial->peer, sizeof(dial->peer), NULL, 0,
		    NI_NUMERICHOST) != 0)
		dial->peer[0] = 0;
	return 0;
}

void dial_open(struct dial *dial, const struct target *target, double timeout_ms, char *why,
	size_t why_size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	int error;

	memset(dial, 0, sizeof(*dial));
	dial->fd = -1;
	hints.ai_flags = target->is_ip ? AI_NUMERICHOST : 0;
	error = getaddrinfo(target->host, target->port, &hints, &list);
	if (error) {
		snprintf(why, why_size, "the name cannot be looked up: %s", gai_strerror(error));
		return;
	}
	dial->looked_up = true;
	for (const struct addrinfo *at = list; at && dial->fd < 0; at = at->ai_next)
		error = try_address(dial, at, clock_ms() + timeout_ms);
	freeaddrinfo(list);
	if (dial->fd >= 0)
		return;
	if (error == ECONNREFUSED)
		snprintf(why, why_size, "nothing listens on port %s (connection refused)",
			target->port);
	else if (error == ETIMEDOUT)
		snprintf(why, why_size, "no answer to the TCP connection within %.3g s",
			timeout_ms / 1000);
	else
		snprintf(why, why_size, "cannot connect: %s", strerror(error));
}
